"""Partners, trading groups, obstacles and the brand of an event over the API; what is not one's own does not exist."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from matchmaker.campaigns.models import Partner
from matchmaker.campaigns.services import partners
from matchmaker.events.models import Event
from matchmaker.messaging.models import Obstacle
from tests import factories

pytestmark = pytest.mark.django_db


def at(name: str, *args) -> str:
    return reverse(f"api_{name}", args=args)


@pytest.fixture
def team():
    return factories.organiser()


@pytest.fixture
def campaign(team):
    return team.organiser_of.get().campaign


# -- partners and trading groups


def test_the_team_admits_a_group_with_one_below_it_changes_it_and_closes_both(caller, team, campaign):
    api = caller(team)
    made = api.post(at("partners"), {"kind": "group", "names": {"en": "Zhejiang buyers"}, "quota": 40})
    assert (made.status_code, made["Location"]) == (201, f"http://testserver{at('partner', made.json()['uid'])}")
    province = made.json()
    assert (province["campaign"], province["places_left"], province["parent"]) == (campaign.slug, 40, None)
    below = {"kind": "group", "names": {"en": "Ningbo"}, "quota": 10, "parent": province["uid"]}
    city = api.post(at("partners"), below).json()
    assert city["parent"] == province["uid"]
    changed = api.patch(at("partner", city["uid"]), {"quota": 15}).json()
    assert (changed["quota"], changed["names"], changed["parent"]) == (15, {"en": "Ningbo"}, province["uid"])
    assert api.patch(at("partner", city["uid"]), {"parent": None}).json()["parent"] is None
    assert api.patch(at("partner", city["uid"]), {"parent": province["uid"]}).status_code == 200
    listed = api.get(at("partners"), kind="group", parent=province["uid"]).json()
    assert [row["uid"] for row in listed["results"]] == [city["uid"]]
    assert api.post(at("partner_close", province["uid"])).json()["closed_at"]
    assert not Partner.objects.open().exists()


def test_what_cannot_be_a_partner_is_refused_by_member(caller, team):
    api = caller(team)
    for wrong, member in (
        ({"names": {"zh-hans": "浙江"}, "quota": 5}, "names"),
        ({"names": {"en": "A"}, "quota": 0}, "quota"),
        ({"names": {"en": "A"}}, "quota"),
        ({"names": {"en": "A"}, "quota": 5, "country": "XX"}, "country"),
        ({"names": {"en": "A"}, "quota": 5, "closed_at": None}, "closed_at"),
    ):
        answer = api.post(at("partners"), wrong)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), wrong
        assert [error["field"] for error in answer.json()["errors"]] == [member]


def test_a_desk_reads_its_own_line_and_writes_nothing(caller, team):
    partner, desk = factories.partner(quota=7)
    other, _desk = factories.partner()
    company = factories.supplier()
    partners._enrol(partner, company, desk)
    api = caller(desk)
    row = api.get(at("partner", partner.uid)).json()
    assert (row["brought"], row["places_left"]) == (1, 6)
    assert api.get(at("partners")).json()["count"] == 1
    assert api.get(at("partner", other.uid)).status_code == 404
    assert api.patch(at("partner", partner.uid), {"quota": 99}).status_code == 404
    assert api.post(at("partner_close", partner.uid)).status_code == 404
    assert api.post(at("partners"), {"names": {"en": "Mine"}, "quota": 9}).status_code == 404
    assert caller(team, scopes=["read"]).post(at("partner_close", partner.uid)).status_code == 403
    assert caller(factories.user()).get(at("partners")).json()["count"] == 0
    assert caller().get(at("partners")).status_code == 401


# -- obstacles


def test_a_company_reports_the_team_takes_it_up_and_closes_it(caller, team, campaign):
    company = factories.supplier()
    factories.take_part(campaign, company)
    product = factories.product(company=company)
    seller, organiser = caller(factories.member_of(company)), caller(team)
    body = {"kind": "customs", "title": "Rice is held in Qingdao", "text": "No protocol.", "product": str(product.uid)}
    made = seller.post(at("obstacles"), body)
    assert made.status_code == 201, made.content
    case = made.json()
    assert (case["state"], case["product"], case["answers"]) == ("open", str(product.uid), [])
    assert organiser.get(at("obstacles"), state="open").json()["results"][0]["uid"] == case["uid"]
    day = (timezone.localdate() + dt.timedelta(days=3)).isoformat()
    taken = organiser.post(at("obstacle_take_up", case["uid"]), {"due_on": day}).json()
    assert (taken["state"], taken["due_on"], taken["responsible"]) == ("working", day, str(team))
    answered = seller.post(at("obstacle_answer", case["uid"]), {"text": "It has been there for nine days."}).json()
    assert [(row["side"], row["text"]) for row in answered["answers"]] == [
        ("company", "It has been there for nine days.")
    ]
    wrong = seller.post(at("obstacle_close", case["uid"]), {"outcome": "unsolved", "text": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_outcome")
    closed = organiser.post(at("obstacle_close", case["uid"]), {"outcome": "solved", "text": "Released."}).json()
    assert (closed["state"], closed["outcome"], closed["is_late"]) == ("closed", "solved", False)
    again = organiser.post(at("obstacle_close", case["uid"]), {"outcome": "solved", "text": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "obstacle_closed")


def test_a_desk_reports_for_a_company_it_follows_and_learns_of_no_enquiry(caller, team, campaign):
    partner, desk = factories.partner(campaign)
    company = factories.supplier()
    factories.take_part(campaign, company)
    partners._enrol(partner, company, desk)
    body = {"company": str(company.uid), "kind": "visa", "title": "No visa", "text": "Refused twice."}
    made = caller(desk).post(at("obstacles"), body)
    assert made.status_code == 201, made.content
    assert made.json()["enquiry"] is None
    stranger = caller(factories.member_of(factories.supplier()))
    for answer in (
        stranger.get(at("obstacle", made.json()["uid"])),
        stranger.post(at("obstacle_answer", made.json()["uid"]), {"text": "x"}),
        stranger.post(at("obstacles"), body),
        caller(desk).post(at("obstacle_take_up", made.json()["uid"])),
    ):
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert Obstacle.objects.get().state == "open"


def test_a_case_about_another_ones_product_is_not_found(caller, campaign):
    company = factories.supplier()
    factories.take_part(campaign, company)
    foreign = {"kind": "visa", "title": "x", "text": "x", "product": str(factories.product().uid)}
    assert caller(factories.member_of(company)).post(at("obstacles"), foreign).status_code == 404


# -- the brand of an event


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (900, 300), (10, 92, 140)).save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue(), content_type="image/png")


@pytest.fixture
def event(campaign):
    day = timezone.localdate() + dt.timedelta(days=9)
    values = {"slug": "tea", "name": {"en": "Tea Day", "zh-hans": "茶日"}, "starts_on": day, "ends_on": day}
    return Event.objects.create(campaign=campaign, status="published", **values)


def test_the_team_writes_the_brand_of_an_event_and_everybody_reads_it(caller, team, anonymous, event):
    api, address = caller(team), at("event_brand", "tea")
    empty = {"event": "tea", "short_name": "", "short_names": {}, "colour": "", "logo": "", "picture": ""}
    assert anonymous.get(address).json() == empty
    api.patch(address, {"short_names": {"en": "Tea"}, "colour": "#0a5c8c"})
    sent = api.send(at("event_brand_logo", "tea"), {"file": picture()})
    assert sent.status_code == 200, sent.content
    read = anonymous.get(address).json()
    assert (read["short_names"], read["colour"], read["picture"]) == ({"en": "Tea"}, "#0a5c8c", "")
    assert anonymous.client.get(read["logo"]).headers["Content-Type"] == "image/png"
    assert api.send(at("event_brand_picture", "tea"), {"file": picture()}).json()["picture"]
    changed = api.patch(address, {"remove_logo": True}).json()
    assert (changed["logo"], changed["colour"], bool(changed["picture"])) == ("", "#0a5c8c", True)


def test_a_brand_that_cannot_be_read_is_refused_and_others_write_none(caller, team, event):
    address = at("event_brand", "tea")
    pale = caller(team).patch(address, {"colour": "#fafafa"})
    assert (pale.status_code, pale.json()["errors"][0]["field"]) == (400, "colour")
    no_picture = SimpleUploadedFile("logo.png", b"no picture", content_type="image/png")
    refused = caller(team).send(at("event_brand_logo", "tea"), {"file": no_picture})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "file")
    seller = caller(factories.member_of(factories.supplier()))
    assert seller.patch(address, {"colour": "#0a5c8c"}).status_code in (403, 404)
    Event.objects.update(status="draft")
    assert seller.get(address).status_code == 404
