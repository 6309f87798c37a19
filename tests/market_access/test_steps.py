"""Steps of the readiness list that rest on a document: its number, its end, who saw or confirmed it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.market_access.models import ReadinessAnswer
from matchmaker.market_access.presentation import readiness_box
from matchmaker.market_access.services import answer_question, check_step, readiness_of, show_step
from tests import factories
from tests.files import paper

APRIL = date(2027, 4, 1)  # GB 7718-2025 is in force
CODE = "GB7718-2025"


@pytest.fixture
def team(biscuits):
    person = factories.organiser()
    factories.take_part(person.organiser_of.get().campaign, biscuits.company)
    return person


def label_of(product, day=APRIL):
    answer_question(by=factories.member_of(product.company), product=product, question="retail_packed", answer=True)
    return next(line for line in readiness_box(product, day).items if CODE in line.declares)


def show(product, **given):
    return show_step(by=factories.member_of(product.company), product=product, code=CODE, **given)


def test_a_bare_word_a_document_and_a_document_that_was_seen(biscuits, team):
    answer_question(by=factories.member_of(biscuits.company), product=biscuits, question=f"has:{CODE}", answer=True)
    line = label_of(biscuits)
    assert (line.status, line.reason_code) == ("stated", "evidence_declared")
    assert line.raises.startswith("Give the number")
    step = show(biscuits, number="L-7", valid_until=date(2028, 1, 1), paper=paper())
    line = label_of(biscuits)
    assert (line.status, line.reason_code) == ("stated", "evidence_stated")
    assert "L-7" in line.reason
    assert line.raises.startswith("It counts once")
    check_step(by=team, step=step, campaign=team.organiser_of.get().campaign)
    line = label_of(biscuits)
    assert (line.status, line.reason_code) == ("met", "evidence_held")
    assert "confirmed" in line.raises
    assert {entry.verb for entry in AuditEntry.objects.all()} >= {"show_step", "check_step"}


def test_a_document_past_its_end_does_not_count_whatever_is_said(biscuits, team):
    step = show(biscuits, number="L-7", valid_until=date(2027, 3, 31))
    check_step(by=team, step=step, campaign=team.organiser_of.get().campaign, confirmed_by="SAMR")
    line = label_of(biscuits)
    assert (line.status, line.reason_code) == ("missing", "evidence_expired")
    assert line.raises.startswith("A document that holds")
    assert label_of(biscuits, date(2027, 3, 20)).status == "met"
    assert label_of(biscuits, date(2027, 3, 20)).raises == ""


def test_a_changed_number_has_not_been_seen_any_more_and_no_means_no(biscuits, team):
    step = show(biscuits, number="L-7")
    check_step(by=team, step=step, campaign=team.organiser_of.get().campaign)
    show(biscuits, number="L-7")
    assert ReadinessAnswer.objects.get(question=f"has:{CODE}").seen_on is not None
    show(biscuits, number="L-8")
    assert ReadinessAnswer.objects.get(question=f"has:{CODE}").seen_on is None
    answer_question(by=factories.member_of(biscuits.company), product=biscuits, question=f"has:{CODE}", answer=False)
    assert ReadinessAnswer.objects.get(question=f"has:{CODE}").number == ""


def test_what_is_refused(biscuits, team):
    with pytest.raises(ValidationError):
        show(biscuits)
    with pytest.raises(Refused) as unknown:
        show_step(by=factories.member_of(biscuits.company), product=biscuits, code="GACC-FOOD", number="1")
    assert unknown.value.code == "unknown_question"
    with pytest.raises(Refused) as stranger:
        show_step(by=factories.user(), product=biscuits, code=CODE, number="1")
    assert stranger.value.status == 404
    step = show(biscuits, number="1")
    other = factories.organiser(factories.campaign(is_current=False))
    with pytest.raises(Refused):
        check_step(by=other, step=step, campaign=other.organiser_of.get().campaign)


def test_the_state_of_a_product_counts_only_evidence(biscuits, team):
    step = show(biscuits, number="L-7")
    stated = {item.rule.code for item in readiness_of(biscuits, APRIL).items if item.status == "stated"}
    check_step(by=team, step=step, campaign=team.organiser_of.get().campaign)
    met = {item.rule.code for item in readiness_of(biscuits, APRIL).items if item.status == "met"}
    assert met <= stated | met


def test_supplier_sends_and_team_sees_on_their_pages(client, biscuits, team):
    client.force_login(factories.member_of(biscuits.company))
    page = reverse("supplier_step_show", args=[biscuits.uid])
    answer = client.post(page, {"code": CODE, "number": "L-7", "valid_until": "2028-01-01", "paper": paper()})
    assert answer.status_code == 302
    row = ReadinessAnswer.objects.get(question=f"has:{CODE}")
    assert (row.number, row.valid_until, row.document.company) == ("L-7", date(2028, 1, 1), biscuits.company)
    client.force_login(team)
    assert "L-7" in client.get(reverse("console_certificates")).content.decode()
    client.post(reverse("console_step_seen", args=[row.pk]), {"confirmed_by": "SAMR"})
    row.refresh_from_db()
    assert (row.seen_by, row.confirmed_by) == (team, "SAMR")
    assert "L-7" not in client.get(reverse("console_certificates")).content.decode()


def test_the_step_of_a_draft_waits_until_it_is_published(biscuits, team):
    campaign = team.organiser_of.get().campaign
    biscuits.status = "draft"
    biscuits.save()
    step = show(biscuits, number="L-7")
    assert list(ReadinessAnswer.objects.waiting(campaign)) == []
    biscuits.status = "published"
    biscuits.save()
    assert list(ReadinessAnswer.objects.waiting(campaign)) == [step]
