"""Two more roles: who writes the law down, and who reviews it."""

from django.db import migrations, models

_ROLES = [
    ("administrator", "quản trị"),
    ("commune_officer", "cán bộ cấp xã"),
    ("department_officer", "chuyên viên sở"),
    ("department_approver", "lãnh đạo phê duyệt"),
    ("provider_officer", "nhân viên tổ chức chi trả"),
    ("leader", "lãnh đạo tỉnh"),
    ("auditor", "thanh tra"),
    ("law_author", "người soạn luật"),
    ("legal_reviewer", "người thẩm định pháp lý"),
]


class Migration(migrations.Migration):
    dependencies = [("office", "0003_country_agency_and_long_settings")]
    operations = [
        migrations.AlterField("staff", "role", models.CharField(choices=_ROLES, max_length=20, verbose_name="vai trò")),
    ]
