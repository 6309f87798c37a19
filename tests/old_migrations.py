"""Old versions of the tables, for tests of an upgrade."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


class OldMigrations(MigrationLoader):
    """Every migration that a squashed one replaces, without the squashed ones."""

    def load_disk(self):
        super().load_disk()
        squashed = {key: row.replaces[-1] for key, row in self.disk_migrations.items() if row.replaces}
        self.disk_migrations = {key: row for key, row in self.disk_migrations.items() if key not in squashed}
        for row in self.disk_migrations.values():
            row.dependencies = [squashed.get(tuple(key), key) for key in row.dependencies]


def old_executor() -> MigrationExecutor:
    """Goes to any migration of an older version by its name, back or forth."""
    executor = MigrationExecutor(connection)
    executor.loader = OldMigrations(connection)
    return executor
