"""Two campaigns on one site: people of the one read no row of the other and change none, by whatever way.

The campaign of `FullWorld` is the one that is not to be touched. The people of the rival campaign ask every route with
its addresses, by every method; the rows of all tables that were there before the rival came are compared after each
request that wrote something. Lists of the rival's team name its companies by number, name, website and address.

    pytest tests/web/test_two_campaigns.py                                      an organiser of the rival campaign
    RIVAL_ROLES=administrator,gate pytest tests/web/test_two_campaigns.py       other people of it
"""

import os
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client

from matchmaker.campaigns.models import Organiser
from matchmaker.companies.models import Company
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services import undo_import, work_waiting
from tests import factories
from tests.imports.sheets import applied, as_csv, previewed
from tests.web.access_more import FullWorld
from tests.web.test_access_generated import BODY, COMMON, KEY_IN_THE_ADDRESS, MARKERS, every_route, quiet, readable

__all__ = ["quiet"]
pytestmark = [pytest.mark.django_db]

WRITES = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
# Ends of the chains of records: an entry about something common to the site moves the chain of the site.
MOVES_ALWAYS = {"accounts_auditchain"}
Snapshot = dict[str, dict]


class Rival:
    """The other campaign: its team, a partner with a desk, and a supplier and a buyer with people."""

    def __init__(self):
        self.campaign = factories.campaign(slug="rival", is_current=False)
        roles = {"administrator": "admin", "organiser": "organiser", "gate": "staff"}
        self.people = {name: factories.organiser(self.campaign, Organiser.Role(role)) for name, role in roles.items()}
        self.partner, self.people["partner desk"] = factories.partner(self.campaign)
        for side, company in (("supplier", factories.supplier()), ("buyer", factories.buyer())):
            factories.take_part(self.campaign, company)
            self.people[side] = factories.member_of(company)

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(self.people[role])
        return client


def tables() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if model._meta.managed}


def rows(model: type[models.Model], among=None) -> dict:
    """Primary key → the row, of all rows or of those named."""
    found = model._base_manager.all() if among is None else model._base_manager.filter(pk__in=among)
    return {row[0]: row for row in found.values_list("pk", *(field.attname for field in model._meta.concrete_fields))}


def snapshot() -> Snapshot:
    return {table: rows(model) for table, model in tables().items()}


def changed(before: Snapshot, touched: set[str]) -> list[str]:
    """Tables in which a row of the snapshot is not as it was."""
    known = tables()
    return sorted(
        table
        for table in touched & before.keys() - MOVES_ALWAYS
        if rows(known[table], list(before[table])) != before[table]
    )


def rolled_back(send, before: Snapshot) -> Iterator[tuple]:
    """The answer, what it shows, and the tables of the snapshot it changed; then all of it is taken back."""
    touched: set[str] = set()

    def watch(execute, sql, params, many, context):
        if match := WRITES.match(sql):
            touched.add(match[1])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            answer = send()
            text = readable(answer)
        yield answer, text, changed(before, touched) if touched else []
        transaction.set_rollback(True)


def asked(client: Client, url: str, *, is_api: bool) -> Iterator:
    yield "GET", lambda: client.get(url)
    body = {"data": {} if is_api else BODY} | ({"content_type": "application/json"} if is_api else {})
    yield "POST", lambda: client.post(url, **body)
    if is_api:
        for method in ("put", "patch", "delete"):
            yield (
                method.upper(),
                lambda method=method: getattr(client, method)(url, {}, content_type="application/json"),
            )


# Who asks: roles of `Rival` with commas between.
ASKED = os.environ.get("RIVAL_ROLES", "organiser").split(",")


@pytest.mark.parametrize("role", ASKED)
def test_no_route_shows_or_changes_a_row_of_the_other_campaign(role, quiet):
    world = FullWorld()
    before = snapshot()
    client, wrong = Rival().client(role), {}
    for name, (_policy, url, is_api) in every_route(world)[0]:
        if name in KEY_IN_THE_ADDRESS or name in COMMON:
            continue
        for method, send in asked(client, url, is_api=is_api):
            for answer, text, tables_changed in rolled_back(send, before):
                faults = [f"shows {marker}" for marker in MARKERS if marker in text]
                faults += [f"changes {table}" for table in tables_changed]
                faults += [f"answers {answer.status_code}"] if answer.status_code >= 500 else []
                if faults:
                    wrong[f"{method} {name}"] = faults
    assert wrong == {}


