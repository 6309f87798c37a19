"""Campaigns from one to the next: creating, states, the current one, and companies taken over."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.campaigns.services import approve_company, lifecycle, questions, submit_company, team
from matchmaker.core.problems import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db

NEXT = {
    "name": {"en": "Export 2031", "zh-hans": "出口2031"},
    "starts_on": dt.date(2031, 1, 1),
    "ends_on": dt.date(2031, 12, 31),
}


@pytest.fixture
def campaign():
    return make.campaign(about={"en": "For all."}, categories=["AGRI-01"])


@pytest.fixture
def admin(campaign):
    return make.organiser(campaign, "admin")


def test_a_campaign_is_created_planned_with_what_is_copied(campaign, admin):
    asks = {"side": "", "kind": "line", "label": {"en": "Your port?"}, "help": {}, "options": [], "is_required": True}
    questions.save_question(by=admin, campaign=campaign, **asks)
    new = lifecycle.create_campaign(by=admin, source=campaign, copied=["questions", "texts", "categories"], **NEXT)
    assert (new.state, new.is_current, new.slug) == ("planned", False, "export-2031")
    assert (new.about, new.categories) == ({"en": "For all."}, ["AGRI-01"])
    assert [str(row.label) for row in new.questions.all()] == ["Your port?"]
    assert new.organisers.get().role == "admin"
    bare = lifecycle.create_campaign(by=admin, source=campaign, copied=["texts"], **NEXT)
    assert (bare.slug, bare.categories, bare.questions.count()) == ("export-2031-2", [], 0)


def test_only_administrators_and_staff_of_the_site_create_campaigns(campaign):
    with pytest.raises(Refused, match="nothing here"):
        lifecycle.create_campaign(by=make.organiser(campaign), **NEXT)
    staff = make.user(is_staff=True)
    assert lifecycle.create_campaign(by=staff, **NEXT).organisers.get().user == staff


def test_a_campaign_of_another_team_cannot_be_copied(campaign):
    stranger = make.organiser(make.campaign(is_current=False), "admin")
    with pytest.raises(Refused, match="nothing here"):
        lifecycle.create_campaign(by=stranger, source=campaign, copied=["texts"], **NEXT)


def test_a_campaign_that_ends_before_it_starts_is_refused(admin):
    with pytest.raises(ValidationError) as wrong:
        lifecycle.create_campaign(by=admin, **{**NEXT, "ends_on": dt.date(2030, 1, 1)})
    assert list(wrong.value.message_dict) == ["ends_on"]


def test_states_follow_each_other_and_stand_in_the_record(admin):
    new = lifecycle.create_campaign(by=admin, **NEXT)
    for state in ("open", "closed", "archived", "closed", "open"):
        new = lifecycle.set_state(by=admin, campaign=new, state=state)
        assert new.state == state
    with pytest.raises(Refused, match="does not follow"):
        lifecycle.set_state(by=admin, campaign=new, state="archived")
    entries = AuditEntry.objects.filter(verb="set_campaign_state", organisation=str(new.uid))
    assert entries.count() == 5


def test_an_organiser_who_is_no_administrator_changes_no_state(campaign):
    with pytest.raises(Refused, match="nothing here"):
        lifecycle.set_state(by=make.organiser(campaign), campaign=campaign, state="closed")


def test_the_campaign_that_the_site_shows_is_not_archived(campaign, admin):
    lifecycle.set_state(by=admin, campaign=campaign, state="closed")
    with pytest.raises(Refused, match="stands at the root of the site"):
        lifecycle.set_state(by=admin, campaign=campaign, state="archived")


def test_the_site_shows_an_open_campaign_chosen_by_who_administers_both(campaign, admin):
    new = lifecycle.create_campaign(by=admin, **NEXT)
    with pytest.raises(Refused, match="Open the campaign first"):
        team.make_current(by=admin, campaign=new)
    lifecycle.set_state(by=admin, campaign=new, state="open")
    other = make.user()
    new.organisers.create(user=other, role="admin")
    with pytest.raises(Refused, match="nothing here"):  # does not administer the one that is shown now
        team.make_current(by=other, campaign=new)
    team.make_current(by=admin, campaign=new)
    assert Campaign.objects.get(is_current=True) == new


def test_nothing_new_begins_in_a_closed_campaign_and_nothing_changes_in_an_archived_one(campaign, admin):
    waiting = make.supplier(status="pending")
    Participation.objects.create(campaign=campaign, company=waiting, side="supplier")
    Campaign.objects.update(state="closed")
    campaign.refresh_from_db()
    draft = make.supplier(status="draft")
    with pytest.raises(Refused, match="closed"):
        submit_company(by=make.member_of(draft), company=draft, campaign=campaign)
    Campaign.objects.update(state="archived", is_current=False)
    campaign.refresh_from_db()
    with pytest.raises(Refused, match="archived"):
        approve_company(by=admin, company=waiting, campaign=campaign)


def test_companies_are_taken_over_by_choice_with_the_numbers_of_the_preview(campaign, admin):
    new = lifecycle.create_campaign(by=admin, **NEXT)
    seller, both, waiting = make.supplier(), make.supplier(is_buyer=True), make.supplier(status="pending")
    buyer, gone = make.buyer(), make.supplier(status="suspended")
    make.take_part(campaign, seller, both, waiting, buyer, gone)
    make.take_part(new, buyer)
    everybody = lifecycle.preview_take_over(source=campaign, target=new)
    assert (everybody.suppliers, everybody.buyers, everybody.there_already, everybody.closed) == (2, 1, 1, 1)
    sellers = lifecycle.preview_take_over(source=campaign, target=new, side="supplier", approved_only=False)
    assert (sellers.suppliers, sellers.buyers) == (3, 0)
    assert lifecycle.take_over(by=admin, source=campaign, target=new, side="supplier") == 2
    assert set(new.participations.values_list("company", "side")) == {
        (seller.pk, "supplier"),
        (both.pk, "supplier"),
        (buyer.pk, "buyer"),
    }
    assert lifecycle.take_over(by=admin, source=campaign, target=new, side="supplier") == 0


def test_nothing_is_taken_over_into_a_closed_campaign_or_from_one_not_seen(campaign, admin):
    foreign = make.campaign(is_current=False, state="open")
    with pytest.raises(Refused, match="nothing here"):
        lifecycle.take_over(by=admin, source=foreign, target=campaign)
    new = lifecycle.create_campaign(by=admin, **NEXT)
    Campaign.objects.filter(pk=new.pk).update(state="closed")
    new.refresh_from_db()
    with pytest.raises(Refused, match="closed"):
        lifecycle.take_over(by=admin, source=campaign, target=new)


@pytest.fixture
def tree(campaign):
    """A trading group with one below it; the desk of the lower one follows two buyers."""
    top, _boss = make.partner(campaign, kind="group", country="", name={"en": "Hubei"}, quota=9)
    low, desk = make.partner(campaign, kind="group", country="", name={"en": "Wuhan"}, parent=top, quota=2)
    buyers = [make.buyer(), make.buyer(status="suspended")]
    make.take_part(campaign, *buyers)
    for company in buyers:
        low.enrolments.create(company=company, vouched_at=timezone.now(), vouch="Known for years.", vouched_by=desk)
    return top, low, desk, buyers


def test_chosen_partners_go_on_with_those_below_their_desks_and_their_companies(campaign, admin, tree):
    top, _low, desk, buyers = tree
    make.partner(campaign, name={"en": "Not chosen"})
    new = lifecycle.create_campaign(by=admin, **NEXT)
    choice = {"source": campaign, "target": new, "partners": [top]}
    assert lifecycle.preview_take_over(**choice).partners == 2
    assert lifecycle.take_over(by=admin, **choice) == 1  # the suspended one stays behind
    hubei, wuhan = new.partners.order_by("pk")
    assert [(str(one), one.kind, one.quota, one.parent) for one in (hubei, wuhan)] == [
        ("Hubei", "group", 9, None),
        ("Wuhan", "group", 2, hubei),
    ]
    assert list(wuhan.enrolments.values_list("company", "vouched_at")) == [(buyers[0].pk, None)]
    seat = wuhan.seats.get()
    assert (seat.email, seat.user, seat.withdrawn_at) == (desk.email, None, None)
    assert AuditEntry.objects.get(verb="take_over_partners").facts["partners"] == 2


def test_partners_go_on_once_and_later_companies_are_followed_up_to_the_quota(campaign, admin, tree):
    top, low, _desk, _buyers = tree
    new = lifecycle.create_campaign(by=admin, **NEXT)
    choice = {"source": campaign, "target": new, "partners": [top]}
    lifecycle.take_over(by=admin, **choice)
    for _number in range(2):
        later = make.buyer()
        make.take_part(campaign, later)
        low.enrolments.create(company=later)
    assert lifecycle.preview_take_over(**choice).partners == 0
    lifecycle.take_over(by=admin, **choice)
    assert new.partners.count() == 2
    wuhan = new.partners.get(parent__isnull=False)
    assert (wuhan.enrolments.count(), wuhan.seats.count()) == (2, 1)  # three take part


def test_a_partner_of_a_third_campaign_does_not_come_along(campaign, admin):
    foreign, _desk = make.partner(make.campaign(is_current=False))
    new = lifecycle.create_campaign(by=admin, **NEXT)
    lifecycle.take_over(by=admin, source=campaign, target=new, partners=[foreign])
    assert not new.partners.exists()


def test_a_helper_at_the_gate_carries_no_companies_of_that_campaign_into_her_own(client, campaign):
    own = make.campaign(slug="own", is_current=False)
    helper = make.organiser(own, "admin")
    campaign.organisers.create(user=helper, role="staff")
    company = make.supplier()
    make.take_part(campaign, company)
    with pytest.raises(Refused, match="nothing here"):
        lifecycle.take_over(by=helper, source=campaign, target=own)
    with pytest.raises(Refused, match="nothing here"):
        lifecycle.create_campaign(by=helper, source=campaign, copied=["questions"], **NEXT)
    client.force_login(helper)
    page = client.get(reverse("console_take_over", args=[own.slug]), {"source": campaign.slug})
    assert page.context["preview"] is None
    campaign.organisers.filter(user=helper).update(role="organiser")
    assert lifecycle.take_over(by=helper, source=campaign, target=own) == 1
