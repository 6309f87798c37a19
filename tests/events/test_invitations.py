"""Companies are invited to an event, reminded, and answer."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from matchmaker.campaigns.services import bulk
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Event, EventInvitation, EventParticipation
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return make.campaign()


@pytest.fixture
def organiser(campaign):
    return make.organiser(campaign)


@pytest.fixture
def event(campaign):
    day = timezone.localdate() + dt.timedelta(days=30)
    name = {"en": "Fair", "zh-hans": "洽谈会"}
    days = {"starts_on": day, "ends_on": day, "registration_until": timezone.localdate() - dt.timedelta(days=1)}
    return Event.objects.create(campaign=campaign, slug="fair", name=name, status="published", **days)


@pytest.fixture
def company(campaign):
    row = make.supplier(make.user())
    make.take_part(campaign, row)
    return row


def invite(organiser, event, *companies) -> list[EventInvitation]:
    return services.invite_to_event(by=organiser, event=event, companies=companies)


def person(company):
    return company.members.get()


def test_approved_companies_with_people_are_invited_once_and_told(campaign, organiser, event, company):
    pending, empty, outside = make.supplier(make.user(), status="pending"), make.supplier(), make.supplier(make.user())
    empty.memberships.all().delete()
    make.take_part(campaign, pending, empty)
    rows = invite(organiser, event, company, pending, empty, outside)
    assert [row.company for row in rows] == [company]
    notice = Notice.objects.get(kind="meetings_invited")
    assert (notice.recipient, notice.path) == (person(company), "/meetings/fair/invitation/")
    assert invite(organiser, event, company) == []


def test_a_yes_registers_also_after_registration_closed(organiser, event, company):
    with pytest.raises(Refused):
        services.register_for_event(by=person(company), event=event, company=company, side="supplier")
    [row] = invite(organiser, event, company)
    services.answer_invitation(by=person(company), invitation=row, answer="yes", note="Two of us")
    row.refresh_from_db()
    assert (row.answer, row.answered_by, row.note) == ("yes", person(company), "Two of us")
    assert EventParticipation.objects.get(company=company).status == "registered"


def test_registering_on_the_events_page_answers_the_invitation(organiser, event, company):
    [row] = invite(organiser, event, company)
    services.register_for_event(by=person(company), event=event, company=company, side="supplier")
    row.refresh_from_db()
    assert (row.answer, row.answered_at is not None) == ("yes", True)
    with pytest.raises(Refused, match="registered"):
        services.answer_invitation(by=person(company), invitation=row, answer="no")


def test_no_and_later_register_nobody_and_can_be_changed(organiser, event, company):
    [row] = invite(organiser, event, company)
    for answer in ("later", "no"):
        services.answer_invitation(by=person(company), invitation=row, answer=answer)
        row.refresh_from_db()
        assert row.answer == answer
    assert not EventParticipation.objects.exists()
    with pytest.raises(ValidationError):
        services.answer_invitation(by=person(company), invitation=row, answer="maybe")
    with pytest.raises(Refused, match="nothing here"):
        services.answer_invitation(by=make.user(), invitation=row, answer="yes")


def test_reminders_go_to_the_undecided_at_most_every_three_days(organiser, event, company):
    [row] = invite(organiser, event, company)
    assert services.remind_invited(by=organiser, event=event, companies=[company]) == []  # invited just now
    EventInvitation.objects.update(invited_at=timezone.now() - dt.timedelta(days=4))
    assert services.remind_invited(by=organiser, event=event, companies=[company]) == [row]
    assert Notice.objects.filter(kind="meetings_invited").count() == 2
    assert services.remind_invited(by=organiser, event=event, companies=[company]) == []
    services.answer_invitation(by=person(company), invitation=row, answer="no")
    EventInvitation.objects.update(reminded_at=timezone.now() - dt.timedelta(days=4))
    assert services.remind_invited(by=organiser, event=event, companies=[company]) == []


def test_the_site_reminds_once_after_a_week(organiser, event, company):
    invite(organiser, event, company)
    assert services.remind_of_invitations() == 0
    EventInvitation.objects.update(invited_at=timezone.now() - dt.timedelta(days=8))
    assert (services.remind_of_invitations(), services.remind_of_invitations()) == (1, 0)


def test_nobody_is_invited_to_a_draft_a_past_event_or_by_a_stranger(campaign, organiser, event, company):
    with pytest.raises(Refused, match="nothing here"):
        invite(make.organiser(make.campaign(is_current=False)), event, company)
    Event.objects.update(status="draft")
    event.refresh_from_db()
    with pytest.raises(Refused, match="Publish"):
        invite(organiser, event, company)
    yesterday = timezone.localdate() - dt.timedelta(days=2)
    Event.objects.update(status="published", starts_on=yesterday, ends_on=yesterday)
    event.refresh_from_db()
    with pytest.raises(Refused, match="over"):
        invite(organiser, event, company)


def act(organiser, campaign, verb, event) -> tuple[dict, dict]:
    """The counts before and after an action on all companies."""
    action = bulk.prepare(by=organiser, campaign=campaign, verb=verb, companies=Company.objects.all())
    bulk.choose(by=organiser, action=action, event=event.slug)
    before = bulk.counts(action)
    bulk.confirm(by=organiser, action=action)
    bulk.work_on(action.pk, budget=60)
    return before, bulk.counts(action)


def test_many_are_invited_reminded_and_registered_at_once(campaign, organiser, event, company):
    pending, empty, second = make.supplier(status="pending"), make.supplier(), make.buyer(make.user())
    empty.memberships.all().delete()
    make.take_part(campaign, pending, empty, second)
    left = {("left_out", "not_approved"): 1, ("left_out", "no_account"): 1}
    assert act(organiser, campaign, "invite_to_event", event) == ({("", ""): 2, **left}, {("done", ""): 2, **left})
    EventInvitation.objects.update(invited_at=timezone.now() - dt.timedelta(days=4))
    services.answer_invitation(by=person(second), invitation=EventInvitation.objects.get(company=second), answer="no")
    left = {("left_out", "not_invited"): 2, ("left_out", "answered"): 1}
    assert act(organiser, campaign, "remind", event) == ({("", ""): 1, **left}, {("done", ""): 1, **left})
    left = {("left_out", "not_approved"): 1}
    assert act(organiser, campaign, "register", event) == ({("", ""): 3, **left}, {("done", ""): 3, **left})
    assert set(EventParticipation.objects.values_list("company", "side")) == {
        (company.pk, "supplier"),
        (empty.pk, "supplier"),
        (second.pk, "buyer"),
    }
