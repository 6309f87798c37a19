"""Before the approval: matches seen whole and answered, first messages written; all of it goes out after it, once."""

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.services import approve_company, return_company
from matchmaker.catalogue.models import DemandInvitation, Product
from matchmaker.catalogue.services import publish_when_approved
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.matching.models import EarlyMatch, Match
from matchmaker.matching.services import answer_early, early, find_early, release_early
from matchmaker.messaging import services as messaging
from matchmaker.messaging.models import ContactUse, Enquiry, PreparedEnquiry
from matchmaker.messaging.services import prepared as preparing
from matchmaker.messaging.tasks import send_what_waited
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db
RICE = {"text": "泰国茉莉香米 Thai Hom Mali rice", "hs_code": "100630"}


@pytest.fixture(autouse=True)
def _no_earlier_look():
    cache.clear()


class Waiting:
    """A company that waits, with a draft that is to be published, and a demand that it fits."""

    def __init__(self, status="pending"):
        self.campaign = make.campaign()
        self.team = make.organiser(self.campaign)
        self.company = make.supplier(status=status)
        make.take_part(self.campaign, self.company)
        self.person = make.member_of(self.company)
        self.product = make.product(self.company, status=Product.Status.DRAFT)
        self.demand = make.demand()
        self.line = make.line(self.demand, category=make.category(), **RICE)
        self.buyer = make.member_of(self.demand.company)

    def find(self) -> EarlyMatch:
        find_early(self.company)
        return EarlyMatch.objects.visible_to(self.person).get()

    def interested(self) -> EarlyMatch:
        return answer_early(by=self.person, match=self.find(), answer="interested")

    def prepare(self, text="We deliver twenty tonnes a month from Surin.") -> PreparedEnquiry:
        return messaging.prepare(by=self.person, company=self.company, demand=self.demand, text=text)

    def wish(self):
        publish_when_approved(by=self.person, row=self.product)

    def approve(self, **fields):
        self.company.refresh_from_db()
        approve_company(by=self.team, company=self.company, campaign=self.campaign, **fields)


@pytest.fixture
def waiting():
    return Waiting()


@pytest.mark.parametrize("status", ["draft", "pending"])
def test_a_company_that_is_not_approved_sees_its_matches_whole_and_nobody_else_does(status):
    waiting = Waiting(status)
    found = waiting.find()
    assert found.line == waiting.line
    assert found.score > 0.3
    assert found.evidence
    assert {row["code"] for row in found.conditions}
    for person in (waiting.buyer, waiting.team, make.member_of(make.supplier()), make.user()):
        assert not EarlyMatch.objects.visible_to(person).exists()
        with pytest.raises(Refused) as refused:
            answer_early(by=person, match=found, answer="interested")
        assert refused.value.status == 404
    assert (Match.objects.count(), Notice.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("visibility", "invited", "seen"), [("private", False, 0), ("invited", False, 0), ("invited", True, 1)]
)
def test_only_demands_that_the_company_may_see_are_compared(waiting, visibility, invited, seen):
    type(waiting.demand).objects.update(visibility=visibility)
    if invited:
        DemandInvitation.objects.create(demand=waiting.demand, company=waiting.company)
    find_early(waiting.company)
    assert EarlyMatch.objects.visible_to(waiting.person).count() == seen


@pytest.mark.parametrize("status", ["approved", "returned", "suspended"])
def test_nothing_is_found_or_shown_for_a_company_that_does_not_wait(waiting, status):
    found = waiting.find()
    Company.objects.filter(pk=waiting.company.pk).update(status=status)
    cache.clear()
    EarlyMatch.objects.all().delete() if status == "approved" else None
    find_early(Company.objects.get(pk=waiting.company.pk))
    assert not EarlyMatch.objects.visible_to(waiting.person).exists()
    with pytest.raises(Refused):
        answer_early(by=waiting.person, match=found, answer="interested")


def test_a_demand_made_private_after_it_was_seen_is_seen_no_more(waiting):
    waiting.find()
    type(waiting.demand).objects.update(visibility="private")
    assert not EarlyMatch.objects.visible_to(waiting.person).exists()


def test_an_answer_stays_when_the_draft_is_compared_again_and_the_rest_is_renewed(waiting):
    waiting.interested()
    other = make.line(make.demand(), category=make.category(), **RICE)
    cache.clear()
    find_early(waiting.company)
    answers = dict(EarlyMatch.objects.values_list("line", "supplier_answer"))
    assert answers == {waiting.line.pk: "interested", other.pk: ""}


def test_an_unknown_answer_is_refused(waiting):
    with pytest.raises(ValidationError):
        answer_early(by=waiting.person, match=waiting.find(), answer="perhaps")


def test_answer_and_message_go_out_by_themselves_after_the_approval_and_only_once(waiting):
    waiting.wish()
    waiting.interested()
    waiting.prepare()
    send_what_waited()
    assert (Match.objects.count(), Enquiry.objects.count()) == (0, 0)
    assert not Notice.objects.filter(recipient=waiting.buyer).exists()
    waiting.approve()
    for _time in range(3):
        send_what_waited()
    match, enquiry = Match.objects.get(), Enquiry.objects.get()
    assert (match.supplier_answer, match.product, match.line) == ("interested", waiting.product, waiting.line)
    assert (enquiry.basis, enquiry.status, enquiry.demand, enquiry.match) == ("match", "open", waiting.demand, match)
    assert enquiry.messages.get().text == "We deliver twenty tonnes a month from Surin."
    assert ContactUse.objects.count() == 1
    kinds = sorted(Notice.objects.filter(recipient=waiting.buyer).values_list("kind", flat=True))
    assert kinds == ["enquiry_message", "match_interest"]
    assert not EarlyMatch.objects.exists()
    assert PreparedEnquiry.objects.get().state == "sent"
    assert PreparedEnquiry.objects.get().enquiry == enquiry


