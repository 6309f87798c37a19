"""Events of an older version keep their hours on every day, there and back."""

import datetime as dt

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.migrations]
DAY = dt.date(2027, 3, 1)
HOURS = {
    "opens_at": dt.time(8, 30),
    "closes_at": dt.time(16),
    "pause_from": dt.time(12),
    "pause_until": dt.time(13),
}


def migrate(**changed: str):
    """The models after a move to the present tables, or for an app to the migration named."""
    graph = MigrationExecutor(connection).loader.graph
    targets = [(app, changed.get(app, name)) for app, name in graph.leaf_nodes()]
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def _present_tables():
    yield
    migrate()


@pytest.mark.usefixtures("_present_tables")
def test_an_event_keeps_its_hours_and_has_no_days_that_differ():
    apps = migrate(events="0013_lead_score")
    campaign = apps.get_model("campaigns.Campaign").objects.create(slug="c", starts_on=DAY, ends_on=DAY)
    days = {"starts_on": DAY, "ends_on": DAY + dt.timedelta(days=1)}
    apps.get_model("events.Event").objects.create(campaign=campaign, slug="e", **days, **HOURS)
    now = migrate().get_model("events.Event").objects.get()
    assert {name: getattr(now, name) for name in HOURS} == HOURS
    assert now.day_hours == []
    now.day_hours = [{"day": 2, "opens_at": None, "closes_at": None, "pause_from": None, "pause_until": None}]
    now.save()
    back = migrate(events="0013_lead_score").get_model("events.Event").objects.get()
    assert {name: getattr(back, name) for name in HOURS} == HOURS
    back.delete()
