"""The first administrator comes in without any mail."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from matchmaker.accounts import sign_in_links
from matchmaker.accounts.models import AuditEntry, User
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "a-long-new-passphrase-27"


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3].strip()


def choose_a_password(client, link: str):
    page = client.get(path_of(link), follow=True)
    return client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})


def test_the_first_administrator_chooses_a_password_with_the_link_that_the_command_prints(client):
    out = StringIO()
    names = {"name": "Export to China", "name_zh": "出口中国", "admin": "you@example.org"}
    call_command("start_campaign", "export", starts_on="2027-01-01", ends_on="2027-12-31", stdout=out, **names)
    link = next(line for line in out.getvalue().splitlines() if "/accounts/link/" in line)
    choose_a_password(client, link)
    person = User.objects.get(email="you@example.org")
    assert person.check_password(NEW)
    assert person.emailaddress_set.get().verified
    assert AuditEntry.objects.filter(verb="make_sign_in_link").count() == 1


def test_a_link_works_once(client):
    link = sign_in_links.make(email=factories.user().email)
    choose_a_password(client, link)
    client.logout()
    assert client.get(path_of(link)).url == reverse("account_login")


def test_a_link_ends_after_half_an_hour(client, time_machine):
    from django.utils import timezone

    link = sign_in_links.make(email=factories.user().email)
    time_machine.move_to(timezone.now() + timedelta(minutes=31))
    assert client.get(path_of(link)).url == reverse("account_login")


def test_no_link_opens_a_closed_account():
    with pytest.raises(User.DoesNotExist):
        sign_in_links.make(email=factories.user(is_active=False).email)
