"""What an officer said about a form's columns, and the lists that wait between their preview and the officer's yes."""

import django.db.models.deletion
from django.db import migrations, models

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [("people", "0005_holder_checks"), ("office", "0004_law_roles")]
    operations = [
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="dấu vết tiêu đề")),
                ("titles", models.JSONField(verbose_name="tên các cột")),
                ("columns", models.JSONField(verbose_name="cột của mỗi trường")),
                ("recorded_by", models.CharField(max_length=60, verbose_name="người ghi")),
                ("recorded_at", models.DateTimeField(verbose_name="ghi nhận lúc")),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="địa bàn")),
            ],
            options={"verbose_name": "cách đọc mẫu danh sách"},
        ),
        migrations.AddConstraint(
            "columnmapping", models.UniqueConstraint("area", "fingerprint", name="one_mapping_of_a_form")
        ),
        migrations.CreateModel(
            name="ReceivedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=120, verbose_name="tên tệp")),
                ("content", models.BinaryField(verbose_name="nội dung")),
                ("sha256", models.CharField(max_length=64, verbose_name="mã băm")),
                ("received_by", models.CharField(max_length=60, verbose_name="người gửi")),
                ("received_at", models.DateTimeField(verbose_name="nhận lúc")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="đã nhập lúc")),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="địa bàn")),
            ],
            options={"verbose_name": "danh sách đã nhận"},
        ),
        fence("people_columnmapping"),
        fence("people_receivedlist"),
    ]  # fmt: skip
