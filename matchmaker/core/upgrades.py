"""An upgrade starts at 1.0.0: an older database is refused before `migrate` changes anything."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def partly_applied(using: str) -> list[str]:
    """Apps of which the database has some, but not all of the migrations that 1.0.0 had."""
    applied = set(MigrationRecorder(connections[using]).applied_migrations())
    squashed = [(app, row) for (app, _name), row in MigrationLoader(None).disk_migrations.items() if row.replaces]
    replaced = {app: set(row.replaces) for app, row in squashed if app not in ("account", "mfa", "socialaccount")}
    return sorted(app for app, names in replaced.items() if names & applied and not names <= applied)


@register(Tags.database)
def check_version_of_database(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a database that a version before 1.0.0 wrote; `migrate` runs the checks of its database first."""
    return [
        Error(
            f"This database was written by a version before 1.0.0 (seen in: {', '.join(apps)}).",
            hint="Nothing was changed. Upgrade to 1.0.0 first, then to this version: docs/operating/upgrade.md.",
            id="core.E001",
        )
        for using in databases or ()
        if (apps := partly_applied(using))
    ]
