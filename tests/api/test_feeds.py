"""Feeds of demands over the API: set up, read, paused, forgotten; and where a demand came from, for its buyer."""

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import Demand
from matchmaker.companies.models import Membership
from matchmaker.imports.models import Feed
from tests import factories
from tests.imports.test_feeds import admin, buyer, demand, outside, read, say

__all__ = ["admin", "buyer", "outside"]

pytestmark = pytest.mark.django_db
FEEDS = "/api/v1/feeds/"


@pytest.fixture
def api(caller, admin):
    return caller(admin)


@pytest.fixture
def feed(api, outside):
    said = api.post(FEEDS, {"name": "ERP", "url": outside.url, "publish": True})
    assert said.status_code == 201
    return Feed.objects.get(uid=said.json()["uid"])


def at(name, feed):
    return reverse(f"api_feed{name}", args=[feed.uid])


def test_a_feed_set_up_by_a_program_is_read_and_stands_on_the_page(client, api, feed, outside, buyer, admin):
    assert (feed.company, feed.by, feed.hours, feed.publish, feed.state) == (buyer, admin, 6, True, "active")
    said = api.get(at("", feed)).json()
    assert (said["company"], said["problem"], said["read_at"], said["demands"]) == (str(buyer.uid), None, None, 0)
    say(outside, demand("A-118", "茉莉香米", "糯米"), demand("B", "苹果"))
    read(feed)
    said = api.get(at("", feed)).json()
    assert (said["lines"], said["demands"], said["is_being_read"], said["read_at"] is None) == (3, 2, False, False)
    (reading,) = api.get(at("_readings", feed)).json()["results"]
    assert [reading[name] for name in ("state", "created", "updated", "rejected")] == ["done", 3, 0, 0]
    client.force_login(admin)
    page = client.get(reverse("feed", args=[feed.uid])).text
    assert ("ERP" in page, "2 demands here came from it." in page, "3 lines" in page) == (True, True, True)


def test_where_a_demand_came_from_is_said_to_its_buyers_people_alone(caller, anonymous, api, feed, outside, buyer):
    say(outside, demand("A-118", "茉莉香米"))
    read(feed)
    row = Demand.objects.get()
    colleague = factories.user()
    Membership.objects.create(company=buyer, user=colleague)
    address, mine = reverse("api_demand", args=[row.uid]), reverse("api_my_demands")
    for own in (api, caller(colleague)):
        source = own.get(address).json()["source"]
        assert (source["feed"], source["name"], source["ref"], source["gone_at"]) == (
            *(str(feed.uid), "ERP", "A-118", None),
        )
        assert own.get(mine).json()["results"][0]["source"] == source
    seller, lists = caller(factories.member_of(factories.supplier())), reverse("api_demands")
    for other in (anonymous, seller):
        assert other.get(address).json()["source"] is None
        assert other.get(lists).json()["results"][0]["source"] is None
        assert "ERP" not in other.get(address).text
    assert api.patch(address, {"source": None}).json()["errors"][0]["code"] == "unknown_field"
    say(outside, demand("B", "苹果"))
    read(feed)
    assert api.get(address).json()["source"]["gone_at"] is not None


def test_a_demand_written_by_hand_has_no_source_and_lists_ask_as_often_for_ten_as_for_one(
    api, feed, outside, buyer, django_assert_max_num_queries
):
    factories.demand(buyer, lines=2)
    mine = reverse("api_my_demands")
    assert [one["source"] for one in api.get(mine).json()["results"]] == [None]
    say(outside, *(demand(f"D{n}", f"货物 {n}", "糯米") for n in range(10)))
    read(feed)
    with django_assert_max_num_queries(12):
        found = api.get(mine).json()["results"]
    assert sum(1 for one in found if one["source"]) == 10


def test_read_pause_and_go_on(api, feed, outside):
    say(outside, demand("A", "茉莉香米"))
    read(feed)
    assert api.post(at("_pause", feed)).json()["state"] == "paused"
    read(feed)
    assert outside.asked == 1
    assert api.post(at("_resume", feed)).json()["state"] == "active"
    read(feed, again=False)
    assert outside.asked == 2
    assert api.post(at("_read", feed)).status_code == 200
    read(feed, again=False)
    assert (outside.asked, Demand.objects.count()) == (3, 1)


def test_what_is_gone_waits_until_somebody_agrees(api, feed, outside):
    say(outside, *(demand(f"D{n}", f"货物 {n}") for n in range(8)))
    read(feed)
    say(outside, demand("D0", "货物 0"))
    read(feed)
    problem = api.get(at("", feed)).json()["problem"]
    assert (problem["code"], problem["detail"][:13]) == ("many_gone", "7 of 8 lines ")
    api.post(at("_agree", feed))
    read(feed)
    assert (Demand.objects.filter(status="published").count(), api.get(at("", feed)).json()["problem"]) == (1, None)


