"""The second step for signing in: recovery codes once, and no way around it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough secret"


@pytest.fixture
def person():
    """Somebody with a second step and recovery codes."""
    row = factories.user(PASSWORD)
    totp.TOTP.activate(row, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(row)
    return row


def password_given(client, person):
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("mfa_authenticate")


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_recovery_code_works_once(client, person):
    code = RecoveryCodes(Authenticator.objects.get(user=person, type="recovery_codes")).get_unused_codes()[0]
    password_given(client, person)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert signed_in(client)
    client.post(reverse("account_logout"))
    password_given(client, person)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert not signed_in(client)


def test_b35_a_reset_password_does_not_skip_the_second_step(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})
    path = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    path = "/" + path.split("/", 3)[3]
    form = client.get(path, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": "another long secret", "password2": "another long secret"})
    assert not signed_in(client)
    answer = client.post(reverse("account_login"), {"login": person.email, "password": "another long secret"})
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)
