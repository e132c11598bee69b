"""The SQL twin of `base.names.fold`, and an audit trail that only grows."""

from django.db import migrations

_ACCENTED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_PLAIN = "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd"

# normalize() first, so that decomposed names fold the same; then one translate over Vietnamese letters.
_FOLD = f"""
CREATE FUNCTION ansinh_fold(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT trim(regexp_replace(
    regexp_replace(normalize(translate(normalize(lower(name), NFC), '{_ACCENTED}', '{_PLAIN}'), NFD), '[\u0300-\u036f]', '', 'g'),
    '[^a-z0-9]+', ' ', 'g'))
$$;
"""

_APPEND_ONLY = """
CREATE FUNCTION ansinh_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON office_auditevent
  FOR EACH STATEMENT EXECUTE FUNCTION ansinh_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial")]
    operations = [
        migrations.RunSQL(_FOLD, "DROP FUNCTION ansinh_fold(text)"),
        migrations.RunSQL(
            _APPEND_ONLY, "DROP TRIGGER audit_only_grows ON office_auditevent; DROP FUNCTION ansinh_append_only()"
        ),
    ]
