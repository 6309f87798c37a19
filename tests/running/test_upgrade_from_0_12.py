"""An upgrade from 0.12.0 loses nothing: a PostgreSQL database as it left it, with rows, is brought to the present.

The list of migrations stays as it is when later versions add theirs.
"""

import uuid
from datetime import date, time

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.events.models import EventParticipation, Meeting
from matchmaker.matching.models import Match
from matchmaker.messaging.models import Message, Quote
from tests.old_migrations import old_executor
from tests.running.test_upgrade import THEN, _on_server

pytestmark = pytest.mark.slow
RELEASED = [
    ("accounts", "0006_time_zone_unknown"),
    ("campaigns", "0011_brand"),
    ("catalogue", "0013_first_day"),
    ("companies", "0013_label_documents"),
    ("directory", "0001_initial"),
    ("events", "0010_interpreters_and_changes"),
    ("imports", "0011_read_pictures"),
    ("market_access", "0008_confirmed_registrations"),
    ("matching", "0005_shares_of_codes"),
    ("messaging", "0005_rfq"),
    ("notifications", "0009_request_id"),
    ("reporting", "0001_report"),
    ("translation", "0001_initial"),
]


@pytest.fixture(scope="module")
def upgraded(django_db_blocker):
    """The upgraded database behind Django's own connection; dropped after the module."""
    if connection.vendor != "postgresql":
        pytest.skip("needs a PostgreSQL")
    name, usual = f"upgrade_{uuid.uuid4().hex[:8]}", connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        server = connection.get_connection_params() | {"dbname": "postgres"}
        server = {key: server[key] for key in ("dbname", "user", "password", "host", "port") if key in server}
        _on_server(server, f"CREATE DATABASE {name}")
        try:
            connection.close()
            connection.settings_dict["NAME"] = name
            old_executor().migrate(RELEASED)
            _fill(old_executor().loader.project_state(RELEASED).apps)
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def _database(upgraded, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _fill(apps) -> None:
    """A campaign with a supplier and a buyer who matched, wrote, quoted and meet at an event."""
    person = apps.get_model("accounts", "User").objects.create(email="a@example.org", name="A", language="en")
    mill, shop = (
        apps.get_model("companies", "Company").objects.create(
            legal_name=name, country=country, status="approved", is_supplier=country == "TH", is_buyer=country == "CN"
        )
        for name, country in (("Mill", "TH"), ("Shop", "CN"))
    )
    apps.get_model("companies", "Membership").objects.create(company=mill, user=person, role="admin")
    campaign = apps.get_model("campaigns", "Campaign").objects.create(
        slug="c", name={"en": "Campaign"}, starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31), is_current=True
    )
    for company, side in ((mill, "supplier"), (shop, "buyer")):
        apps.get_model("campaigns", "Participation").objects.create(campaign=campaign, company=company, side=side)
    product, line = _fill_catalogue(apps, mill, shop)
    apps.get_model("matching", "Match").objects.create(
        product=product, line=line, score=0.75, probability=0.5, parts={"meaning": 0.75}, engine="e"
    )
    _fill_letters(apps, mill, shop)
    _fill_event(apps, campaign, mill, shop)


def _fill_catalogue(apps, mill, shop):
    category = apps.get_model("catalogue", "Category").objects.first()
    product = apps.get_model("catalogue", "Product").objects.create(
        company=mill,
        category=category,
        origin="TH",
        status="published",
        published_at=THEN,
        price_low=12,
        currency="USD",
    )
    apps.get_model("catalogue", "ProductText").objects.create(
        product=product, language="en", name="Rice", description="Fragrant rice", is_original=True
    )
    demand = apps.get_model("catalogue", "Demand").objects.create(
        company=shop, title="Rice", language="en", status="published", published_at=THEN, closing_on=date(2027, 6, 1)
    )
    line = apps.get_model("catalogue", "DemandLine").objects.create(
        demand=demand, number=1, text="Jasmine rice", language="en", category=category, quantity=40, unit="t"
    )
    return product, line


def _fill_letters(apps, mill, shop) -> None:
    enquiry = apps.get_model("messaging", "Enquiry").objects.create(
        supplier=mill, buyer=shop, asked_by="buyer", basis="supplier", subject="Rice", status="open", touched_at=THEN
    )
    apps.get_model("messaging", "Message").objects.create(
        enquiry=enquiry, side="buyer", text="How much?", language="en", state="delivered", created_at=THEN
    )
    apps.get_model("messaging", "Quote").objects.create(
        enquiry=enquiry, price=12, currency="USD", price_unit="t", incoterm="FOB", incoterm_place="Bangkok",
        valid_until=date(2027, 1, 1), status="accepted", made_at=THEN, answered_at=THEN,
    )  # fmt: skip


def _fill_event(apps, campaign, mill, shop) -> None:
    day = date(2027, 3, 1)
    event = apps.get_model("events", "Event").objects.create(
        campaign=campaign, slug="e", name={"en": "Event"}, city={"en": "Wuhan"}, starts_on=day, ends_on=day,
        opens_at=time(9), closes_at=time(11), tables=2, capacity=9, status="published",
    )  # fmt: skip
    for company, side in ((mill, "supplier"), (shop, "buyer")):
        apps.get_model("events", "EventParticipation").objects.create(
            event=event, company=company, side=side, registered_at=THEN
        )
    apps.get_model("events", "Meeting").objects.create(
        event=event, supplier=mill, buyer=shop, starts_at=THEN.replace(year=2027), table=1, status="confirmed"
    )


def test_companies_of_the_campaign_stay():
    names = dict(Participation.objects.values_list("company__legal_name", "side"))
    assert names == {"Mill": "supplier", "Shop": "buyer"}
    assert Campaign.objects.get().name == {"en": "Campaign"}
    assert Company.objects.get(legal_name="Mill").members.get().email == "a@example.org"


def test_products_and_demands_stay_as_they_were():
    product, line = Product.objects.get(), DemandLine.objects.get()
    assert (product.price_low, product.texts.get().name, product.status) == (12, "Rice", "published")
    assert (line.text, line.quantity, line.demand.title) == ("Jasmine rice", 40, "Rice")


def test_a_match_keeps_its_score():
    match = Match.objects.get()
    assert (match.score, match.probability, match.parts) == (0.75, 0.5, {"meaning": 0.75})


def test_letters_and_quotes_stay():
    assert (Message.objects.get().text, Quote.objects.get().status) == ("How much?", "accepted")
    assert Quote.objects.get().price == 12


def test_meetings_stay():
    meeting = Meeting.objects.get()
    assert (meeting.table, meeting.starts_at, meeting.status) == (1, THEN.replace(year=2027), "confirmed")
    assert EventParticipation.objects.count() == 2
