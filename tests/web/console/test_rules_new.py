"""Organisers record what came into force since: a rule that takes over, an agreement, an admission by protocol."""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.market_access.models import AccessNotice, Agreement, EntryRule
from matchmaker.market_access.services import answer_question, load_market_access, readiness_of
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NEXT = {
    "code": "GACC-FOOD-999",
    "takes_over": "on",
    "valid_from": "2029-01-01",
    "name_en": "Registration under Decree 999",
    "name_zh": "第999号令注册",
    "legal_basis_en": "GACC Decree 999",
    "legal_basis_zh": "海关总署令第999号",
    "source_url": "https://example.org/999",
    "confidence": "secondary",
}

LATER = "It has to begin after 2026-06-01, when the rule it follows begins."


@pytest.fixture
def organiser(client):
    load_market_access()
    client.force_login(factories.organiser())


def test_a_rule_that_takes_over_ends_the_other_the_day_before_and_asks_the_same(client, organiser):
    biscuits = factories.product(
        factories.supplier(country="FR"), hs_code="190531", origin="FR", category=factories.category("AGRI-10")
    )
    answer = client.post(reverse("console_rule_new", args=["GACC-FOOD-280"]), NEXT)
    assert answer.url == reverse("console_rule", args=["GACC-FOOD-999"])
    old, new = (EntryRule.objects.get(code=code) for code in ("GACC-FOOD-280", "GACC-FOOD-999"))
    assert (old.valid_until, new.valid_from, new.valid_until) == (dt.date(2028, 12, 31), dt.date(2029, 1, 1), None)
    assert (new.requirement, new.accepts, new.hs_in) == (old.requirement, old.accepts, old.hs_in)
    for day, code in ((dt.date(2028, 12, 31), "GACC-FOOD-280"), (dt.date(2029, 1, 1), "GACC-FOOD-999")):
        asked = {item.rule.code: item.status.value for item in readiness_of(biscuits, day).items}
        assert {one: state for one, state in asked.items() if one.startswith("GACC-FOOD")} == {code: "missing"}
    assert [entry.verb for entry in AuditEntry.objects.filter(object_kind="EntryRule")] == ["edit_rule", "add_rule"]
    assert load_market_access().created == 0
    assert EntryRule.objects.get(code="GACC-FOOD-280").valid_until == dt.date(2028, 12, 31)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"code": "gacc 1"}, "code", "Write capital letters, digits and hyphens, such as GACC-FOOD-280."),
        (
            {"valid_from": "2026-06-01"},
            "valid_from",
            "It has to begin after 2026-06-01, when the rule it follows begins.",
        ),
        ({"source_url": "javascript:alert(1)"}, "source_url", None),
        ({"legal_basis_zh": ""}, "legal_basis", "Write it in this language, too: 简体中文."),
    ],
)
def test_a_new_rule_without_what_it_needs_is_refused_and_the_old_one_stays(client, organiser, changed, field, sentence):
    page = client.post(reverse("console_rule_new", args=["GACC-FOOD-280"]), {**NEXT, **changed})
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    if sentence:
        assert page.context["form"].errors[field] == [sentence]
    assert EntryRule.objects.get(code="GACC-FOOD-280").valid_until is None
    assert not EntryRule.objects.filter(code="GACC-FOOD-999").exists()


def test_a_new_agreement_is_recorded_and_opens_for_its_origins(client, organiser):
    said = {
        "code": "CN-XX-2028",
        "kind": "fta",
        "name_en": "China–Example agreement",
        "name_zh": "中国—某国自由贸易协定",
        "proofs": "CO",
        "source_url": "https://example.org/fta",
        "confidence": "primary",
    }
    answer = client.post(reverse("console_agreement_new"), said)
    assert answer.url == reverse("console_agreement", args=["CN-XX-2028"])
    row = Agreement.objects.get(code="CN-XX-2028")
    assert (row.kind, row.proofs, row.edited_here, row.partners.count()) == ("fta", ["CO"], True, 0)
    assert AuditEntry.objects.get(verb="add_agreement").object_uid == str(row.uid)


def test_an_admission_makes_a_fruit_met_from_its_first_day(client, organiser):
    mango = factories.product(
        factories.supplier(country="ML"), hs_code="080450", origin="ML", category=factories.category("AGRI-01")
    )
    said = {
        "origin": "ML",
        "hs_in": "080450",
        "product_en": "Mangoes",
        "product_zh": "芒果",
        "valid_from": "2027-03-01",
        "basis": "GACC notice 9 of 2027",
        "source_url": "https://example.org/9",
        "confidence": "primary",
    }
    address = reverse("console_admission_new", args=["FRUIT-ACCESS"])
    assert client.post(address, said).url == reverse("console_rule", args=["FRUIT-ACCESS"])
    assert AccessNotice.objects.filter(origin="ML", hs_in=["080450"]).count() == 1
    page = client.post(address, said)
    assert page.context["form"].errors == {"basis": ["This notice is already recorded for this country."]}
    person = factories.member_of(mango.company)
    answer_question(by=person, product=mango, question="fresh_fruit", answer=True)
    states = []
    for day in (dt.date(2027, 2, 28), dt.date(2027, 3, 1)):
        [line] = [item for item in readiness_of(mango, day).items if item.rule.code == "FRUIT-ACCESS"]
        states.append(line.reason.code)
    assert states == ["access_not_recorded", "access_by_protocol"]


def test_event_staff_and_rules_without_admissions_have_no_such_page(client, organiser):
    assert client.get(reverse("console_admission_new", args=["GACC-FOOD-280"])).status_code == 404
    client.force_login(factories.organiser(role="staff"))
    for address in (reverse("console_agreement_new"), reverse("console_rule_new", args=["GACC-FOOD-280"])):
        assert client.get(address).status_code in (403, 404)
        assert client.post(address, NEXT).status_code in (403, 404)
    assert not EntryRule.objects.filter(code="GACC-FOOD-999").exists()
