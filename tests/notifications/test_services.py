"""What `notify` promises."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.notifications import fanout, outbox, preferences, services
from matchmaker.notifications.fanout import Letter
from matchmaker.notifications.models import Delivery, Notice, Preference
from tests import factories

pytestmark = pytest.mark.django_db


def tell(people, key="demand_closed:1", kind="demand_closed", **context):
    facts = {"demand": "茉莉香米", "closed_on": "2026-11-01"} | context
    return services.notify(kind=kind, to=people, event_key=key, context=facts, path="/buyer/demands/1/")


def test_notify_writes_a_notice_and_a_mail_for_each_person():
    people = [factories.user(), factories.user()]
    assert tell(people) == 2
    assert sorted(Notice.objects.values_list("recipient", flat=True)) == sorted(person.pk for person in people)
    assert list(Delivery.objects.values_list("channel", "state", "attempts")) == [("email", "waiting", 0)] * 2
    notice = Notice.objects.first()
    assert notice.context == {"demand": "茉莉香米", "closed_on": "2026-11-01"}
    assert (notice.topic, notice.path, notice.read_at) == ("demand", "/buyer/demands/1/", None)


def test_notify_takes_a_queryset_with_parameters():
    factories.user(), factories.user(email="other@example.net")
    assert tell(User.objects.filter(email__contains="example.net").order_by("-name")) == 1


def test_notify_tells_the_same_happening_once_per_person():
    first, second = factories.user(), factories.user()
    assert tell([first]) == 1
    assert tell([first, second, second]) == 1
    assert tell([first], key="demand_closed:2") == 1
    assert Notice.objects.count() == Delivery.objects.count() == 3


def test_many_letters_are_told_in_one_go_and_no_person_hears_of_one_happening_twice(django_assert_max_num_queries):
    people = [factories.user() for _number in range(20)]
    letters = [
        Letter("demand_closed", [person], f"closed:{number}", {"demand": str(number), "closed_on": "2026-11-01"})
        for number, person in enumerate(people)
    ]
    with django_assert_max_num_queries(13):
        assert services.notify_many([*letters, letters[0]]) == 20
    assert Notice.objects.get(recipient=people[7]).context["demand"] == "7"
    assert services.notify_many(letters) == 0
    assert Delivery.objects.filter(channel="email", state="waiting").count() == 20


def test_notify_tells_more_people_than_one_batch_holds(monkeypatch):
    monkeypatch.setattr(fanout, "BATCH", 2)
    people = [factories.user() for _number in range(5)]
    assert tell(User.objects.all()) == 5
    assert Delivery.objects.count() == 5
    assert tell([*people, factories.user()]) == 1


def test_rollback_leaves_no_phantom():
    person = factories.user()
    with transaction.atomic():
        tell([person])
        transaction.set_rollback(True)
    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)


def test_notify_leaves_out_closed_accounts():
    assert tell([factories.user(is_active=False)]) == 0


def test_notify_of_an_unknown_kind_fails_loudly():
    with pytest.raises(ImproperlyConfigured, match="no sound template"):
        tell([factories.user()], kind="no_such_kind")


def test_preferences_are_read_where_the_promise_is_written():
    quiet, silent, texted = factories.user(), factories.user(), factories.user()
    preferences.choose(by=quiet, topic="demand", channel="email", frequency="daily")
    preferences.choose(by=silent, topic="demand", channel="email", frequency="never")
    preferences.choose(by=silent, topic="demand", channel="in_app", frequency="never")
    preferences.choose(by=texted, topic="demand", channel="sms", frequency="now")
    assert tell([quiet, silent, texted]) == 3
    rows = Delivery.objects.order_by("notice__recipient", "channel")
    assert list(rows.values_list("notice__recipient", "channel", "frequency")) == [
        (quiet.pk, "email", "daily"),
        (texted.pk, "email", "now"),
        (texted.pk, "sms", "now"),
    ]
    assert [Notice.objects.visible_to(person).count() for person in (quiet, silent, texted)] == [1, 0, 1]


def test_a_large_audience_is_told_once_however_often_it_is_told():
    factories.user(), factories.user()
    everybody = User.objects.all()
    assert tell(everybody) == 2
    factories.user()
    assert tell(everybody) == 1
    assert Notice.objects.count() == Delivery.objects.count() == 3


def test_a_reminder_is_written_ahead_and_shown_and_sent_from_its_moment_on():
    person, soon = factories.user(), timezone.now() + timedelta(days=30)
    services.notify(kind="demand_closed", to=[person], event_key="reminder:1", context={"demand": "Rice"}, at=soon)
    assert (Notice.objects.visible_to(person).count(), outbox.mail_due().count(), Delivery.objects.count()) == (0, 0, 1)
    with time_machine.travel(soon + timedelta(seconds=1)):
        assert (Notice.objects.visible_to(person).count(), outbox.mail_due().count()) == (1, 1)


def test_mails_have_ids_of_version_7_and_short_messages_go_to_those_who_asked_for_them():
    people = [factories.user() for _number in range(12)]
    for person in people[:3]:
        Preference.objects.create(user=person, topic="demand", channel="sms", frequency="now")
    assert tell(User.objects.all()) == 12
    ids = list(Delivery.objects.filter(channel="email").order_by("pk").values_list("pk", flat=True))
    assert {(identity.version, identity.variant) for identity in ids} == {(7, uuid.RFC_4122)}
    assert Delivery.objects.count() == 15


def test_a_reminder_is_taken_back_when_the_answer_comes_first():
    person, soon = factories.user(), timezone.now() + timedelta(days=3)
    services.notify(kind="demand_closed", to=[person], event_key="reminder:1", context={"demand": "Rice"}, at=soon)
    services.close_notices(event_key="reminder:1")
    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)


def test_what_is_only_worth_a_line_on_the_site_makes_no_letter():
    person = factories.user()
    preferences.choose(by=person, topic="demand", channel="in_app", frequency="never")
    letter = {"kind": "demand_closed", "to": [person], "event_key": "line:1", "context": {"demand": "Rice"}}
    assert services.notify(**letter, only_on_site=True) == 1
    assert (Notice.objects.visible_to(person).count(), Delivery.objects.count()) == (1, 0)


def test_the_post_office_knows_no_word_of_the_trade():
    """It could be lifted into another project: neither code nor comments name what this one deals with."""
    trade = (
        "supplier buyer product demand match meeting booth compan catalogue campaign enquir organiser partner tariff"
    )
    folder = settings.BASE_DIR / "matchmaker/notifications"
    found = [
        f"{file.name}: {line.strip()}"
        for file in folder.rglob("*.py")
        for line in file.read_text().splitlines()
        if re.search(rf"\b({'|'.join(trade.split())})", line.replace("matchmaker", "").replace("fnmatch", ""), re.I)
    ]
    assert found == []
