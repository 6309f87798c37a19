"""An upgrade loses nothing: a PostgreSQL database of an older version, with rows, is brought to the present one."""

import hashlib
import json
import uuid
from datetime import UTC, date, datetime, time

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from matchmaker.accounts.audit import first_broken, is_shortened, record
from matchmaker.accounts.models import AuditEntry, User
from matchmaker.companies.models import Company, Membership
from matchmaker.events.models import CalendarAddress, Event, EventParticipation
from matchmaker.imports.models import Import, ImportRow
from matchmaker.market_access.models import Registration
from matchmaker.messaging.models import QuoteEvent
from matchmaker.notifications.models import Delivery, Notice
from tests.old_migrations import old_executor

pytestmark = pytest.mark.slow
# Where each application stood before calendar addresses, sealed chains and enforced keys of notices.
OLDER = [
    ("accounts", "0004_account_letter"),
    ("campaigns", "0006_team_seats"),
    ("catalogue", "0010_everyday_chinese_names"),
    ("companies", "0007_number_taken_by_its_code"),
    ("directory", "0001_initial"),
    ("events", "0006_reminded_requests"),
    ("imports", "0007_cells_by_columns"),
    ("market_access", "0005_legal_basis_in_chinese"),
    ("matching", "0004_leases_of_waiting_rows"),
    ("messaging", "0003_files_in_private_storage"),
    ("notifications", "0005_about"),
]
THEN = datetime(2026, 11, 1, 8, tzinfo=UTC)
GONE = 999_999  # the key of a row that is no more
TARGET = uuid.UUID(int=1)


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
            old_executor().migrate(OLDER)
            _fill(old_executor().loader.project_state(OLDER).apps)
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server: dict, statement: str) -> None:
    with psycopg.connect(**server, autocommit=True) as link:
        link.execute(statement)


