"""Letters about an account: in the house's frame and the person's language, leading to the site and nowhere else."""

import pytest
from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from django.core import mail
from django.test import Client
from django.urls import reverse

from matchmaker.accounts import letters
from tests import factories

pytestmark = pytest.mark.django_db
EVIL = {"Host": "evil.example.net", "X-Forwarded-Host": "evil.example.net"}
FACTS = {"from_email": "old@x.example", "to_email": "new@x.example", "deleted_email": "gone@x.example"}
FACTS |= {"provider": "Single sign-on", "ip": "192.0.2.1"}


def sign_up(email, language="en"):
    said = {"name": "Somebody New", "email": email, "password1": "correct horse battery"}
    Client(headers={"Accept-Language": language, **EVIL}).post(reverse("account_signup"), said)
    letters.send_waiting()
    return mail.outbox[-1]


@pytest.mark.parametrize(("language", "subject"), [("en", "Confirm your email address"), ("zh-hans", "请确认您的邮箱")])
def test_the_first_letter_names_the_site_in_the_language_of_the_page_it_was_asked_on(settings, language, subject):
    settings.DEFAULT_FROM_EMAIL = "Big Market <no-reply@big.example>"
    letter = sign_up("new@example.org", language)
    assert (letter.subject, letter.to) == (subject, ["new@example.org"])
    html = letter.alternatives[0].content
    for text in (letter.body, html):
        assert f"{settings.SITE_URL}/accounts/confirm-email/" in text
        assert "Big Market" in text
        assert "example.com" not in text
    assert f'lang="{language}"' in html


def test_no_letter_about_an_account_leads_where_a_forged_host_says(settings):
    factories.user("correct horse battery", email="known@example.org")
    sign_up("new@example.org")
    sign_up("known@example.org")
    for email in ("known@example.org", "nobody@example.org"):
        Client(headers=EVIL).post(reverse("account_reset_password"), {"email": email})
    assert letters.send_waiting() == 2
    assert [letter.subject for letter in mail.outbox] == [
        "Confirm your email address",
        "You have an account already",
        "Choose a new password",
        "There is no account with this address",
    ]
    for letter in mail.outbox:
        assert "evil" not in letter.body + letter.alternatives[0].content
        assert settings.SITE_URL + "/accounts/" in letter.body


def test_letters_go_out_in_the_language_of_whose_account_it_is():
    factories.user("correct horse battery", email="wang@example.org", language="zh-hans")
    Client(headers={"Accept-Language": "en"}).post(reverse("account_reset_password"), {"email": "wang@example.org"})
    letters.send_waiting()
    assert mail.outbox[0].subject == "设置新密码"


@pytest.mark.parametrize("prefix", sorted(letters.CHANGES))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_change_is_said_with_where_it_came_from(prefix, language):
    person = factories.user(language=language)
    assert letters.write(prefix, person.email, FACTS)
    assert letters.send_waiting() == 1
    letter = mail.outbox[0]
    assert letter.subject == {"en": "Your account was changed", "zh-hans": "您的账户有变动"}[language]
    assert "192.0.2.1" in letter.body
    assert "%" not in letter.body


def test_what_has_no_words_of_ours_is_left_to_the_library():
    assert app_settings.EMAIL_NOTIFICATIONS
    assert letters.write("account/email/login_code", "a@example.org", {}) is False
    assert get_adapter().__class__.__module__ == "matchmaker.accounts.adapter"
