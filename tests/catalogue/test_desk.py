"""The demand desk: held and decided, and more time."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue import services
from matchmaker.catalogue.models import Demand
from matchmaker.catalogue.services.demands import close_expired_demands
from matchmaker.catalogue.versions import Change, changes
from matchmaker.core.problems import Refused
from matchmaker.matching.services.storing import matchable_lines
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def campaign(db):
    return factories.campaign()


@pytest.fixture
def team(campaign):
    return factories.organiser(campaign)


@pytest.fixture
def mart(campaign):
    row = factories.buyer()
    campaign.participations.create(company=row, side="buyer")
    return row


@pytest.fixture
def buyer(mart):
    return factories.member_of(mart)


def draft(mart, text="茉莉香米，5公斤袋装", **fields):
    row = factories.demand(mart, status="draft", **fields)
    factories.line(row, text=text)
    return row


def kinds(person):
    return sorted(Notice.objects.visible_to(person).values_list("kind", flat=True))


def test_an_ordinary_demand_opens_at_once(mart, buyer):
    demand = services.publish_demand(by=buyer, demand=draft(mart))
    assert (demand.status, demand.findings, demand.versions.count()) == ("published", [], 1)


def test_a_demand_with_a_telephone_number_waits_for_the_team_and_nobody_else_sees_it(mart, buyer, team):
    demand = services.publish_demand(by=buyer, demand=draft(mart, "香米，请致电 13800138000"))
    assert demand.status == "submitted"
    assert demand.findings == [{"kind": "phone", "found": "13800138000", "group": ""}]
    assert list(Demand.objects.visible_to(factories.user())) == []
    assert list(matchable_lines()) == []
    assert kinds(team) == ["demand_waiting"]


def test_let_through_it_opens_and_is_not_held_again_for_the_same(mart, buyer, team, campaign):
    demand = services.publish_demand(by=buyer, demand=draft(mart, "香米，见 www.example.cn"))
    demand = services.pass_demand(by=team, demand=demand, campaign=campaign)
    assert demand.status == "published"
    assert kinds(buyer) == ["demand_passed"]
    demand = services.save_demand(by=buyer, company=mart, demand=demand, title="大米采购")
    demand.refresh_from_db()
    assert demand.status == "published"


def test_an_open_demand_edited_to_name_a_contact_is_held(mart, buyer):
    demand = services.publish_demand(by=buyer, demand=draft(mart))
    services.save_demand(by=buyer, company=mart, demand=demand, description="微信号：wuhan_mart88")
    demand.refresh_from_db()
    assert demand.status == "submitted"


def test_returned_with_a_sentence_changed_and_published_again(mart, buyer, team, campaign):
    demand = services.publish_demand(by=buyer, demand=draft(mart, "香米，请致电 13800138000"))
    with pytest.raises(ValidationError):
        services.return_demand(by=team, demand=demand, campaign=campaign, reason=" ")
    demand = services.return_demand(by=team, demand=demand, campaign=campaign, reason="请删除电话号码。")
    assert (demand.status, demand.status_reason) == ("returned", "请删除电话号码。")
    assert [(comment.is_team, comment.text) for comment in demand.comments.all()] == [(True, "请删除电话号码。")]
    line = demand.lines.get()
    lines = [{"uid": line.uid, "text": "香米"}]
    demand = services.save_demand(by=buyer, company=mart, demand=demand, lines=lines)
    demand = services.publish_demand(by=buyer, demand=demand)
    assert demand.status == "published"
    new, old = demand.versions.all()
    said = Change("Line 1: What you want to buy", "香米，请致电 13800138000", "香米")
    assert changes(new.said, old.said) == [said]


def test_every_change_of_what_is_open_is_a_version_with_words_for_what_changed(mart, buyer, client):
    demand = services.publish_demand(by=buyer, demand=draft(mart, "香米"))
    line = demand.lines.get()
    said = {"uid": line.uid, "text": "香米", "unit": "t", "certificates_required": ["HACCP"], "origins_wanted": ["TH"]}
    more = {"text": "糯米"}
    services.save_demand(by=buyer, company=mart, demand=demand, lines=[said, more], newcomers="welcome")
    services.extend_demand(by=buyer, demand=demand, closing_on=TODAY() + timedelta(days=60))
    client.force_login(buyer)
    page = client.get(reverse("buyer_demand_history", args=[demand.uid]))
    newest, middle, first = page.context["history"]
    assert [one["version"].number for one in (newest, middle, first)] == [3, 2, 1]
    assert [change.label for change in newest["changes"]] == ["Closes on"]
    assert {(one.label, one.before, one.after) for one in middle["changes"]} == {
        ("Suppliers new to China", "", "first-time exporters are welcome"),
        ("Line 1: Unit", "", "t"),
        ("Line 1: Origins wanted", "", "Thailand"),
        ("Line 1: Certificates required", "", "Hazard Analysis and Critical Control Points"),
        ("Line 2", "", "糯米"),
    }
    assert first["changes"] == []


def test_a_draft_has_no_versions_yet_and_its_page_says_since_when_they_are_kept(mart, buyer, client):
    demand = draft(mart, "香米")
    client.force_login(buyer)
    page = client.get(reverse("buyer_demand_history", args=[demand.uid]))
    assert page.context["history"] == []
    assert "Versions are kept from the day on which it is first published." in page.content.decode()


def test_the_history_of_a_demand_is_its_buyers(mart, buyer, client):
    demand = services.publish_demand(by=buyer, demand=draft(mart, "香米"))
    client.force_login(factories.member_of(factories.buyer()))
    assert client.get(reverse("buyer_demand_history", args=[demand.uid])).status_code == 404


def test_two_decisions_at_once_the_first_counts(mart, buyer, team, campaign):
    demand = services.publish_demand(by=buyer, demand=draft(mart, "象牙"))
    services.return_demand(by=team, demand=demand, campaign=campaign, reason="禁止进口。")
    with pytest.raises(Refused) as refused:
        services.pass_demand(by=factories.organiser(campaign), demand=demand, campaign=campaign)
    assert refused.value.code == "not_waiting"


def test_the_team_decides_neither_about_its_own_nor_about_another_campaigns(mart, buyer, team, campaign):
    demand = services.publish_demand(by=buyer, demand=draft(mart, "象牙"))
    mart.memberships.create(user=team)
    with pytest.raises(Refused) as own:
        services.pass_demand(by=team, demand=demand, campaign=campaign)
    other = factories.campaign(is_current=False)
    with pytest.raises(Refused) as foreign:
        services.pass_demand(by=factories.organiser(other), demand=demand, campaign=other)
    assert (own.value.code, foreign.value.code) == ("own_company", "not_found")


def test_a_private_demand_may_name_a_contact_but_not_ivory(mart, buyer):
    assert services.publish_demand(by=buyer, demand=draft(mart, "电话 13800138000", visibility="private")).is_open
    assert services.publish_demand(by=buyer, demand=draft(mart, "象牙", visibility="private")).status == "submitted"


def test_it_is_reminded_once_closes_by_itself_and_opens_again_with_another_day(mart, buyer):
    demand = services.publish_demand(by=buyer, demand=draft(mart, closing_on=TODAY() + timedelta(days=5)))
    assert [services.remind_of_closing(), services.remind_of_closing()] == [1, 0]
    demand = services.extend_demand(by=buyer, demand=demand, closing_on=TODAY() + timedelta(days=6))
    assert services.remind_of_closing() == 1  # another day, another reminder
    Demand.objects.update(closing_on=TODAY() - timedelta(days=1))
    assert close_expired_demands() == 1
    demand.refresh_from_db()
    assert demand.status == "closed"
    with pytest.raises(ValidationError):
        services.extend_demand(by=buyer, demand=demand, closing_on=TODAY() - timedelta(days=1))
    demand.refresh_from_db()
    demand = services.extend_demand(by=buyer, demand=demand, closing_on=TODAY() + timedelta(days=20))
    assert (demand.status, demand.is_open) == ("published", True)
    assert kinds(buyer) == ["demand_closed", "demand_closing", "demand_closing"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"value_low": 5}, "value_currency"),
        ({"value_low": 5, "value_high": 4, "value_currency": "CNY"}, "__all__"),
        ({"value_low": -1, "value_currency": "CNY"}, "value_low"),
        ({"value_currency": "ZZZ"}, "value_currency"),
        ({"wanted_sizes": ["huge"]}, "wanted_sizes"),
        ({"wanted_languages": ["xx"]}, "wanted_languages"),
    ],
)
def test_a_value_band_and_traits_that_cannot_be_are_refused_by_field(mart, buyer, fields, field):
    with pytest.raises(ValidationError) as refused:
        services.save_demand(by=buyer, company=mart, demand=draft(mart), **fields)
    assert list(refused.value.message_dict) == [field]
