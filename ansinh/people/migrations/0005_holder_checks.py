"""What banks say about whose account it is, a person's word about close names, and the days before a changed account is used."""

import django.db.models.deletion
from django.db import migrations, models

from ansinh.office.security import fence


class Migration(migrations.Migration):
    dependencies = [("people", "0004_search_indexes"), ("office", "0004_law_roles")]
    operations = [
        migrations.AddField(
            "financialaddress", "cooling_until", models.DateField(null=True, verbose_name="chưa dùng trước ngày")
        ),
        migrations.CreateModel(
            name="HolderCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=60, verbose_name="nơi trả lời")),
                ("status", models.CharField(choices=[("RCVC", "đúng tên"), ("RVMC", "gần đúng"), ("RVNM", "tên người khác"), ("RVNA", "không tra được")], max_length=4, verbose_name="kết quả")),
                ("kind", models.CharField(blank=True, choices=[("joined", "viết liền tiếng"), ("y_or_i", "y hay i"), ("cut", "tên bị cắt"), ("order", "khác thứ tự"), ("middle_left_out", "thiếu tên đệm"), ("one_letter", "khác một chữ"), ("joint", "đồng chủ tài khoản"), ("masked", "tên bị che"), ("shared", "tài khoản dùng chung")], max_length=16, verbose_name="khác ở chỗ")),
                ("bank_name", models.CharField(blank=True, max_length=140, verbose_name="tên ngân hàng trả lời")),
                ("recorded_by", models.CharField(max_length=60, verbose_name="người nhập")),
                ("recorded_at", models.DateTimeField(verbose_name="ghi nhận lúc")),
                ("decision", models.CharField(blank=True, choices=[("ACCEPTED", "đúng là người nhận"), ("REFUSED", "không phải người nhận")], max_length=8, verbose_name="quyết định")),
                ("decided_by", models.CharField(blank=True, max_length=60, verbose_name="người quyết định")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="quyết định lúc")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="căn cứ")),
                ("address", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.financialaddress", verbose_name="tài khoản nhận")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.person", verbose_name="chủ tài khoản")),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="office.area", verbose_name="địa bàn")),
            ],
            options={"verbose_name": "lần tra tên chủ tài khoản"},
        ),
        migrations.AddConstraint(
            "holdercheck",
            models.CheckConstraint(
                condition=models.Q(decision="", decided_by="", note="")
                | models.Q(models.Q(status="RVMC"), ~models.Q(decided_by=""), ~models.Q(decided_by=models.F("recorded_by")), ~models.Q(note="")),
                name="second_person_decides_close_names",
            ),
        ),
        fence("people_holdercheck"),
    ]  # fmt: skip
