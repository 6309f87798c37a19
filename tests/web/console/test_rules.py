"""Organisers change rules, agreements and rates: first what changes for whom, then the change, then its history."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.market_access.models import Agreement, AgreementPartner, EntryRule, TariffRate
from matchmaker.market_access.services import load_market_access
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HEADER = "hs_code,regime,rate_percent,rate_text,valid_from,valid_until,source\n"


@pytest.fixture
def organiser(client):
    load_market_access()
    person = factories.organiser()
    client.force_login(person)
    return person


@pytest.fixture
def biscuits():
    return factories.product(
        factories.supplier(country="FR"), hs_code="190531", origin="FR", category=factories.category("AGRI-10")
    )


def posted(page, **changed) -> dict:
    """The form of a page as a browser would send it, with some fields changed."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    values = {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in values.items()}
    values = {name: " ".join(value) if isinstance(value, list) else value for name, value in values.items()}
    for name in [name for name, value in values.items() if isinstance(value, dict)]:
        values |= {f"{name}_{code}": text for code, text in values.pop(name).items()}
    values = {name: value for name, value in values.items() if value not in (None, "", False)}
    return {**values, **changed}


def test_a_rule_is_previewed_for_whom_it_changes_and_nothing_is_written(client, organiser, biscuits):
    address = reverse("console_rule", args=["GACC-FOOD-280"])
    sent = posted(client.get(address), hs_out="19", preview_day="2026-07-01", preview="1")
    page = client.post(address, sent)
    assert [(one.product, one.before.value, one.after.value) for one in page.context["preview"]] == [
        (biscuits, "missing", "missing")
    ]
    assert EntryRule.objects.get(code="GACC-FOOD-280").edited_here is False


def test_a_rule_is_changed_and_its_history_says_from_what_to_what(client, organiser, biscuits):
    address = reverse("console_rule", args=["GACC-FOOD-280"])
    client.post(address, posted(client.get(address), valid_until="2030-12-31", save="1"))
    rule = EntryRule.objects.get(code="GACC-FOOD-280")
    assert (rule.valid_until, rule.edited_here) == (dt.date(2030, 12, 31), True)
    assert AuditEntry.objects.get(verb="edit_rule").facts == {
        "before": {"valid_until": None},
        "after": {"valid_until": "2030-12-31"},
    }
    history = client.get(address).context["history"]
    assert [(entry["who"], entry["more"]) for entry in history] == [(str(organiser), "valid_until: – → 2030-12-31")]


def test_two_rules_of_one_requirement_never_hold_on_the_same_day(client, organiser):
    address = reverse("console_rule", args=["GACC-FOOD-280"])
    page = client.post(address, posted(client.get(address), valid_from="2026-05-01", save="1"))
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["valid_from"])


def test_ending_a_partner_shows_whose_duty_changes_and_is_kept(client, organiser):
    avocados = factories.product(factories.supplier(country="KE"), hs_code="080440", origin="KE")
    row = AgreementPartner.objects.get(agreement__code="AFR-ZERO", origin="KE")
    address = reverse("console_agreement_partner", args=[row.uid])
    sent = posted(client.get(address), valid_until="2026-12-31", preview_day="2027-06-01")
    preview = client.post(address, {**sent, "preview": "1"}).context["preview"]
    assert [(one["product"], one["after"]) for one in preview] == [(avocados, "no agreement, rate not loaded")]
    row.refresh_from_db()
    assert row.valid_until == dt.date(2028, 4, 30)
    client.post(address, {**sent, "save": "1"})
    row.refresh_from_db()
    assert row.valid_until == dt.date(2026, 12, 31)
    assert len(client.get(address).context["history"]) == 1


def test_an_origin_is_added_once_for_a_day(client, organiser):
    address = reverse("console_agreement", args=["AFR-ZERO"])
    sent = {
        "what": "partner",
        "new-origin": "SZ",
        "new-valid_from": "2027-01-01",
        "new-confidence": "hint",
        "save": "1",
    }
    client.post(address, sent)
    again = client.post(address, {**sent, "new-valid_from": "2027-06-01"})
    assert AgreementPartner.objects.filter(agreement__code="AFR-ZERO", origin="SZ").count() == 1
    assert list(again.context["adding"].errors) == ["valid_from"]


def test_an_agreement_is_changed_with_history(client, organiser):
    address = reverse("console_agreement", args=["ACFTA"])
    client.post(address, posted(client.get(address), what="agreement", note="Upgraded in 2026", save="1"))
    row = Agreement.objects.get(code="ACFTA")
    assert (row.note, row.edited_here) == ("Upgraded in 2026", True)
    assert [entry["what"] for entry in client.get(address).context["history"]] == ["Changed"]


def test_a_tariff_file_is_looked_at_first_and_loaded_from_what_was_kept(client, organiser, biscuits):
    address = reverse("console_tariff")
    rows = "19053100,MFN,15,,2026-01-01,,Test data\n19053100,ACFTA,x,,2026-01-01,,Test data\n"
    upload = SimpleUploadedFile("t.csv", (HEADER + rows).encode())
    found = client.post(address, {"file": upload, "preview": "1"}).context["found"]
    assert (found["result"].created, [fault["row"] for fault in found["faults"]]) == (1, [3])
    assert [(one["product"], one["before"], one["after"]) for one in found["changes"]] == [
        (biscuits, "no agreement, rate not loaded", "15%")
    ]
    assert TariffRate.objects.count() == 0
    refused = client.post(address, {"kept": found["kept"], "load": "1"})
    assert (refused.status_code, TariffRate.objects.count()) == (200, 0)
    client.post(address, {"kept": found["kept"], "load": "1", "partial": "1"})
    assert list(TariffRate.objects.values_list("hs_code", "regime")) == [("19053100", "MFN")]


def test_a_loaded_rate_is_mended_with_a_preview(client, organiser, biscuits):
    row = TariffRate.objects.create(
        hs_code="19053100", regime="MFN", percent=15, valid_from=dt.date(2026, 1, 1), source="Test data"
    )
    address = reverse("console_tariff_rate", args=[row.pk])
    sent = posted(client.get(address), percent="12", preview_day="2026-07-01")
    preview = client.post(address, {**sent, "preview": "1"}).context["preview"]
    assert [(one["before"], one["after"]) for one in preview] == [("15%", "12%")]
    client.post(address, {**sent, "save": "1"})
    row.refresh_from_db()
    assert row.percent == 12


def test_products_that_miss_little_are_listed(client, organiser, biscuits):
    cream = factories.product(
        factories.supplier(country="IT"), hs_code="848180", origin="IT", category=factories.category("COMP-01")
    )
    page = client.get(reverse("console_nearly_ready"))
    assert page.context["counts"]["unknown"] >= 1
    assert cream.pk not in {row["product"].pk for row in page.context["page"] if row["answer"].still_open > 2}


@pytest.mark.parametrize("name", ["console_tariff", "console_rule"])
def test_only_organisers_open_what_can_be_changed(client, name):
    load_market_access()
    args = ["GACC-FOOD-280"] if name == "console_rule" else []
    factories.campaign()
    for person in (factories.organiser(role="staff"), factories.member_of(factories.supplier())):
        client.force_login(person)
        assert client.get(reverse(name, args=args)).status_code == 404