NUMBER = "91350100M000100Y43"
# How a row of a list may name a company of the other campaign.
NAMED_BY = {
    "number": {"legal name": "Any Name", "country": "CN", "company number": NUMBER},
    "name": {"legal name": "Mhidden Xanadu Trading", "country": "CN"},
    "website": {"legal name": "Another Name One", "country": "CN", "website": "https://www.xanadu-trading.example"},
    "address": {"legal name": "Another Name Two", "country": "CN", "contact email": "new@xanadu-trading.example"},
    "all": {
        "legal name": "Mhidden Xanadu Trading",
        "country": "CN",
        "company number": NUMBER,
        "website": "https://www.xanadu-trading.example",
        "contact email": "evil@xanadu-trading.example",
        "contact telephone": "+86 27 1234 5678",
        "WeChat ID": "evil-wechat",
        "city": "Eviltown",
        "name in Latin letters": "Evil",
    },
}


@pytest.mark.parametrize("named_by", NAMED_BY)
@pytest.mark.parametrize("kind", ["suppliers", "buyers"])
def test_no_list_of_companies_reads_or_changes_a_company_of_the_other_campaign(client, kind, named_by):
    other = factories.campaign()
    fields = {"country": "CN", "identifier_kind": "uscc", "identifier": NUMBER, "city": "", "contact_wechat": ""}
    web = {"website": "https://xanadu-trading.example", "contact_email": "mboss@xanadu-trading.example"}
    hidden = factories.buyer(legal_name="Mhidden Xanadu Trading", **fields, **web)
    listed = Company.objects.create(
        legal_name="Mhidden Xanadu Trading Two", country="CN", is_buyer=True, website="https://xanadu-trading.example"
    )
    factories.take_part(other, hidden, listed)
    before = snapshot()
    rival = Rival()
    li, given = rival.people["organiser"], NAMED_BY[named_by]
    batch = previewed(by=li, content=as_csv([list(given), list(given.values())]), kind=kind, campaign=rival.campaign)
    client.force_login(li)
    page = client.get(f"/imports/{batch.uid}/").text
    shown = page + str(list(ImportRow.objects.filter(batch=batch).values_list("problems", "alike", "target", "notes")))
    for secret in (str(hidden.uid), str(listed.uid), "mboss@", "Trading Two"):
        assert secret not in shown
    if batch.valid:
        batch = applied(by=li, batch=batch)
        undo_import(by=li, batch=batch)
        work_waiting()
    assert changed(before, set(before)) == []


ROWS_OF = {
    "products": {"Product name": "Rice 1", "HS code": "100630", "Country of origin": "CN", "Category": "AGRI-01"},
    "demands": {
        "demand": "Rice wanted",
        "what you want to buy": "Rice 1",
        "closes on": "2031-01-01",
        "Category": "AGRI-01",
    },
}


@pytest.mark.parametrize("kind", ROWS_OF)
@pytest.mark.parametrize("named_by", ["legal_name", "uid", "identifier"])
def test_no_list_of_goods_or_wishes_is_written_into_a_company_of_the_other_campaign(kind, named_by):
    factories.hs_code("100630")
    factories.category("AGRI-01")
    other = factories.campaign()
    fields = {"is_supplier": True, "is_buyer": True, "country": "CN", "identifier_kind": "uscc", "identifier": NUMBER}
    company = factories.company(status="approved", legal_name="Mhidden Xanadu", **fields)
    factories.product(company, name="Rice 1")
    factories.take_part(other, company)
    before = snapshot()
    rival = Rival()
    given = ROWS_OF[kind] | {"Company": str(getattr(company, named_by))}
    batch = previewed(
        by=rival.people["organiser"],
        content=as_csv([list(given), list(given.values())]),
        kind=kind,
        campaign=rival.campaign,
    )
    assert (batch.total, batch.rejected) == (1, 1)
    assert "company" in ImportRow.objects.get(batch=batch).problems
    assert changed(before, set(before)) == []


def test_the_pages_of_a_list_of_the_other_team_are_not_there(client):
    world = FullWorld()
    rival = Rival()
    client.force_login(rival.people["organiser"])
    theirs = Import.objects.filter(campaign=world.campaign).values_list("uid", flat=True)
    assert [client.get(f"/imports/{uid}/").status_code for uid in theirs] == [404] * len(theirs) != []
