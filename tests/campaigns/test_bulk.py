"""One decision about many companies: who is left out, the record, the lease, and taking it back."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import BulkAction, CompanyTag, SavedView, Tag
from matchmaker.campaigns.services import announcements, bulk, tags
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.companies.services import update_company
from matchmaker.core.problems import Refused
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
def waiting(campaign):
    rows = [make.supplier(make.user(), status="pending") for _number in range(3)]
    make.take_part(campaign, *rows)
    return rows


def prepared(organiser, campaign, verb, rows=None) -> BulkAction:
    companies = Company.objects.filter(pk__in=[row.pk for row in rows]) if rows else Company.objects.all()
    return bulk.prepare(by=organiser, campaign=campaign, verb=verb, companies=companies)


def carry_out(organiser, action) -> BulkAction:
    bulk.confirm(by=organiser, action=action)
    assert bulk.work_on(action.pk, budget=60)
    action.refresh_from_db()
    return action


def statuses(rows) -> list[str]:
    return list(Company.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk").values_list("status", flat=True))


def test_companies_are_approved_at_once_and_those_that_do_not_wait_or_are_ones_own_are_left_out(
    campaign, organiser, waiting
):
    approved = make.supplier()
    make.take_part(campaign, approved)
    outside = make.supplier(status="pending")
    Membership.objects.create(company=waiting[2], user=organiser)
    action = prepared(organiser, campaign, "approve")
    assert bulk.counts(action) == {("", ""): 2, ("left_out", "not_waiting"): 1, ("left_out", "own_company"): 1}
    assert statuses(waiting) == ["pending"] * 3  # nothing happens before it is confirmed
    action = carry_out(organiser, action)
    assert (action.state, statuses(waiting)) == ("done", ["approved", "approved", "pending"])
    assert statuses([outside]) == ["pending"]
    entry = AuditEntry.objects.get(verb="run_bulk")
    assert (entry.organisation, entry.facts["companies"]) == (str(campaign.uid), 2)


def test_an_approval_is_taken_back_within_ten_minutes_and_nobody_was_told(campaign, organiser, waiting):
    action = carry_out(organiser, prepared(organiser, campaign, "approve"))
    told = Notice.objects.filter(kind="company_approved")
    assert told.count() == 3
    assert all(row.not_before > timezone.now() + dt.timedelta(minutes=9) for row in told)
    waiting[0].refresh_from_db()
    update_company(by=waiting[0].members.get(), company=waiting[0], city="Da Nang")
    bulk.undo(by=organiser, action=action)
    assert bulk.work_on(action.pk, budget=60)
    action.refresh_from_db()
    assert (action.state, statuses(waiting)) == ("undone", ["approved", "pending", "pending"])
    assert told.all().count() == 1
    assert bulk.counts(action) == {("done", "gone_on"): 1, ("undone", ""): 2}


def test_after_ten_minutes_nothing_is_taken_back(campaign, organiser, waiting):
    action = carry_out(organiser, prepared(organiser, campaign, "approve"))
    BulkAction.objects.update(confirmed_at=timezone.now() - dt.timedelta(minutes=11))
    action.refresh_from_db()
    with pytest.raises(Refused, match="no longer"):
        bulk.undo(by=organiser, action=action)


def test_returning_needs_a_reason_which_every_company_reads(campaign, organiser, waiting):
    action = prepared(organiser, campaign, "return")
    with pytest.raises(Refused, match="still open"):
        bulk.confirm(by=organiser, action=action)
    with pytest.raises(ValidationError) as wrong:
        bulk.choose(by=organiser, action=action, reason=" ")
    assert list(wrong.value.message_dict) == ["reason"]
    bulk.choose(by=organiser, action=action, reason="Your licence is missing.")
    carry_out(organiser, action)
    assert set(Company.objects.values_list("status", "status_reason")) == {("returned", "Your licence is missing.")}
    assert action.undo_until is None


def test_tags_are_put_on_taken_off_and_taken_back(campaign, organiser, waiting):
    tags.set_tags(by=organiser, campaign=campaign, company=waiting[0], names=["VIP"])
    action = bulk.choose(by=organiser, action=prepared(organiser, campaign, "tag"), tag="vip")
    assert bulk.counts(action) == {("", ""): 2, ("left_out", "has_tag"): 1}
    action = carry_out(organiser, action)
    assert (Tag.objects.get().name, CompanyTag.objects.count()) == ("VIP", 3)
    bulk.undo(by=organiser, action=action)
    bulk.work_on(action.pk, budget=60)
    assert list(CompanyTag.objects.values_list("company", flat=True)) == [waiting[0].pk]
    off = bulk.choose(by=organiser, action=prepared(organiser, campaign, "untag"), tag="VIP")
    assert bulk.counts(off) == {("", ""): 1, ("left_out", "no_tag"): 2}
    carry_out(organiser, off)
    assert CompanyTag.objects.count() == 0
    unknown = prepared(organiser, campaign, "untag")
    with pytest.raises(ValidationError):
        bulk.choose(by=organiser, action=unknown, tag="nobody")


def test_an_action_is_confirmed_once_and_claimed_by_one_worker(campaign, organiser, waiting):
    action = prepared(organiser, campaign, "approve")
    bulk.confirm(by=organiser, action=action)
    with pytest.raises(Refused, match="already"):
        bulk.confirm(by=organiser, action=action)
    BulkAction.objects.update(lease_until=timezone.now() + dt.timedelta(minutes=1))
    assert not bulk.work_on(action.pk, budget=60)
    assert statuses(waiting) == ["pending"] * 3
    BulkAction.objects.update(lease_until=timezone.now() - dt.timedelta(minutes=1))
    assert bulk.work_waiting() == 1
    assert statuses(waiting) == ["approved"] * 3


def test_work_goes_on_in_lots_where_it_stopped(campaign, organiser, waiting, monkeypatch):
    monkeypatch.setattr(bulk, "LOT", 1)
    action = prepared(organiser, campaign, "approve")
    bulk.confirm(by=organiser, action=action)
    assert not bulk.work_on(action.pk, budget=-1)  # one lot, then the time is over
    assert sorted(statuses(waiting)) == ["approved", "pending", "pending"]
    assert bulk.work_on(action.pk, budget=60)
    assert statuses(waiting) == ["approved"] * 3


def test_what_is_prepared_and_not_confirmed_is_deleted_after_a_day(campaign, organiser, waiting):
    prepared(organiser, campaign, "approve")
    action = carry_out(organiser, prepared(organiser, campaign, "approve"))
    BulkAction.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
    bulk.forget_prepared()
    assert list(BulkAction.objects.all()) == [action]


def test_nobody_chosen_an_unknown_verb_and_a_stranger_are_refused(campaign, organiser, waiting):
    for by, verb, rows in (
        (organiser, "approve", Company.objects.none()),
        (organiser, "explode", Company.objects.all()),
        (make.organiser(make.campaign(is_current=False)), "approve", Company.objects.all()),
        (make.organiser(campaign, "staff"), "approve", Company.objects.all()),
    ):
        with pytest.raises(Refused):
            bulk.prepare(by=by, campaign=campaign, verb=verb, companies=rows)
    assert not BulkAction.objects.exists()


def test_an_announcement_goes_to_the_people_of_the_chosen_companies_alone(campaign, organiser, waiting):
    empty = make.supplier(status="pending")
    empty.memberships.all().delete()
    make.take_part(campaign, empty)
    action = prepared(organiser, campaign, "announce", [waiting[0], waiting[1], empty])
    assert bulk.counts(action) == {("", ""): 2, ("left_out", "no_account"): 1}
    action = carry_out(organiser, action)
    segment = {"selection": str(action.uid)}
    people = {row.members.get() for row in waiting[:2]}
    assert set(announcements.audience(segment, campaign)) == people
    other = make.campaign(is_current=False)
    assert not announcements.audience(segment, other).exists()
    texts = {code: {"subject": "News", "body": "Hall 6."} for code in ("en", "zh-hans")}
    with pytest.raises(ValidationError) as wrong:
        announcements.write(by=organiser, campaign=campaign, segment={"selection": "x"}, texts=texts)
    assert list(wrong.value.message_dict) == ["selection"]


def test_saved_views_are_ones_own_or_shared_in_the_team(campaign, organiser):
    colleague, stranger = make.organiser(campaign), make.organiser(make.campaign(is_current=False))
    tags.save_view(by=organiser, campaign=campaign, name="Mine", query="side=buyer")
    tags.save_view(by=organiser, campaign=campaign, name="Ours", query="side=supplier", is_shared=True)
    tags.save_view(by=organiser, campaign=campaign, name="Mine", query="country=FR")

    def seen(person):
        return list(SavedView.objects.visible_to(person).values_list("name", "query"))

    assert seen(organiser) == [("Mine", "country=FR"), ("Ours", "side=supplier")]
    assert seen(colleague) == [("Ours", "side=supplier")]
    assert seen(stranger) == []
    with pytest.raises(Refused):
        tags.delete_view(by=colleague, view=SavedView.objects.get(name="Ours"))


def test_contacts_of_companies_without_people_are_invited(campaign, organiser, waiting):
    for number, row in enumerate(waiting[:2]):
        row.memberships.all().delete()
        Company.objects.filter(pk=row.pk).update(contact_email=f"c{number}@example.org" if number else "")
    action = prepared(organiser, campaign, "invite")
    assert bulk.counts(action) == {
        ("", ""): 1,
        ("left_out", "letter_has_people"): 1,
        ("left_out", "letter_no_address"): 1,
    }
    carry_out(organiser, action)
    assert list(Invitation.objects.values_list("company", "email")) == [(waiting[1].pk, "c1@example.org")]


@pytest.fixture
def _two_are_many(monkeypatch):
    monkeypatch.setattr(bulk, "COUNTED_AT_ONCE", 1)


@pytest.mark.usefixtures("_two_are_many")
def test_many_companies_are_counted_by_a_worker_when_chosen_and_again_when_confirmed(campaign, organiser, waiting):
    make.take_part(campaign, make.supplier())
    action = prepared(organiser, campaign, "approve")
    assert (action.state, bulk.counts(action), statuses(waiting)) == ("counting", {}, ["pending"] * 3)
    bulk.work_waiting()
    action.refresh_from_db()
    assert (action.state, action.lease_until, action.chosen) == ("prepared", None, [])
    assert bulk.counts(action) == {("", ""): 3, ("left_out", "not_waiting"): 1}
    Company.objects.filter(pk=waiting[0].pk).update(status="approved")  # meanwhile
    action = bulk.confirm(by=organiser, action=action)
    assert (action.state, statuses(waiting)) == ("counting", ["approved", "pending", "pending"])
    assert bulk.work_on(action.pk, budget=60)
    action.refresh_from_db()
    assert (action.state, statuses(waiting)) == ("done", ["approved"] * 3)
    assert bulk.counts(action) == {("done", ""): 2, ("left_out", "not_waiting"): 2}


@pytest.mark.usefixtures("_two_are_many")
def test_an_action_that_needs_a_choice_is_counted_once_more_after_it(campaign, organiser, waiting):
    action = prepared(organiser, campaign, "tag")
    bulk.work_waiting()
    action = bulk.choose(by=organiser, action=BulkAction.objects.get(), tag="new")
    assert action.state == "counting"
    with pytest.raises(Refused):
        bulk.confirm(by=organiser, action=action)
    bulk.work_waiting()
    carry_out(organiser, BulkAction.objects.get())
    assert CompanyTag.objects.count() == 3


def test_a_choice_that_arrives_after_the_confirmation_changes_nothing(campaign, organiser, waiting):
    """Two windows: one confirms while the other still chooses. It was prepared again then, and could be done twice."""
    action = bulk.choose(by=organiser, action=prepared(organiser, campaign, "tag", waiting), tag="chosen")
    in_other_window = BulkAction.objects.get()
    carry_out(organiser, action)
    with pytest.raises(Refused):
        bulk.choose(by=organiser, action=in_other_window, tag="another")
    action.refresh_from_db()
    assert (action.state, action.values, bulk.counts(action)) == ("done", {"tag": "chosen"}, {("done", ""): 3})
    assert list(Tag.objects.values_list("name", flat=True)) == ["chosen"]


@pytest.mark.parametrize(("verb", "chosen"), [("approve", {}), ("tag", {"tag": "lists"}), ("announce", {})])
@pytest.mark.parametrize(("happens", "why"), [("archived", "campaign_archived"), ("left", "not_found")])
def test_a_worker_does_nothing_for_who_has_left_the_team_nor_in_an_archived_campaign(
    campaign, organiser, waiting, verb, chosen, happens, why
):
    action = prepared(organiser, campaign, verb, waiting)
    if chosen:
        bulk.choose(by=organiser, action=action, **chosen)
    bulk.confirm(by=organiser, action=action)
    if happens == "archived":
        type(campaign).objects.update(state="archived", is_current=False)
    else:
        organiser.organiser_of.all().delete()
    assert bulk.work_on(action.pk, budget=60)
    assert bulk.counts(action) == {("left_out", why): 3}
    assert statuses(waiting) == ["pending"] * 3
    assert not CompanyTag.objects.exists()


@pytest.mark.usefixtures("_two_are_many")
def test_what_was_never_counted_or_confirmed_is_forgotten_after_a_day(campaign, organiser, waiting):
    prepared(organiser, campaign, "approve")
    BulkAction.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
    bulk.forget_prepared()
    assert not BulkAction.objects.exists()


def test_whom_an_action_leaves_out_is_looked_up_for_each_company_by_index(campaign, organiser):
    """`company IN (SELECT …)` took 32 s for 50,000 companies on PostgreSQL and ended in an error."""
    day, name = timezone.localdate(), {"en": "Fair", "zh-hans": "洽谈会"}
    campaign.events.create(slug="fair", name=name, starts_on=day, ends_on=day, status="published")
    for verb in bulk.actions.items():
        if verb == "invite":  # asks `company_invitations` in steps
            continue
        action = BulkAction(campaign=campaign, verb=verb, by=organiser, values={"tag": "a", "event": "fair"})
        action.save()
        for _code, condition in bulk._work(action).left_out(action):
            query = str(action.items.filter(condition).query)
            assert "EXISTS" in query or "JOIN" in query, (verb, query)
