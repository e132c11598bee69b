"""Paying again what came back, and paying out in cash."""

import django.db.models.deletion
from django.db import migrations, models

from ansinh.office.security import fence

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
_CHANNELS = [("account", "tài khoản"), ("cash", "tiền mặt")]


def _key(to: str, name: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=to, verbose_name=name, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("payment", "0008_batch_file_name"),
        ("people", "0005_holder_checks"),
        ("office", "0004_law_roles"),
        ("payroll", "0006_retroactivity"),
    ]
    operations = [
        migrations.AddField("paymentitem", "cash_list_id", models.BigIntegerField(null=True, verbose_name="danh sách chi tiền mặt")),
        migrations.AddConstraint(
            "paymentitem",
            models.CheckConstraint(
                condition=models.Q(channel="account", cash_list_id=None) | models.Q(channel="cash", batch=None), name="account_or_cash"
            ),
        ),
        migrations.CreateModel(
            name="Reopening",
            fields=[
                _ID,
                ("attempt", models.SmallIntegerField(verbose_name="lần gửi đã kết thúc")),
                ("channel", models.CharField(choices=_CHANNELS, max_length=7, verbose_name="chi lại bằng")),
                ("reason", models.CharField(max_length=200, verbose_name="lý do")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="người đề nghị")),
                ("proposed_at", models.DateTimeField(verbose_name="đề nghị lúc")),
                ("approved_by", models.CharField(blank=True, max_length=60, verbose_name="người duyệt")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="duyệt lúc")),
                ("area", _key("office.area", "địa bàn")),
                ("item", _key("payment.paymentitem", "khoản chi")),
            ],
            options={"verbose_name": "đề nghị chi lại"},
        ),
        migrations.AddConstraint("reopening", models.UniqueConstraint("item", "attempt", name="reopened_once")),
        migrations.AddConstraint(
            "reopening",
            models.CheckConstraint(
                condition=models.Q(approved_by="") | ~models.Q(approved_by=models.F("proposed_by")), name="second_person_reopens"
            ),
        ),
        migrations.CreateModel(
            name="CashList",
            fields=[
                _ID,
                ("number", models.IntegerField(verbose_name="số thứ tự")),
                ("state", models.CharField(choices=[("OPEN", "đang chi"), ("CLOSED", "đã kết sổ")], max_length=6, verbose_name="trạng thái")),
                ("items", models.IntegerField(verbose_name="số người")),
                ("drawn_dong", models.BigIntegerField(verbose_name="tiền mặt đã nhận (đồng)")),
                ("listed_by", models.CharField(max_length=60, verbose_name="người lập")),
                ("listed_at", models.DateTimeField(verbose_name="lập lúc")),
                ("closed_by", models.CharField(blank=True, max_length=60, verbose_name="người kết sổ")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="kết sổ lúc")),
                ("area", _key("office.area", "xã, phường")),
                ("run", _key("payroll.payrollrun", "kỳ")),
            ],
            options={"verbose_name": "danh sách chi tiền mặt"},
        ),
        migrations.AddConstraint("cashlist", models.UniqueConstraint("run", "area", "number", name="cash_list_number")),
        migrations.AddConstraint(
            "cashlist", models.UniqueConstraint("run", "area", condition=models.Q(state="OPEN"), name="one_open_cash_list")
        ),
        migrations.CreateModel(
            name="CashReceipt",
            fields=[
                _ID,
                ("attempt", models.SmallIntegerField(verbose_name="lần chi")),
                ("amount_dong", models.BigIntegerField(verbose_name="số tiền (đồng)")),
                ("paid_on", models.DateField(verbose_name="ngày chi")),
                ("offline", models.BooleanField(default=False, verbose_name="nhập sau từ bản ký")),
                ("is_conflict", models.BooleanField(default=False, verbose_name="trùng lần chi khác")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="ghi chú")),
                ("recorded_by", models.CharField(max_length=60, verbose_name="người chi")),
                ("recorded_at", models.DateTimeField(verbose_name="ghi nhận lúc")),
                ("area", _key("office.area", "địa bàn")),
                ("cash_list", _key("payment.cashlist", "danh sách")),
                ("item", _key("payment.paymentitem", "khoản chi")),
                ("receiver", _key("people.person", "người ký nhận", related_name="+")),
            ],
            options={"verbose_name": "biên nhận tiền mặt"},
        ),
        migrations.AddConstraint(
            "cashreceipt",
            models.UniqueConstraint("item", "attempt", condition=models.Q(is_conflict=False), name="cash_receipt_once"),
        ),
        fence("payment_reopening"),
        fence("payment_cashlist"),
        fence("payment_cashreceipt"),
    ]  # fmt: skip
