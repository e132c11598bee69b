"""Somebody's items are found run by run, in the index that keeps them apart; the one by person alone goes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payment", "0055_statement_withdrawals"),
        ("people", "0030_who_entered_an_account"),
    ]

    operations = [
        migrations.AlterField(
            model_name="paymentitem",
            name="beneficiary",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="people.person",
                verbose_name="đối tượng",
            ),
        ),
    ]
