"""Entries of the audit are written once: the database itself refuses to change them."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON accounts_auditentry
BEGIN SELECT RAISE(ABORT, 'entries of the audit are never changed'); END
"""
# SQLite has no delete trigger: emptying a table is a DELETE there, and tests empty tables. The chain shows a gap anyway.
POSTGRES = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'entries of the audit are never changed'; END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
"""


def forwards(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRES if postgres else SQLITE)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER audit_is_append_only ON accounts_auditentry")
        schema_editor.execute("DROP FUNCTION audit_is_append_only()")
    else:
        schema_editor.execute("DROP TRIGGER audit_is_append_only")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