def test_a_feed_is_changed_and_its_address_judged_as_on_the_page(api, feed):
    changed = api.patch(at("", feed), {"hours": 24, "name": "SAP"}).json()
    assert (changed["hours"], changed["name"], changed["publish"]) == (24, "SAP", True)
    for said, field in (
        ({"url": "https://10.0.0.8/"}, "url"),
        ({"url": "http://example.org/"}, "url"),
        ({"hours": 0}, "hours"),
        ({"hours": 169}, "hours"),
        ({"name": "a\nb"}, "name"),
        ({"state": "paused"}, "state"),
        ({"owner": "team"}, "owner"),
    ):
        body = api.patch(at("", feed), said).json()
        assert (body["status"], [error["field"] for error in body["errors"]]) == (400, [field])
    feed.refresh_from_db()
    assert (feed.name, feed.hours, feed.state) == ("SAP", 24, "active")


def test_the_same_address_twice_is_said_and_a_repeated_request_makes_one(api, outside):
    key = {"Idempotency-Key": "k"}
    first = api.post(FEEDS, {"name": "ERP", "url": outside.url}, **key)
    again = api.post(FEEDS, {"name": "ERP", "url": outside.url}, **key)
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    twice = api.post(FEEDS, {"name": "Other", "url": outside.url})
    assert (twice.status_code, twice.json()["errors"][0]["detail"]) == (400, "This address is read already.")
    assert Feed.objects.count() == 1


def test_forgetting_the_address_leaves_its_demands(api, feed, outside):
    say(outside, demand("A", "茉莉香米"))
    read(feed)
    assert api.post(at("_remove", feed)).status_code == 204
    assert (Feed.objects.count(), Demand.objects.count(), api.get(FEEDS).json()["count"]) == (0, 1, 0)
    assert api.get(reverse("api_demand", args=[Demand.objects.get().uid])).json()["source"] is None


def test_nobody_else_knows_of_it(caller, anonymous, feed, buyer):
    colleague = factories.user()
    Membership.objects.create(company=buyer, user=colleague)
    others = [colleague, factories.member_of(factories.buyer()), factories.organiser(), factories.user()]
    for other in map(caller, others):
        assert other.get(FEEDS).json()["count"] == 0
        said = [other.get(at(name, feed)) for name in ("", "_readings")]
        said += [other.post(at(name, feed)) for name in ("_read", "_pause", "_resume", "_agree", "_remove")]
        said.append(other.patch(at("", feed), {"name": "Mine"}))
        assert [answer.status_code for answer in said] == [404] * 8
    assert anonymous.get(FEEDS).status_code == 401
    feed.refresh_from_db()
    assert (feed.name, feed.state) == ("ERP", "active")


def test_who_may_set_one_up(caller, outside, buyer):
    colleague, seller = factories.user(), factories.member_of(factories.supplier())
    Membership.objects.create(company=buyer, user=colleague)
    said = {"name": "ERP", "url": outside.url}
    refused = [caller(one).post(FEEDS, said) for one in (colleague, seller, factories.user())]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [
        *[(403, "admin_only"), (403, "wrong_role"), (403, "wrong_role")],
    ]
    factories.campaign()
    team = caller(colleague).post(FEEDS, {**said, "owner": "team"})
    assert (team.status_code, Feed.objects.count()) == (404, 0)


def test_the_team_reads_for_its_buyers(caller, outside):
    organiser = factories.organiser()
    staff = factories.organiser(organiser.organiser_of.get().campaign, "staff")
    made = caller(organiser).post(FEEDS, {"name": "List", "url": outside.url, "owner": "team"})
    assert (made.status_code, made.json()["company"]) == (201, None)
    assert Feed.objects.get().campaign == organiser.organiser_of.get().campaign
    assert caller(staff).get(FEEDS).json()["count"] == 0
    assert caller(staff).post(FEEDS, {"name": "x", "url": outside.url, "owner": "team"}).status_code == 404


def test_a_key_without_the_scope_changes_nothing(caller, admin, feed):
    reader = caller(admin, scopes=["read", "products:write"])
    assert reader.get(at("", feed)).status_code == 200
    for name in ("_read", "_pause", "_remove"):
        assert reader.post(at(name, feed)).json()["code"] == "scope_missing"
    assert Feed.objects.get().state == "active"


def test_a_company_that_is_not_approved_is_refused_with_a_stable_code(api, outside, buyer):
    buyer.status = "pending"
    buyer.save()
    answer = api.post(FEEDS, {"name": "ERP", "url": outside.url})
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert (answer.json()["code"], Feed.objects.count()) == ("company_not_approved", 0)
    assert answer.json()["detail"].startswith("Your company is not approved yet.")