def test_nothing_goes_out_while_the_team_can_still_take_the_approval_back(waiting):
    from datetime import timedelta

    from django.utils import timezone

    waiting.wish()
    waiting.interested()
    waiting.prepare()
    waiting.approve(told_at=timezone.now() + timedelta(minutes=10))
    send_what_waited()
    assert (Enquiry.objects.count(), Match.objects.exclude(supplier_answer="").count()) == (0, 0)
    Notice.objects.filter(kind="company_approved").update(not_before=timezone.now())
    send_what_waited()
    assert (Enquiry.objects.count(), Match.objects.exclude(supplier_answer="").count()) == (1, 1)


def test_a_refusal_takes_everything_back_and_a_later_approval_sends_nothing_of_it(waiting):
    waiting.wish()
    waiting.interested()
    waiting.prepare("Our offer.")
    return_company(by=waiting.team, company=waiting.company, campaign=waiting.campaign, reason="No such address.")
    assert (EarlyMatch.objects.count(), PreparedEnquiry.objects.get().state) == (0, "taken_back")
    assert PreparedEnquiry.objects.get().text == "Our offer."  # her words are not lost
    Company.objects.filter(pk=waiting.company.pk).update(status="pending")
    waiting.approve()
    send_what_waited()
    assert (Enquiry.objects.count(), Match.objects.exclude(supplier_answer="").count()) == (0, 0)


def test_a_worker_that_dies_in_between_leaves_the_row_waiting_and_nothing_is_sent_twice(waiting, monkeypatch):
    class Killed(BaseException):
        pass

    waiting.wish()
    waiting.interested()
    waiting.prepare()
    waiting.approve()

    def die(**_fields):
        raise Killed

    answer, ask = early.answer_match, preparing.ask
    for module, name, verb in ((early, "answer_match", answer), (preparing, "ask", ask)):

        def done_and_killed(verb=verb, **fields):
            verb(**fields)
            raise Killed

        for fault in (die, done_and_killed):
            monkeypatch.setattr(module, name, fault)
            with pytest.raises(Killed):
                send_what_waited()
            assert Enquiry.objects.count() == 0
        monkeypatch.setattr(module, name, verb)
        if module is early:
            assert EarlyMatch.objects.count() == 1
            release_early()
    assert PreparedEnquiry.objects.get().state == "waiting"
    send_what_waited()
    assert (Enquiry.objects.count(), Enquiry.objects.get().messages.count()) == (1, 1)


def test_what_cannot_be_sent_any_more_says_why_and_keeps_the_words(waiting):
    waiting.prepare("Our offer.")
    waiting.approve()
    type(waiting.demand).objects.update(status="closed")
    send_what_waited()
    row = PreparedEnquiry.objects.get()
    assert (row.state, row.text, Enquiry.objects.count()) == ("failed", "Our offer.", 0)
    assert row.problem


def test_more_than_the_limit_of_the_day_waits_for_another_day(waiting):
    messaging.set_contact_limit(by=waiting.team, level=0, per_day=1, open_requests=5)
    waiting.prepare()
    second = make.demand()
    messaging.prepare(by=waiting.person, company=waiting.company, demand=second, text="And you, do you buy rice?")
    waiting.approve()
    send_what_waited()
    assert sorted(PreparedEnquiry.objects.values_list("state", flat=True)) == ["sent", "waiting"]
    ContactUse.objects.update(day="2026-01-01")
    send_what_waited()
    assert Enquiry.objects.count() == 2


def test_a_message_is_prepared_by_own_people_for_a_demand_they_see_and_while_they_wait(waiting):
    hidden = make.demand(visibility="private")
    for by, demand in (
        (waiting.buyer, waiting.demand),
        (make.user(), waiting.demand),
        (waiting.person, hidden),
    ):
        with pytest.raises(Refused) as refused:
            messaging.prepare(by=by, company=waiting.company, demand=demand, text="Hello")
        assert refused.value.status == 404
    with pytest.raises(ValidationError):
        waiting.prepare(" ")
    Company.objects.filter(pk=waiting.company.pk).update(status="returned")
    with pytest.raises(Refused) as refused:
        waiting.prepare()
    assert refused.value.code == "not_waiting"
    assert not PreparedEnquiry.objects.exists()


def test_so_many_messages_wait_and_no_more_and_a_place_taken_back_is_free(waiting):
    rows = [
        messaging.prepare(by=waiting.person, company=waiting.company, demand=make.demand(), text=f"Offer {n}")
        for n in range(preparing.MOST_PREPARED)
    ]
    with pytest.raises(Refused) as refused:
        waiting.prepare()
    assert refused.value.code == "prepared_limit"
    for _time in range(2):
        messaging.take_back_prepared(by=waiting.person, prepared=rows[0])
    with pytest.raises(Refused):
        messaging.take_back_prepared(by=waiting.buyer, prepared=rows[1])
    assert waiting.prepare().state == "waiting"
    assert AuditEntry.objects.filter(verb="take_back_prepared").count() == 1
