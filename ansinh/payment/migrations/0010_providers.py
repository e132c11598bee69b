"""Several providers: each says which banks it serves, and each item keeps who pays it out."""

import django.db.models.deletion
from django.db import migrations, models

# Items of runs that were sent before there was a choice lie with the provider of their batches, also those that never left:
# the money for the whole run was handed to it.
_KEEP = """
    UPDATE payment_paymentitem AS item SET provider_id = sent.provider_id
    FROM (SELECT run_id, min(provider_id) AS provider_id FROM payment_paymentbatch GROUP BY run_id) AS sent
    WHERE sent.run_id = item.run_id AND item.channel = 'account'
"""


class Migration(migrations.Migration):
    dependencies = [("payment", "0009_reopening_and_cash")]
    operations = [
        migrations.AddField(
            "paymentserviceprovider", "banks", models.JSONField(default=list, verbose_name="ngân hàng phụ trách")
        ),
        migrations.AddField(
            "paymentitem",
            "provider",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="payment.paymentserviceprovider",
                verbose_name="tổ chức chi trả",
            ),
        ),
        migrations.RunSQL(_KEEP, migrations.RunSQL.noop),
    ]