@pytest.fixture(autouse=True)
def _database(upgraded, django_db_blocker):
    """What a test writes is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _fill(apps) -> None:
    """Rows as the older version wrote them."""
    user, company = apps.get_model("accounts", "User"), apps.get_model("companies", "Company")
    people = [
        user.objects.create(email=f"{zone}@example.org".lower(), name=zone, time_zone=zone, language="en")
        for zone in ("UTC", "Asia/Shanghai")
    ]
    mill, shop = (
        company.objects.create(legal_name=name, country=country, status="approved", is_supplier=country == "TH",
                               is_buyer=country == "CN")
        for name, country in (("Mill", "TH"), ("Shop", "CN"))
    )  # fmt: skip
    apps.get_model("companies", "Membership").objects.create(company=mill, user=people[0], role="admin")
    _fill_notices(apps, people[0])
    _fill_audit(apps, mill, people[0])
    _fill_event(apps, mill)
    _fill_import(apps, mill, people[0])
    _fill_quote(apps, mill, shop)
    number = {"code": "GACC-FOOD", "number": "FR 12.345.001 CE"}
    apps.get_model("market_access", "Registration").objects.create(company=mill, **number)


def _fill_notices(apps, person) -> None:
    """One notice with its delivery, one without its person with a delivery, and a delivery without its notice."""
    notice, delivery = apps.get_model("notifications", "Notice"), apps.get_model("notifications", "Delivery")
    rows = [
        notice.objects.create(kind="match_found", topic="matches", event_key=f"k{number}", recipient_id=pk)
        for number, pk in enumerate((person.pk, GONE))
    ]
    for pk in (rows[0].pk, rows[1].pk, GONE):
        delivery.objects.create(notice_id=pk, channel="mail", not_before=THEN)


def _fill_audit(apps, mill, person) -> None:
    previous, model = "", apps.get_model("accounts", "AuditEntry")
    for number in range(3):
        entry = model(organisation=str(mill.uid), actor=person, verb="edit_company", object_kind="Company",
                      object_uid=str(mill.uid), facts={"n": number}, at=THEN, previous=previous)  # fmt: skip
        row = [entry.organisation, entry.actor_id, entry.verb, entry.object_kind, entry.object_uid, entry.facts,
               entry.at.isoformat(), previous]  # fmt: skip
        text = json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)
        entry.digest = previous = hashlib.sha256(text.encode()).hexdigest()
        entry.save()


def _fill_event(apps, mill) -> None:
    campaign = apps.get_model("campaigns", "Campaign").objects.create(
        slug="c", name_en="Campaign", name_zh="活动", starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31)
    )
    day = date(2027, 3, 1)
    event = apps.get_model("events", "Event").objects.create(
        campaign=campaign, slug="e", name_en="Event", name_zh="洽谈会", city_en="Wuhan", starts_on=day, ends_on=day,
        opens_at=time(9), closes_at=time(11), tables=2, capacity=9, status="published",
    )  # fmt: skip
    apps.get_model("events", "EventParticipation").objects.create(
        event=event, company=mill, side="supplier", registered_at=THEN, booth="A 12"
    )


def _fill_import(apps, mill, person) -> None:
    given = {"kind": "products", "company": mill, "by": person, "language": "en", "file_name": "a.csv"}
    model = apps.get_model("imports", "Import")
    preview = model.objects.create(**given, state="preview", total=1, head=["Name"], mapping={"name": 0})
    model.objects.create(**given, state="mapping", content=b"file")
    texts = {"each": [{"each": [["en"], ["Rice"], [""]]}]}
    apps.get_model("imports", "ImportPack").objects.create(
        batch=preview, first_row=2, last_row=2, names=["origin", "texts"], written=json.dumps([[None], ["Rice"]]),
        rows=json.dumps([[2], [TARGET.hex], ["TH"], texts]),
    )  # fmt: skip


def _fill_quote(apps, mill, shop) -> None:
    enquiry = apps.get_model("messaging", "Enquiry").objects.create(
        supplier=mill, buyer=shop, asked_by="buyer", basis="supplier", subject="Rice", status="open", touched_at=THEN
    )
    apps.get_model("messaging", "Quote").objects.create(
        enquiry=enquiry, price=12, currency="USD", price_unit="t", incoterm="FOB", incoterm_place="Bangkok",
        valid_until=date(2027, 1, 1), status="declined", answer_note="Too dear", made_at=THEN, answered_at=THEN,
    )  # fmt: skip


def test_companies_and_their_people_stay():
    assert sorted(Company.objects.values_list("legal_name", flat=True)) == ["Mill", "Shop"]
    assert Membership.objects.get().user.email == "utc@example.org"


def test_a_zone_that_was_chosen_stays_and_the_first_one_is_unknown():
    assert dict(User.objects.values_list("name", "time_zone")) == {"UTC": "", "Asia/Shanghai": "Asia/Shanghai"}


def test_notices_without_person_and_deliveries_without_notice_go_alone():
    notice = Notice.objects.get()
    assert (notice.event_key, notice.recipient.name) == ("k0", "UTC")
    assert Delivery.objects.get().notice == notice


@pytest.mark.parametrize(("model", "column"), [(Notice, "recipient_id"), (Delivery, "notice_id")])
def test_the_database_enforces_both_keys_of_notices(model, column):
    model.objects.update(**{column: GONE})
    with pytest.raises(IntegrityError):
        connection.check_constraints()


def test_the_record_is_whole_goes_on_and_cannot_be_changed():
    mill = Company.objects.get(legal_name="Mill")
    assert (first_broken(str(mill.uid)), is_shortened(str(mill.uid))) == (None, False)
    record(by=User.objects.get(name="UTC"), verb="edit_company", on=mill)
    assert (first_broken(str(mill.uid)), is_shortened(str(mill.uid))) == (None, False)
    connection.check_constraints()  # as a commit does: nothing of the new entry waits any more
    assert AuditEntry.objects.count() == 4
    for change in (AuditEntry.objects.all().delete, lambda: AuditEntry.objects.update(verb="x"), _empty_the_record):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()


def _empty_the_record() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_auditentry CASCADE")


def test_participants_stay_and_have_no_calendar_address_until_they_ask_for_one():
    assert EventParticipation.objects.get().booth == "A 12"
    assert not CalendarAddress.objects.exists()


def test_texts_in_two_columns_become_texts_by_language():
    event = Event.objects.get()
    assert (event.name, event.city, event.theme) == ({"en": "Event", "zh-hans": "洽谈会"}, {"en": "Wuhan"}, {})
    assert event.campaign.name == {"en": "Campaign", "zh-hans": "活动"}


def test_rows_of_an_import_stay_and_a_file_to_confirm_is_opened_once_more():
    assert dict(Import.objects.values_list("total", "state")) == {1: "preview", 0: "opening"}
    row = ImportRow.objects.get()
    assert (row.row_no, row.raw, row.target, row.action) == (2, ["Rice"], TARGET, "create")


def test_the_answer_to_a_quote_becomes_its_first_event():
    event = QuoteEvent.objects.get()
    assert (event.status, event.note, event.at) == ("declined", "Too dear", THEN)


def test_a_registration_number_stays_as_it_was_and_counts_as_stated():
    row = Registration.objects.get()
    assert (row.number, row.is_seen) == ("FR 12.345.001 CE", False)
