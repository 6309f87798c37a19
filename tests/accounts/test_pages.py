"""A person's own pages."""

import time

import pytest
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import ApiToken
from matchmaker.companies.models import Membership
from matchmaker.core import clocks
from matchmaker.web.forms import fields
from matchmaker.web.middleware import ReadersClock
from matchmaker.web.templatetags.ui import moment
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough secret"


@pytest.fixture
def person(client):
    row = factories.user()
    client.force_login(row)
    return row


@pytest.fixture
def fresh(client, person):
    """She gave her password a moment ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    return person


def test_language_chosen_here_is_the_language_of_the_next_page(client, person):
    said = {"name": "王敏", "language": "zh-hans", "time_zone": "Asia/Shanghai"}
    client.post(reverse("account"), said)
    person.refresh_from_db()
    assert (person.name, person.language, person.time_zone) == ("王敏", "zh-hans", "Asia/Shanghai")
    assert 'lang="zh-Hans"' in client.get(reverse("account")).text


def test_each_language_of_the_menu_is_marked_with_itself(client, person):
    client.force_login(person)
    page = client.get(reverse("account")).content.decode()
    assert '<option value="fr" lang="fr">Français</option>' in page
    assert '<option value="zh-hans" lang="zh-Hans">简体中文</option>' in page


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"name": "a\nb"}, {"name": ""}])
def test_wrong_setting_is_refused_and_what_was_typed_stays(client, person, wrong):
    said = {"name": "Typed Name", "language": "en", "time_zone": "Asia/Bangkok", **wrong}
    answer = client.post(reverse("account"), said)
    assert answer.status_code == 422
    assert "Asia/Bangkok" in answer.text
    person.refresh_from_db()
    assert person.time_zone == ""


def test_key_is_shown_once_and_works_until_it_is_revoked(client, fresh):
    answer = client.post(reverse("account_tokens"), {"name": "ERP", "scopes": ["read"], "days": "30"})
    token = ApiToken.objects.get()
    key = next(word for word in answer.text.replace("<", " ").replace(">", " ").split() if word.startswith("mm_"))
    assert key not in client.get(reverse("account_tokens")).text
    assert "no-store" in answer["Cache-Control"]

    client.logout()
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get(reverse("api_notices"), headers=headers).status_code == 200
    client.force_login(fresh)
    client.post(reverse("account_token_revoke", args=[token.uid]))
    client.logout()
    assert client.get(reverse("api_notices"), headers=headers).status_code == 401


def test_key_is_not_made_without_the_password_of_a_moment_ago(client, person):
    person.set_password("correct horse battery")
    person.save()
    client.force_login(person)
    answer = client.post(reverse("account_tokens"), {"name": "ERP", "scopes": ["read"], "days": "30"})
    assert reverse("account_reauthenticate") in answer.headers["Location"]
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("said", [{"scopes": ["everything"]}, {"days": "4000"}, {"name": " "}])
def test_key_with_unknown_scope_or_too_long_a_life_is_refused(client, fresh, said):
    answer = client.post(reverse("account_tokens"), {"name": "ERP", "scopes": ["read"], "days": "30", **said})
    assert (answer.status_code, ApiToken.objects.count()) == (422, 0)


def test_key_of_another_person_cannot_be_revoked(client, person):
    from matchmaker.accounts.services import create_token

    token, _key = create_token(by=factories.user(), name="x", scopes=["read"])
    assert client.post(reverse("account_token_revoke", args=[token.uid])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_sessions_are_listed_and_the_others_can_be_ended(client):
    person = factories.user("correct horse battery")
    elsewhere = Client(headers={"User-Agent": "Elsewhere/1.0"})
    for browser in (elsewhere, client):
        browser.post(reverse("account_login"), {"login": person.email, "password": "correct horse battery"})
        assert browser.get(reverse("companies")).status_code == 200
    assert "Elsewhere/1.0" in client.get(reverse("usersessions_list")).text
    client.post(reverse("usersessions_list"))
    assert (elsewhere.get(reverse("companies")).status_code, client.get(reverse("companies")).status_code) == (302, 200)


def test_password_gives_no_key_to_an_administrator_without_a_second_step(client, settings):
    settings.MFA_REQUIRED = True
    admin = factories.user("correct horse battery")
    factories.supplier(admin)
    said = {"email": admin.email, "password": "correct horse battery"}
    answer = client.post(reverse("api_tokens"), said, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_missing")


def test_a_session_without_the_second_step_is_no_door_round_it(client, settings):
    """Pages ask for it first; the API over the same session does too, and what is everyone's stays open."""
    settings.MFA_REQUIRED = True
    company, colleague = factories.supplier(admin := factories.user()), factories.user()
    Membership.objects.create(company=company, user=colleague)
    for person, expected in ((admin, (403, "mfa_missing")), (colleague, (200, None))):
        client.force_login(person)
        answer = client.get("/api/v1/notifications/")
        assert (answer.status_code, answer.json().get("code")) == expected
        assert client.get("/api/v1/products/").status_code == 200


