"""Two people of a team who work on the same letter or the same action at the same moment."""

import threading
import time

import pytest
from django.db import connection, transaction

from matchmaker.campaigns.services import announcements, bulk
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Announcement
from tests import factories

TEXTS = {"en": {"subject": "Doors", "body": "At nine."}, "zh-hans": {"subject": "开门", "body": "九点。"}}
CHANGED = {"en": {"subject": "Changed", "body": "At ten."}, "zh-hans": {"subject": "改动", "body": "十点。"}}


def beside(act) -> threading.Thread:
    """Another person's request, begun while the caller's transaction is open."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.5)  # it waits for the row, or on SQLite for the database
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_change_that_meets_the_sending_does_not_change_what_others_get():
    campaign = factories.campaign()
    first, second = factories.organiser(campaign), factories.organiser(campaign)
    factories.take_part(campaign, factories.supplier(factories.user()))
    row = announcements.write(by=first, campaign=campaign, segment={}, texts=TEXTS)
    outcomes = []

    def change() -> None:
        try:
            announcements.write(by=second, campaign=campaign, segment={}, texts=CHANGED, draft=row)
        except Refused as refusal:
            outcomes.append(refusal.code)

    with transaction.atomic():
        announcements.send(by=first, campaign=campaign, draft=row)
        thread = beside(change)
    thread.join()
    row.refresh_from_db()
    assert (row.state, row.texts, outcomes) == (Announcement.State.SENT, TEXTS, ["already_sent"])


@pytest.mark.django_db(transaction=True)
def test_a_choice_that_meets_the_confirmation_is_refused():
    campaign = factories.campaign()
    organiser = factories.organiser(campaign)
    factories.take_part(campaign, factories.supplier(factories.user()))
    action = bulk.prepare(by=organiser, campaign=campaign, verb="tag", companies=Company.objects.all())
    action = bulk.choose(by=organiser, action=action, tag="chosen")
    outcomes = []

    def choose() -> None:
        try:
            bulk.choose(by=organiser, action=action, tag="another")
        except Refused as refusal:
            outcomes.append(refusal.code)

    with transaction.atomic():
        bulk.confirm(by=organiser, action=action)
        thread = beside(choose)
    thread.join()
    action.refresh_from_db()
    assert (action.state, action.values, outcomes) == ("waiting", {"tag": "chosen"}, ["already_confirmed"])
