"""What is told of a move or a birth beside its value, and room for a child's whole name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entitlement", "0006_life_event")]
    operations = [
        migrations.AddField(
            model_name="lifeevent",
            name="details",
            field=models.JSONField(default=dict, verbose_name="thông tin kèm theo"),
        ),
        migrations.AlterField(
            model_name="lifeevent",
            name="value",
            field=models.CharField(blank=True, max_length=120, verbose_name="giá trị"),
        ),
    ]
