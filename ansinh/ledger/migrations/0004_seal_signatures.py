"""Signatures over seals: kept beside them, and only ever added."""

import django.db.models.deletion
from django.db import migrations, models

_GROW = """
CREATE TRIGGER signatures_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_sealsignature
  FOR EACH STATEMENT EXECUTE FUNCTION ansinh_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_closed_periods")]
    operations = [
        migrations.CreateModel(
            name="SealSignature",
            fields=[
                (
                    "seal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="ledger.seal",
                        verbose_name="niêm phong",
                    ),
                ),
                ("signature", models.TextField(verbose_name="chữ ký")),
                ("public_key", models.TextField(verbose_name="khoá công khai")),
                ("signed_by", models.CharField(max_length=60, verbose_name="người ký")),
                ("signed_at", models.DateTimeField(verbose_name="ký lúc")),
            ],
            options={"verbose_name": "chữ ký niêm phong"},
        ),
        migrations.RunSQL(_GROW, "DROP TRIGGER signatures_only_grow ON ledger_sealsignature"),
    ]
