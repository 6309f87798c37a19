"""Questions and admissions: changed by organisers with a preview, and their history."""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.market_access.models import AccessNotice, EntryQuestion
from matchmaker.market_access.services import load_market_access, readiness_of
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = dt.date(2026, 7, 1)


@pytest.fixture
def organiser(client):
    load_market_access()
    person = factories.organiser()
    client.force_login(person)
    return person


def form_values(question, **changes) -> dict:
    texts = {f"{name}_{code}": text for name in ("text", "help") for code, text in getattr(question, name).items()}
    codes = {name: " ".join(getattr(question, name)) for name in ("asked_hs", "yes_hs", "no_hs")}
    otherwise = {None: "unknown", True: "true", False: "false"}[question.otherwise]
    day = {"preview_day": DAY.isoformat()}
    return {**texts, **codes, "otherwise": otherwise, **day, **changes}


def test_the_list_says_which_rules_a_question_decides(client, organiser):
    rows = {row["question"].code: row for row in client.get(reverse("console_entry_questions")).context["rows"]}
    assert len(rows) == EntryQuestion.objects.count()
    assert any("orchard" in name.lower() for name in rows["fresh_fruit"]["decides"])


def test_a_question_is_looked_at_saved_and_its_history_kept(client, organiser):
    factories.hs_code("080440")
    product = factories.product(hs_code="080440", origin="KE", category=factories.category("AGRI-01"))
    question = EntryQuestion.objects.get(code="fresh_fruit")
    address = reverse("console_entry_question", args=["fresh_fruit"])
    change = form_values(question, yes_hs=" ".join([*question.yes_hs, "080440"]))
    page = client.post(address, {**change, "preview": "1"})
    assert [one.product for one in page.context["preview"]] == [product]
    assert EntryQuestion.objects.get(code="fresh_fruit").yes_hs == question.yes_hs

    client.post(address, {**change, "save": "1"})
    question.refresh_from_db()
    assert ("080440" in question.yes_hs, question.edited_here) == (True, True)
    assert all(one.code != "fresh_fruit" for one in readiness_of(product, DAY).questions)
    (entry,) = client.get(address).context["history"]
    assert entry["more"].startswith("yes_hs: ")
    load_market_access()
    question.refresh_from_db()
    assert "080440" in question.yes_hs  # what was changed here is kept


def test_a_wrong_prefix_is_said_beside_its_field(client, organiser):
    question = EntryQuestion.objects.get(code="fresh_fruit")
    address = reverse("console_entry_question", args=["fresh_fruit"])
    page = client.post(address, {**form_values(question, yes_hs="080"), "save": "1"})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["yes_hs"])


def test_an_admission_that_ends_makes_a_fruit_unknown_again(client, organiser):
    notice = AccessNotice.objects.order_by("pk").first()
    address = reverse("console_admission", args=[notice.pk])
    listed = client.get(reverse("console_admissions", args=[notice.rule_code])).context["rows"]
    assert notice in [one["row"] for one in listed]
    fields = {
        "hs_in": " ".join(notice.hs_in), "product_en": notice.product["en"], "product_zh": notice.product["zh-hans"],
        "basis": notice.basis, "valid_from": "", "valid_until": "2026-06-30",
        "source_url": notice.source_url or "https://example.org/", "confidence": notice.confidence, "save": "1",
    }  # fmt: skip
    client.post(address, fields)
    notice.refresh_from_db()
    assert (notice.valid_until, notice.edited_here) == (dt.date(2026, 6, 30), True)
    assert "valid_until" in client.get(address).context["history"][0]["more"]


def test_event_staff_reads_and_does_not_change(client):
    load_market_access()
    client.force_login(factories.organiser(factories.campaign(), "staff"))
    assert client.get(reverse("console_entry_questions")).status_code == 200
    assert client.get(reverse("console_entry_question", args=["fresh_fruit"])).status_code in (403, 404)
