"""The second step for signing in: codes once, guesses few, and no way around it."""

import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.urls import reverse

from matchmaker.accounts import letters
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough secret"


@pytest.fixture(autouse=True)
def _still():
    """The thirty seconds of a code do not pass under a test."""
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture
def person():
    """Somebody with a second step and recovery codes."""
    row = factories.user(PASSWORD)
    totp.TOTP.activate(row, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(row)
    return row


def code_at(step: int = 0) -> str:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    counter = int(time.time()) // 30 + step
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def password_given(client, person):
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("mfa_authenticate")


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_code_works_once(client, person):
    code = code_at()
    password_given(client, person)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert signed_in(client)
    client.post(reverse("account_logout"))
    password_given(client, person)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert not signed_in(client)


@pytest.mark.parametrize("step", [-2, 2])
def test_codes_of_other_minutes_are_refused(client, person, step):
    password_given(client, person)
    client.post(reverse("mfa_authenticate"), {"code": code_at(step)})
    assert not signed_in(client)


def test_guesses_stop_after_five_and_then_the_right_code_waits_too(client, person):
    password_given(client, person)
    for _number in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_at()})
    assert not signed_in(client)


def test_a_recovery_code_works_once(client, person):
    code = RecoveryCodes(Authenticator.objects.get(user=person, type="recovery_codes")).get_unused_codes()[0]
    password_given(client, person)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert signed_in(client)
    client.post(reverse("account_logout"))
    password_given(client, person)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert not signed_in(client)


def test_a_reset_password_does_not_skip_the_second_step(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})
    letters.send_waiting()
    path = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    path = "/" + path.split("/", 3)[3]
    form = client.get(path, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": "another long secret", "password2": "another long secret"})
    assert not signed_in(client)
    answer = client.post(reverse("account_login"), {"login": person.email, "password": "another long secret"})
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)


def test_an_address_and_the_second_step_change_only_after_the_password_again(client, person):
    client.force_login(person)  # without a password of a moment ago
    client.post(reverse("account_email"), {"action_add": "", "email": "x@example.org"})
    assert not person.emailaddress_set.filter(email="x@example.org").exists()
    answer = client.post(reverse("mfa_deactivate_totp"), {})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(user=person, type="totp").exists()


@pytest.fixture
def trusted(client, person):
    """She gave her password a moment ago."""
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def test_an_address_of_somebody_else_is_answered_like_a_free_one(trusted, person):
    factories.user(email="used@example.org")
    said = []
    for email in ("used@example.org", "free@example.org"):
        answer = trusted.post(reverse("account_email"), {"action_add": "", "email": email}, follow=True)
        said.append((answer.status_code, [str(message) for message in answer.context["messages"]]))
    assert said[0][0] == said[1][0]
    assert [text.replace("used@", "free@") for text in said[0][1]] == said[1][1]
    assert not person.emailaddress_set.filter(email="used@example.org", verified=True).exists()


def test_the_old_address_is_told_that_another_took_its_place(trusted, person):
    old = person.email
    person.emailaddress_set.create(email="new@example.org", verified=True, primary=False)
    trusted.post(reverse("account_email"), {"action_primary": "", "email": "new@example.org"})
    person.refresh_from_db()
    assert person.email == "new@example.org"
    letters.send_waiting()
    letter = next(letter for letter in mail.outbox if letter.to == [old])
    assert "new@example.org" in letter.body


def test_a_new_password_and_a_second_step_taken_off_are_told(trusted, person):
    trusted.post(reverse("mfa_deactivate_totp"), {})
    said = {"oldpassword": PASSWORD, "password1": "another long secret", "password2": "another long secret"}
    trusted.post(reverse("account_change_password"), said)
    letters.send_waiting()
    assert [letter.to for letter in mail.outbox] == [[person.email]] * 2
