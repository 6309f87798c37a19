"""Kinds of notice the organisers send no letters of."""

import pytest

from matchmaker.core.problems import Refused
from matchmaker.notifications import health, muting, preferences
from matchmaker.notifications.models import Delivery, Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db):
    return factories.user()


def test_a_muted_kind_is_told_on_the_site_alone_until_it_is_not(person, tell, boss):
    muting.mute(by=boss, kind="demand_closed")
    assert tell(person) is None
    assert Notice.objects.get().in_app is True
    assert muting.unmute(kind="demand_closed") is True
    assert tell(person).channel == "email"


def test_what_waits_stays_here_and_can_be_seen_even_by_whoever_wanted_mail_alone(person, tell, boss):
    preferences.choose(by=person, topic="demand", channel="in_app", frequency="never")
    row = tell(person)
    muting.mute(by=boss, kind="demand_closed")
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("cancelled", "The house sends no mails of this kind.")
    assert list(Notice.objects.visible_to(person)) == [Notice.objects.get()]
    assert set(health.gaps().values()) == {0}


def test_what_a_worker_holds_and_other_kinds_go_on(person, tell, boss):
    row = tell(person)
    Delivery.objects.update(lease_token="a" * 32)
    muting.mute(by=boss, kind="demand_closed")
    muting.mute(by=boss, kind="match_found")
    row.refresh_from_db()
    assert row.state == "waiting"


def test_letters_about_accounts_cannot_be_muted(boss):
    with pytest.raises(Refused):
        muting.mute(by=boss, kind="welcome")
    assert muting.muted_kinds() == set()
