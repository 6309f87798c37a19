"""One way to sign in for pages, API and the site's administration: one count of guesses, one second step."""

import re
import time

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from matchmaker.companies.models import Membership
from matchmaker.web.access.route_policies import routes
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD, SECRET = "a long enough secret", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _still():
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture
def administrator():
    """Runs the site and has a place in the campaign's team; has an app for the second step."""
    person = factories.user(PASSWORD, is_staff=True, is_superuser=True)
    factories.campaign().organisers.create(user=person, role="admin")
    totp.TOTP.activate(person, SECRET)
    return person


def code() -> str:
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_the_administration_has_no_sign_in_of_its_own(client, administrator):
    answer = client.get("/admin/login/?next=/admin/market_access/")
    assert answer.headers["Location"] == f"{SIGN_IN}?next=%2Fadmin%2Fmarket_access%2F"
    answer = client.post("/admin/login/", {"username": administrator.email, "password": PASSWORD})
    assert answer.headers["Location"].startswith(SIGN_IN)
    assert not is_signed_in(client)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(SIGN_IN)


def test_an_administrator_comes_in_with_password_and_second_step(client, administrator):
    answer = client.post(f"{SIGN_IN}?next=/admin/", {"login": administrator.email, "password": PASSWORD})
    assert answer.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get("/admin/").status_code == 302
    answer = client.post(answer.headers["Location"], {"code": code()})
    assert answer.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.get("/console/").status_code == 200


@pytest.mark.parametrize("path", ["/admin/", "/admin/market_access/tariffrate/", "/console/", "/console/team/"])
def test_a_session_that_gave_only_the_password_is_asked_for_the_second_step(client, administrator, path):
    client.force_login(administrator)  # a session that did not give it, however it came to be
    answer = client.get(path)
    while answer.status_code == 302 and answer.headers["Location"].startswith("/admin/login/"):
        answer = client.get(answer.headers["Location"])
    assert answer.headers["Location"] == f"{reverse('mfa_reauthenticate')}?next={path.replace('/', '%2F')}"
    answer = client.post(answer.headers["Location"], {"code": code()})
    assert answer.headers["Location"] == path
    assert client.get(path).status_code == 200


def test_the_api_asks_the_session_for_the_second_step(client):
    person = factories.user(PASSWORD)
    factories.supplier(person)
    totp.TOTP.activate(person, SECRET)
    client.force_login(person)
    answer = client.get("/api/v1/products/mine/")
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_missing")


@pytest.mark.django_db(transaction=True)
def test_setting_the_second_step_up_counts_as_giving_it_in_this_session_alone(client, settings):
    settings.MFA_REQUIRED = True
    person = factories.user(PASSWORD)
    Membership.objects.create(company=factories.supplier(), user=person, role=Membership.Role.ADMIN)
    client.post(SIGN_IN, {"login": person.email, "password": PASSWORD})
    assert client.get("/supplier/").headers["Location"] == reverse("mfa_index")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    digits = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    client.post(reverse("mfa_activate_totp"), {"code": digits})
    assert client.get("/supplier/").status_code == 200
    other = Client()  # a session from before, of whoever had the password alone
    other.force_login(person)
    assert other.get("/supplier/").headers["Location"].startswith(reverse("mfa_reauthenticate"))


def test_nobody_else_opens_the_administration(client):
    client.force_login(factories.organiser())
    assert client.get("/admin/", follow=True).status_code == 404


def admin_addresses() -> list[str]:
    """Every page of the administration that needs no row in its address."""
    found = []
    for path, pattern in routes():
        if path.startswith("admin/") and pattern.name:
            try:
                found.append(reverse(f"admin:{pattern.name}"))
            except NoReverseMatch:
                continue
    return found


def test_every_page_of_the_administration_is_closed_to_everybody_else():
    addresses = admin_addresses()
    assert len(addresses) > 10
    people = [None, factories.user(), factories.member_of(factories.supplier()), factories.organiser()]
    for person in people:
        client = Client(raise_request_exception=False)
        if person is not None:
            client.force_login(person)
        assert [at for at in addresses if client.get(at).status_code not in (302, 404)] == []
        assert [at for at in addresses if client.post(at, {}).status_code not in (302, 404, 405)] == []


def test_the_administration_changes_no_row_and_shows_none_of_the_libraries(administrator, rf):
    request = rf.get("/admin/")
    request.user = administrator
    shown = [model for model in apps.get_models() if admin.site.is_registered(model)]
    assert shown
    assert [model for model in shown if not model.__module__.startswith("matchmaker.")] == []
    for model in shown:
        pages = admin.site.get_model_admin(model)
        assert not pages.has_add_permission(request)
        assert not pages.has_change_permission(request)
        assert not pages.has_delete_permission(request)


def test_wrong_passwords_at_page_api_and_administration_count_together(client):
    person = factories.user(PASSWORD)
    for _number in range(2):
        client.post(SIGN_IN, {"login": person.email, "password": "wrong wrong"})
    for _number in range(2):
        client.post("/admin/login/", {"username": person.email, "password": "wrong wrong"})
    said = {"email": person.email, "password": "wrong wrong"}
    for _number in range(3):
        client.post("/api/v1/tokens/", said, content_type="application/json")
    answer = client.post("/api/v1/tokens/", {**said, "password": PASSWORD}, content_type="application/json")
    assert answer.status_code == 429
    client.post(SIGN_IN, {"login": person.email, "password": PASSWORD})
    assert not is_signed_in(client)


# Each address whose form asks for the password one has: the name of the box, and what else the form needs.
ASKS_FOR_THE_PASSWORD = {
    "account_login": "password",
    "account_reauthenticate": "password",
    "account_change_password": "oldpassword",
}
# Their boxes take a new password.
TAKES_A_NEW_PASSWORD = {"account_signup", "account_set_password", "account_reset_password_from_key"}


def test_every_page_with_a_box_for_a_password_is_known(client):
    person, inside = factories.user(PASSWORD, is_staff=True, is_superuser=True), Client()
    inside.force_login(person)
    found = set()
    for path, pattern in routes():
        if "<" in path or "(" in path or path.startswith(("api/", "mail-events/")):
            continue
        for one in (client, inside):
            page = one.get(f"/{path.strip('^$')}")
            if page.status_code == 200 and not page.streaming and re.search(rb'type="?password', page.content):
                found.add(pattern.name)
    assert found <= ASKS_FOR_THE_PASSWORD.keys() | TAKES_A_NEW_PASSWORD
    assert ASKS_FOR_THE_PASSWORD.keys() <= found


@pytest.mark.parametrize(("route", "box"), ASKS_FOR_THE_PASSWORD.items())
def test_five_wrong_passwords_close_the_form(client, route, box):
    cache.clear()
    person = factories.user(PASSWORD)
    if route != "account_login":
        client.force_login(person)
    more = {"login": person.email} if route == "account_login" else {}
    more |= {"password1": "another long secret", "password2": "another long secret"} if box == "oldpassword" else {}
    for _number in range(5):
        client.post(reverse(route), {box: "wrong wrong", **more})
    answer = client.post(reverse(route), {box: PASSWORD, **more})
    assert answer.status_code in (200, 422, 429)  # no redirect: not taken
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
