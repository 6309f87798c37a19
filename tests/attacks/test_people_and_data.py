"""Against a site in production settings: what must not be read, kept, written or called any more."""

import html
import json
import re

import pytest

from tests.attacks.site import PASSWORD

pytestmark = [pytest.mark.attack, pytest.mark.slow, pytest.mark.worker]
# Each shows nothing, or something else than it is.
NAMES = ["\u3164", "\u2800\u2800", "Mill\u2028Surin", "Mill\u0085Surin", "Mill\U000e0041", "e" + "\u0301" * 100]
INSIDE = [
    "127.0.0.1",
    "[::ffff:0:127.0.0.1]",
    "[2606:4700::200:5efe:7f00:1]",
    "[fe80::1%25eth0]",
    "168.63.129.16",
    "169.254.169.254",
    "0x7f000001",
    "localhost",
]
PREPARE = """
import datetime as dt
from django.utils import timezone
from matchmaker.accounts.services import create_token
from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Membership
from matchmaker.events import services
from matchmaker.events.models import Event

campaign = Campaign.objects.filter(is_current=True).first() or factories.campaign()
admin, member, alone = (person(f"{name}@people.example.org") for name in ("chief", "member", "alone"))
mill = factories.supplier(admin, legal_name="Removal Mill")
Membership.objects.create(company=mill, user=member)
day = timezone.localdate() + dt.timedelta(days=21)
event = Event.objects.create(
    campaign=campaign, slug="attacked", name={"en": "Meetings", "zh-hans": "洽谈会"}, city={"en": "Wuhan"},
    starts_on=day, ends_on=day, opens_at=dt.time(9), closes_at=dt.time(11), tables=2, capacity=20,
    status=Event.Status.PUBLISHED,
)
services.register_for_event(by=admin, event=event, company=mill, side="supplier")
marker = "Marker Street 7"
factories.supplier(alone, legal_name="Mill of one", address=marker, city=marker, website="https://marker.example.org")
person("super@people.example.org", is_staff=True, is_superuser=True)
demands = [factories.demand(lines=1, visibility=visibility) for visibility in ("private", "invited")]
_token, out["key"] = create_token(by=admin, name="program", scopes=["read", "products:write", "companies:write"])
out |= {"mill": mill.uid, "member": member.uid, "demands": [row.uid for row in demands]}
"""

AN_HOUR_LATER = """
from importlib import import_module
from django.conf import settings
store = import_module(settings.SESSION_ENGINE).SessionStore(given["session"])
for method in store["account_authentication_methods"]:
    method["at"] -= 3600
store.save()
"""


@pytest.fixture(scope="module")
def world(production_site) -> dict:
    """Uids of a company of two, and of demands that are not open to everybody; a key for the API."""
    return production_site.run(PREPARE)


def calendar_address(visitor) -> str:
    """The path of a calendar address that the person has just asked for."""
    page = "/meetings/attacked/"
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert visitor.post(page + "calendar/renew/", form_at=page).status == 302
    return re.search(r"/meetings/feed/[^\"<\s]+\.ics", html.unescape(visitor.get(page).text))[0]


def test_a_calendar_address_ends_with_the_membership_and_with_the_company(production_site, world):
    admin = production_site.sign_in("chief@people.example.org")
    theirs = calendar_address(production_site.sign_in("member@people.example.org"))
    mine, calendar = calendar_address(admin), production_site.visitor("198.51.100.20")
    assert [calendar.get(path).status for path in (theirs, mine)] == [200, 200]
    members = f"/companies/{world['mill']}/members/"
    assert admin.post(f"{members}{world['member']}/remove/", form_at=members).status == 302
    assert [calendar.get(path).status for path in (theirs, mine)] == [404, 200]
    production_site.run("""
from matchmaker.companies.models import Company
Company.objects.filter(uid=given["mill"]).update(status="suspended")
""", mill=world["mill"])  # fmt: skip
    assert calendar.get(mine).status == 404


def test_erasure_leaves_no_address_of_a_company_of_one(production_site, world):
    visitor = production_site.sign_in("alone@people.example.org")
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert visitor.post("/account/data/erase/", {"sure": "yes"}, form_at="/account/data/").status == 200
    left = production_site.run("""
from matchmaker.companies.models import Company
out["left"] = list(Company.objects.filter(legal_name="Mill of one").values_list("address", "city", "website"))
""")
    assert left == {"left": [["", "", ""]]}


def test_names_that_show_nothing_are_refused_by_the_api(production_site, world):
    visitor = production_site.visitor("198.51.100.21")
    headers = {"Authorization": f"Bearer {world['key']}", "Content-Type": "application/json"}
    for name in NAMES:
        body = json.dumps({"texts": [{"language": "en", "name": name}]}).encode()
        answer = visitor.ask("POST", "/api/v1/products/", body=body, headers=headers)
        assert (answer.status, "texts[0].name" in answer.text) == (400, True), (name, answer.text)


def test_a_superuser_reads_no_demand_that_is_not_open_to_everybody(production_site, world):
    visitor = production_site.sign_in("super@people.example.org")
    assert visitor.get("/admin/").status == 200
    for uid in world["demands"]:
        assert visitor.get(f"/demands/{uid}/").status == 404
        assert visitor.get(f"/api/v1/demands/{uid}/").status == 404


def test_x13_no_program_is_registered_at_an_address_inside(production_site, world):
    production_site.run('factories.user(PASSWORD, email="hooks@people.example.org")')
    visitor = production_site.sign_in("hooks@people.example.org")
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for host in INSIDE:
        answer = visitor.post("/account/webhooks/", {"name": "Inside", "url": f"https://{host}/hook"})
        assert answer.status == 422, host
    assert "Inside" not in visitor.get("/account/webhooks/").text


def test_every_answer_limits_what_browsers_may_do(production_site):
    visitor = production_site.visitor("198.51.100.22")
    for path in ("/about/", "/accounts/login/", "/no-such-page/", "/api/v1/products/", "/static/manifest.json"):
        headers = visitor.get(path).headers
        assert "geolocation=()" in headers["Permissions-Policy"], path
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", path


def test_the_schema_asks_for_a_key_exactly_where_the_api_does(production_site):
    visitor = production_site.visitor("198.51.100.23")
    schema = json.loads(visitor.get("/api/v1/schema/", headers={"Accept": "application/json"}).text)
    checked = 0
    for path, methods in schema["paths"].items():
        if "get" not in methods or "{" in path:
            continue
        security = methods["get"].get("security", [])
        status = visitor.get(path).status
        assert (status in (401, 403)) == bool(security and {} not in security), (path, status, security)
        checked += 1
    assert checked > 15


def test_a_copy_of_the_data_needs_the_password_of_a_moment_ago(production_site):
    production_site.run('factories.user(PASSWORD, email="copied@people.example.org")')
    visitor = production_site.sign_in("copied@people.example.org")
    for _moment in ("just signed in", "an hour later"):
        answer = visitor.get("/account/data/copy/")
        assert (answer.status, "/reauthenticate/" in answer.headers.get("Location", "")) == (302, True)
        visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert visitor.get("/account/data/copy/").headers["Content-Type"] == "application/json"
        production_site.run(AN_HOUR_LATER, session=visitor.cookies["__Host-sessionid"])
