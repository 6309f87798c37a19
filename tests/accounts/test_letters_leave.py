"""Letters about an account go as all mail goes: promised in the request, sent by the post office, parked in sight."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from matchmaker.accounts import letters, tasks
from matchmaker.accounts.models import AccountLetter, User
from matchmaker.celery import app
from matchmaker.notifications import health, sent_log
from matchmaker.notifications.mail import Post
from matchmaker.notifications.outbox import Permanent, Temporary
from tests import factories
from tests.notifications.conftest import mailers

pytestmark = pytest.mark.django_db
CHANGED = "account/email/password_changed"


@pytest.fixture
def dead(settings):
    """Nobody listens where the mail server should be."""
    settings.MAILERS = mailers(1)


def sign_up(email="new@example.org"):
    said = {"name": "Somebody New", "email": email, "password1": "correct horse battery"}
    return Client(raise_request_exception=False).post(reverse("account_signup"), said)


def reset(email="known@example.org"):
    return Client(raise_request_exception=False).post(reverse("account_reset_password"), {"email": email})


def changed() -> AccountLetter:
    person = factories.user(email="known@example.org")
    letters.write(CHANGED, person.email, {"ip": "192.0.2.1"})
    return AccountLetter.objects.get()


def fails(monkeypatch, failure):
    def send(post, message):
        raise failure

    monkeypatch.setattr(Post, "send", send)


@pytest.mark.parametrize("email", ["new@example.org", "known@example.org"])
def test_signing_up_works_with_a_dead_mail_server_and_the_letter_comes_when_it_is_back(sink, settings, email):
    settings.MAILERS, alive = mailers(1), settings.MAILERS
    factories.user("correct horse battery", email="known@example.org")
    answer = sign_up(email)
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_email_verification_sent"))
    assert letters.send_waiting() == 0
    row = AccountLetter.objects.get()
    assert (row.state, row.attempts, row.last_error.partition(":")[0]) == (
        "waiting",
        0,
        "The mail server cannot be reached",
    )
    assert row.not_before > timezone.now() + dt.timedelta(seconds=25)
    settings.MAILERS = alive
    AccountLetter.objects.update(not_before=timezone.now())
    assert letters.send_waiting() == 1
    ((to, letter),) = sink.letters
    assert (to, letter["Message-ID"]) == ([email], f"<{row.pk}@127.0.0.1>")


@pytest.mark.parametrize("email", ["known@example.org", "nobody@example.org"])
def test_asking_for_a_new_password_works_with_a_dead_mail_server(dead, email):
    factories.user("correct horse battery", email="known@example.org")
    answer = reset(email)
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_reset_password_done"))
    assert list(AccountLetter.objects.values_list("email", "state")) == [(email, "waiting")]


def test_a_change_that_was_rolled_back_is_not_told():
    with transaction.atomic():
        changed()
        transaction.set_rollback(True)
    assert (AccountLetter.objects.count(), letters.send_waiting()) == (0, 0)


def test_the_bell_rings_when_the_letter_is_committed(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as bells:
        sign_up()
    assert bells.count(tasks.start_letters) == 1


def test_a_bell_that_was_lost_is_rung_by_the_timetable():
    sign_up()
    rung = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    assert rung[tasks.send_letters.name] == 10
    tasks.send_letters()
    assert mail.outbox[0].to == ["new@example.org"]


def test_signing_up_works_without_redis(monkeypatch, django_capture_on_commit_callbacks):
    def unreachable(**options):
        raise OperationalError

    monkeypatch.setattr(tasks.send_letters, "apply_async", unreachable)
    with django_capture_on_commit_callbacks(execute=True):
        assert sign_up().status_code == 302
    assert AccountLetter.objects.waiting().count() == 1


def test_a_round_without_celery_takes_the_letters_along(capsys):
    sign_up()
    call_command("deliver")
    assert (capsys.readouterr().out, mail.outbox[0].to) == ("1 delivered\n", ["new@example.org"])


def test_what_a_letter_said_is_forgotten_when_it_left():
    factories.user("correct horse battery", email="known@example.org")
    reset()
    assert "/reset/key/" in AccountLetter.objects.get().contents["path"]
    assert (letters.send_waiting(), letters.send_waiting()) == (1, 0)
    row = AccountLetter.objects.get()
    assert (row.state, row.contents, row.email) == ("sent", {}, "known@example.org")


def test_the_attempt_is_counted_before_the_socket_opens(monkeypatch):
    changed()
    seen = []
    monkeypatch.setattr(Post, "send", lambda post, message: seen.append(AccountLetter.objects.get().attempts))
    letters.send_waiting()
    assert seen == [1]


def test_what_fails_for_now_waits_longer_every_time(monkeypatch):
    changed()
    fails(monkeypatch, Temporary("451 busy"))
    waits = []
    for _try in range(3):
        assert letters.send_waiting() == 0
        row = AccountLetter.objects.get()
        waits.append(round((row.not_before - timezone.now()).total_seconds() / 60))
        AccountLetter.objects.update(not_before=timezone.now())
    assert (row.state, row.attempts, row.last_error) == ("waiting", 3, "451 busy")
    assert row.contents["subject_line"] == "Your account was changed"
    assert waits[0] < waits[1] < waits[2]


def test_what_is_refused_is_parked_where_the_team_sees_it_and_tries_it_again(monkeypatch, client):
    row = changed()
    with monkeypatch.context() as patch:
        fails(patch, Permanent("550 no such mailbox"))
        letters.send_waiting()
    assert [promise.pk for promise in health.parked_promises()] == [row.pk]
    client.force_login(factories.organiser(factories.campaign()))
    page = client.get(reverse("console_delivery"))
    assert [(line["whom"], line["why"], line["channel"]) for line in page.context["parked"]] == [
        ("known@example.org", "550 no such mailbox", "Emails about accounts")
    ]
    assert "192.0.2.1" not in page.text  # never what it says
    client.post(reverse("console_delivery_retry"), {"promise": [f"accountletter:{row.pk}"]})
    assert letters.send_waiting() == 1
    assert "192.0.2.1" in mail.outbox[0].body


@pytest.mark.parametrize("asked", ["sign up", "reset"])
def test_a_letter_whose_link_has_run_out_does_not_leave(asked):
    factories.user("correct horse battery", email="known@example.org")
    _answer = sign_up() if asked == "sign up" else reset()
    row = AccountLetter.objects.get()
    assert row.expires_at - row.not_before == dt.timedelta(days=3)
    AccountLetter.objects.update(expires_at=timezone.now())
    assert letters.send_waiting() == 0
    row.refresh_from_db()
    assert (row.state, row.last_error, row.contents) == ("cancelled", "Its link has expired.", {})


def test_a_letter_without_a_link_that_ends_has_no_end():
    assert changed().expires_at is None


def test_a_letter_of_somebody_who_was_erased_while_it_was_claimed_does_not_leave(monkeypatch):
    row = changed()
    monkeypatch.setattr("matchmaker.notifications.outbox.begin", lambda promise: bool(User.objects.all().delete()))
    assert (letters.send_waiting(), mail.outbox) == (0, [])
    assert not AccountLetter.objects.filter(pk=row.pk).exists()


def test_letters_of_long_ago_and_the_links_of_parked_ones_are_forgotten():
    now = timezone.now()
    for age, state in ((31, "sent"), (29, "sent"), (4, "parked"), (1, "parked")):
        AccountLetter.objects.create(
            email=f"a{age}@example.org",
            language="en",
            kind="password_reset_key",
            contents={"path": "/secret/"},
            expires_at=now - dt.timedelta(days=age - 3),
            not_before=now,
            state=state,
            finished_at=now - dt.timedelta(days=age),
        )
    tasks.forget_old_letters()
    assert list(AccountLetter.objects.order_by("email").values_list("email", "contents")) == [
        ("a1@example.org", {"path": "/secret/"}),
        ("a29@example.org", {}),
        ("a4@example.org", {}),
    ]


def test_a_letter_that_left_before_a_backup_was_put_back_does_not_leave_again():
    row = changed()
    assert sent_log.mark_sent({row.pk, uuid.uuid4()}) == 1
    row.refresh_from_db()
    assert (row.state, row.contents, letters.send_waiting()) == ("sent", {}, 0)
