"""Two rates of one tariff line and regime never hold on the same day, whoever writes them.

PostgreSQL has exclusion constraints for it; SQLite gets two triggers. SQLite loses triggers when a later migration
rebuilds the table, so such a migration has to call `hold` again.
"""

from django.db import migrations

POSTGRES = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE market_access_tariffrate ADD CONSTRAINT tariff_rates_never_overlap EXCLUDE USING gist (
    hs_code WITH =, regime WITH =, daterange(valid_from, valid_until, '[]') WITH &&
);
"""

SQLITE = """
CREATE TRIGGER tariff_rates_never_overlap_on_{event} BEFORE {event} ON market_access_tariffrate
WHEN EXISTS (
    SELECT 1 FROM market_access_tariffrate AS other
    WHERE other.hs_code = NEW.hs_code AND other.regime = NEW.regime AND other.id IS NOT NEW.id
      AND (NEW.valid_until IS NULL OR other.valid_from <= NEW.valid_until)
      AND (other.valid_until IS NULL OR NEW.valid_from <= other.valid_until)
)
BEGIN
    SELECT RAISE(ABORT, 'tariff_rates_never_overlap');
END
"""


def hold(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    elif schema_editor.connection.vendor == "sqlite":
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(SQLITE.format(event=event))


def release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE market_access_tariffrate DROP CONSTRAINT tariff_rates_never_overlap")
    elif schema_editor.connection.vendor == "sqlite":
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(f"DROP TRIGGER tariff_rates_never_overlap_on_{event}")


class Migration(migrations.Migration):
    dependencies = [("market_access", "0001_initial")]
    operations = [migrations.RunPython(hold, release)]
