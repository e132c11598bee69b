"""Papers that move public money, entered by two people; what was approved is final."""

from django.db import migrations, models

_FINAL = """
CREATE FUNCTION ledger_document_is_final() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.approved_by <> '' THEN
    RAISE EXCEPTION 'document_is_final' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER document_is_final BEFORE UPDATE OR DELETE ON ledger_fundsdocument
  FOR EACH ROW EXECUTE FUNCTION ledger_document_is_final();
"""
_UNDO = "DROP TRIGGER document_is_final ON ledger_fundsdocument; DROP FUNCTION ledger_document_is_final();"
_KINDS = [
    ("treasury-order", "lệnh rút dự toán"),
    ("prefund", "chuyển tiền cho tổ chức chi trả"),
    ("fee-fund", "kinh phí trả phí"),
    ("year-end", "nộp trả cuối năm"),
]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_seal_signatures")]
    operations = [
        migrations.CreateModel(
            name="FundsDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=_KINDS, max_length=14, verbose_name="loại")),
                ("number", models.CharField(max_length=40, verbose_name="số chứng từ")),
                ("signed_on", models.DateField(verbose_name="ngày chứng từ")),
                ("amount_dong", models.BigIntegerField(verbose_name="số tiền (đồng)")),
                ("run_code", models.CharField(blank=True, max_length=40, verbose_name="kỳ")),
                ("provider_code", models.CharField(blank=True, max_length=12, verbose_name="tổ chức chi trả")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="người lập")),
                ("proposed_at", models.DateTimeField(verbose_name="lập lúc")),
                ("approved_by", models.CharField(blank=True, max_length=60, verbose_name="người duyệt")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="duyệt lúc")),
            ],
            options={"verbose_name": "chứng từ kinh phí"},
        ),
        migrations.AddConstraint(
            "fundsdocument", models.UniqueConstraint("kind", "number", "signed_on", name="funds_document_once")
        ),
        migrations.AddConstraint(
            "fundsdocument",
            models.CheckConstraint(condition=models.Q(amount_dong__gt=0), name="funds_document_positive"),
        ),
        migrations.AddConstraint(
            "fundsdocument",
            models.CheckConstraint(
                condition=models.Q(approved_by="") | ~models.Q(approved_by=models.F("proposed_by")),
                name="second_person_funds",
            ),
        ),
        migrations.RunSQL(_FINAL, _UNDO),
    ]
