"""Signing in, the second step and passwords speak as the rest of the site does, in both languages."""

import re
import time
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from matchmaker.accounts.adapter import AccountAdapter, SecondStepAdapter
from matchmaker.accounts.models import User
from tests import factories

THEIRS = Path(allauth.__file__).parent / "templates"
OURS = Path(settings.BASE_DIR) / "templates"
# Ways of signing in that this site does not offer: by a code in a mail, by telephone, by a browser that is trusted; and
# the way round a session cookie that is SameSite=Strict, which ours is not.
UNUSED = {"login_redirect", "login_code_sent", "phone_verification_sent", "phone_verified", "signup_form", "trust"}
LATIN = re.compile(r"[A-Za-z]{3,}")
NAMES = {
    "English",
    "matchmaker",
    "PIN",
    "USB",
    "JavaScript",
    "Webhook",
    "Laptop",
    "Person",
    "example",
    "org",
    "Ministry",
}


def texts_of(*folders: str) -> list[str]:
    files = [file for folder in folders for file in sorted((THEIRS / folder).rglob("*.*")) if "email" not in file.parts]
    return [file.relative_to(THEIRS).as_posix() for file in files if file.stem not in UNUSED]


def stock(name: str) -> bool:
    """Whether a text of theirs says something: frames and downloads hold no words."""
    return bool(re.search(r"{% (block)?trans", (THEIRS / name).read_text()))


@pytest.mark.parametrize("name", [*filter(stock, texts_of("mfa", "usersessions", "socialaccount", "account/messages"))])
def test_no_page_or_message_of_signing_in_speaks_in_the_librarys_words(name):
    assert (OURS / name).exists()


@pytest.mark.parametrize("name", texts_of("account/messages", "mfa/messages", "usersessions", "socialaccount/messages"))
def test_every_message_is_said_in_chinese(name):
    if not name.endswith(".txt"):
        return
    with translation.override("zh-hans"):
        said = render_to_string(name, {"email": "", "user": User(name="王敏")})
    assert said.strip()
    assert LATIN.findall(said) == []


@pytest.mark.parametrize("adapter", [AccountAdapter, SecondStepAdapter])
def test_every_refusal_of_ours_is_said_in_chinese(adapter):
    theirs = adapter.__mro__[1].error_messages
    ours = {key: said for key, said in adapter.error_messages.items() if said is not theirs.get(key)}
    assert len(ours) >= 5
    with translation.override("zh-hans"):
        assert {key: LATIN.findall(str(said)) for key, said in ours.items()} == {key: [] for key in ours}


@pytest.fixture
def person(client):
    row = factories.user("a long enough secret", language="zh-hans", name="王敏")
    TOTP.activate(row, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(row)
    return row


@pytest.fixture
def key(person):
    data = {"name": "Laptop", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    return Authenticator.objects.create(user=person, type="webauthn", data=data)


def sign_in(client, person) -> None:
    """A moment ago, with her password."""
    client.force_login(person)
    session = client.session
    shown = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    factories.read_in("zh-hans", client)


def words_of(page) -> set[str]:
    """Latin words of a page's main part, without markup, scripts, addresses and what stands in boxes."""
    main = re.search(r"<main.*?</main>", page.text, re.S)[0]
    main = re.sub(r"<script.*?</script>|<code.*?</code>|<svg.*?</svg>", " ", main, flags=re.S)
    title = re.search(r"<title>\s*(.*?)\s*</title>", page.text)[1]
    said = re.findall(r'(?:placeholder|aria-label|alt|title)="([^"]*)"', main)
    return set(LATIN.findall(" ".join([title, re.sub(r"<[^>]*>", " ", main), *said]))) - NAMES


PAGES = ["mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
PAGES += ["mfa_add_webauthn", "mfa_reauthenticate"]
PAGES += ["account_reauthenticate", "account_change_password", "account_logout", "usersessions_list"]
OF_A_KEY = ["mfa_list_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn"]


@pytest.mark.django_db
@pytest.mark.parametrize("route", PAGES)
def test_a_chinese_page_of_the_second_step_holds_no_english(client, person, route):
    sign_in(client, person)
    page = client.get(reverse(route))
    assert (page.status_code, words_of(page)) == (200, set())


@pytest.mark.django_db
@pytest.mark.parametrize("route", OF_A_KEY)
def test_a_chinese_page_of_a_key_holds_no_english(client, person, key, route):
    sign_in(client, person)
    page = client.get(reverse(route, args=[key.pk] if route != "mfa_list_webauthn" else []))
    assert (page.status_code, words_of(page)) == (200, set())


@pytest.mark.django_db
@pytest.mark.parametrize("route", ["account_login", "account_reset_password", "account_reset_password_done"])
def test_a_chinese_page_on_the_way_in_holds_no_english(client, route):
    client.cookies["django_language"] = "zh-hans"
    page = client.get(reverse(route))
    assert (page.status_code, words_of(page)) == (200, set())


@pytest.mark.django_db
def test_the_app_is_set_up_in_chinese_and_under_the_name_of_the_site(client, settings):
    settings.DEFAULT_FROM_EMAIL = "Big Market <no-reply@big.example>"
    newcomer = factories.user("a long enough secret", language="zh-hans")
    sign_in(client, newcomer)
    page = client.get(reverse("mfa_activate_totp"))
    assert words_of(page) == set()
    assert "issuer=Big%20Market" in page.context["totp_url"]
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.context["form"].errors == {"code": ["数字不正确，或已使用过。每组数字只能使用一次。"]}


@pytest.mark.django_db
def test_a_code_that_does_not_fit_is_refused_in_our_words(client, person):
    client.post(reverse("account_login"), {"login": person.email, "password": "a long enough secret"})
    page = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    sentence = "These digits do not fit, or they were used already. Each set works once."
    assert page.context["form"].errors == {"code": [sentence]}
    client.cookies["django_language"] = "zh-hans"
    assert words_of(client.get(reverse("mfa_authenticate"))) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_change_password", "sign_ins"]
)
def test_labels_are_ours_and_no_box_repeats_its_label_inside(client, settings, name):
    """The library's own labels are in Title Case, and stand a second time inside the box."""
    app = {"provider_id": "oidc", "name": "Ministry", "client_id": "c", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    if name in ("account_change_password", "sign_ins"):
        client.force_login(factories.user())
    with translation.override("en"):
        text = client.get(reverse(name), headers={"accept-language": "en"}, follow=True).text
    main = text[text.index("<main") : text.index("</main")]
    assert re.findall(r'placeholder="([^"]+)"', main) == []
    heads = re.findall(r"<(?:h1|h2|label|legend)[^>]*>\s*([^<]+)", main)
    assert [head for head in heads if re.search(r"\w \(?[A-Z][a-z]", head)] == []
