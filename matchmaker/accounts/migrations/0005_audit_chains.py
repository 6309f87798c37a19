"""Digests of the audit get a key, and each chain a row that says where it ends; PostgreSQL refuses to empty either.

Entries from before stay as they are: they have no key, and their chain is sealed as it stands now.
"""

from django.db import migrations, models

from matchmaker.accounts.audit import seals

SQLITE = """
CREATE TRIGGER IF NOT EXISTS audit_is_append_only BEFORE UPDATE ON accounts_auditentry
BEGIN SELECT RAISE(ABORT, 'entries of the audit are never changed'); END
"""  # adding a column made the table anew, without its trigger
POSTGRES = """
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON accounts_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_chains_are_never_emptied BEFORE TRUNCATE ON accounts_auditchain
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_chains_stay BEFORE DELETE ON accounts_auditchain
FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
"""


def guard(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRES if postgres else SQLITE)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER audit_is_never_emptied ON accounts_auditentry")
        schema_editor.execute("DROP TRIGGER audit_chains_are_never_emptied ON accounts_auditchain")
        schema_editor.execute("DROP TRIGGER audit_chains_stay ON accounts_auditchain")


def seal_what_is_there(apps, schema_editor):
    chains = {}
    entries = apps.get_model("accounts", "AuditEntry").objects.order_by("id")
    for organisation, digest in entries.values_list("organisation", "digest").iterator():
        length, _last = chains.get(organisation, (0, ""))
        chains[organisation] = (length + 1, digest)
    model = apps.get_model("accounts", "AuditChain")
    rows = [model(organisation=name, length=length, last=last) for name, (length, last) in chains.items()]
    for row in rows:
        row.seal = seals(row)[0]
    model.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_account_letter")]
    operations = [
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation", models.CharField(max_length=64, unique=True)),
                ("length", models.PositiveIntegerField(default=0)),
                ("last", models.CharField(blank=True, max_length=64)),
                ("seal", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.AddField("auditentry", "is_keyed", models.BooleanField(default=False)),
        migrations.AlterField("auditentry", "is_keyed", models.BooleanField(default=True)),
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