def test_copy_of_my_data_holds_mine_and_no_secret(client, person):
    company = factories.supplier(person)
    other = factories.user()
    Membership.objects.create(company=company, user=other)
    person.set_password("correct horse battery")
    person.save()
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    copy = client.get(reverse("account_download"))
    assert copy["Content-Disposition"] == 'attachment; filename="my-data.json"'
    said = copy.json()
    assert said["person"]["email"] == person.email
    assert [row["email"] for row in said["rows"]["account.EmailAddress.user"]] == [person.email]
    assert len(said["rows"]["companies.Membership.user"]) == 1
    assert other.email not in copy.text
    assert person.password not in copy.text


def test_without_a_provider_nothing_leads_to_connected_sign_ins_and_the_page_is_not_there(client, person):
    assert reverse("sign_ins") not in client.get(reverse("account")).text
    assert client.get(reverse("sign_ins")).status_code == 404


def test_with_a_provider_the_account_pages_lead_to_connected_sign_ins(client, person, settings):
    app = {"provider_id": "oidc", "name": "Ministry", "client_id": "c", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    assert f'href="{reverse("sign_ins")}"' in client.get(reverse("account")).text
    assert client.get(reverse("sign_ins")).status_code == 200


def test_a_sign_in_of_a_provider_that_is_gone_can_still_be_let_go(client, person):
    SocialAccount.objects.create(user=person, provider="oidc", uid="7")
    assert client.get(reverse("sign_ins")).status_code == 200


def test_the_zone_of_the_browser_is_noted_at_the_first_sign_in_and_stays_what_one_chose(client):
    person = factories.user(PASSWORD)
    client.cookies["time_zone"] = "Asia/Bangkok"
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    person.refresh_from_db()
    assert person.time_zone == "Asia/Bangkok"
    client.post(reverse("account_logout"))
    client.cookies["time_zone"] = "Europe/Paris"
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    person.refresh_from_db()
    assert person.time_zone == "Asia/Bangkok"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "x" * 3000])
def test_a_zone_that_is_none_is_not_noted(client, zone):
    person = factories.user(PASSWORD)
    client.cookies["time_zone"] = zone
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    person.refresh_from_db()
    assert person.time_zone == ""
    assert client.get(reverse("account")).status_code == 200


@pytest.mark.parametrize(
    ("account", "zone"),
    [
        ({"time_zone": "Asia/Bangkok"}, "Asia/Bangkok"),
        ({"language": "zh-hans"}, "Asia/Shanghai"),  # a Chinese reader whose zone is not known
        ({}, "UTC"),
    ],
)
def test_times_stand_on_the_clock_of_the_reader_and_say_so_where_it_is_not_known(client, account, zone):
    person = factories.user(**account)
    company = factories.supplier(person)
    entry = record(by=person, verb="update_company", on=company)
    client.force_login(person)
    with timezone.override(zone), override(person.language):
        shown = moment(entry.at)
    assert shown.endswith(" UTC") == (zone == "UTC")
    assert shown in client.get(reverse("company_record", args=[company.uid])).text


def test_zones_are_found_by_the_name_of_the_city_in_the_language_of_the_reader():
    with override("zh-hans"):
        names = dict(zone for _country, zones in clocks.zone_choices() for zone in zones)
        assert names["Asia/Shanghai"].startswith("北京")
        assert names["America/Port_of_Spain"].startswith("西班牙港 (UTC-4)")
        assert "Etc/GMT+5" not in names


def test_places_are_called_as_chinese_ministries_print_them():
    with override("zh-hans"):
        names = dict(fields.countries())
    assert [names[code] for code in ("TW", "HK", "MO", "PS")] == ["中国台湾", "中国香港", "中国澳门", "巴勒斯坦"]
    assert names["FK"] == "马尔维纳斯群岛（福克兰群岛）"


def test_the_link_beside_a_password_is_in_the_language_of_the_page(client):
    client.cookies["django_language"] = "vi"
    assert "Quên mật khẩu?" in client.get(reverse("account_login")).text


def test_a_reader_without_a_zone_of_her_own_reads_times_on_the_clock_of_her_browser():
    seen = []

    def answer(request):
        seen.append(timezone.get_current_timezone_name())
        return HttpResponse()

    request = RequestFactory().get("/", headers={"cookie": "time_zone=Asia/Bangkok"})
    request.user = factories.user(language="en")
    ReadersClock(answer)(request)
    request.user.time_zone = "Asia/Tokyo"
    ReadersClock(answer)(request)
    assert seen == ["Asia/Bangkok", "Asia/Tokyo"]
