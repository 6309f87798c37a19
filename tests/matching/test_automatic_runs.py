"""A full run starts by itself, and what is entered row by row is matched as a full run matches it."""

import datetime as dt

import pytest
from django.utils import timezone

from benchmarks import first_day
from matchmaker.campaigns.models import Campaign
from matchmaker.core.problems import Refused
from matchmaker.engines.matching.background import TYPICAL, Background
from matchmaker.engines.matching.shipped_background import load_shipped
from matchmaker.matching.models import Match, MatchRun, OfferState, WantState
from matchmaker.matching.services import (
    cancel_match_run,
    match_block,
    match_waiting,
    run_states,
    scorer,
    start_match_run,
    start_nightly_run,
    start_run_after_entry,
)
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def campaign(monkeypatch):
    monkeypatch.setattr(run_states, "FIRST", 3)
    return factories.campaign()


def products(count: int) -> None:
    company = factories.company(is_supplier=True)
    factories.member_of(company)
    for number in range(count):
        factories.product(company, name=f"Jasmine rice, crop {number}")


def states() -> list[tuple[str, int]]:
    return list(MatchRun.objects.order_by("pk").values_list("state", "products"))


def test_site_without_a_run_matches_with_the_shipped_background(settings):
    shipped = scorer.current()
    assert shipped.name.endswith("shipped")
    background = shipped.matcher.background
    assert background.documents > 300
    assert background.typical != TYPICAL
    # The crowding of another encoder's texts was not measured.
    assert load_shipped(settings.DATA_DIR, "another encoder").typical == TYPICAL


def test_background_of_an_earlier_version_is_read():
    older = Background(documents=3)
    assert Background.from_bytes(older.to_bytes()).typical == TYPICAL


def test_run_starts_at_the_first_products_and_again_when_they_have_doubled(campaign):
    products(2)
    first_day.work()
    assert states() == []

    products(1)
    first_day.work()
    assert states() == [("done", 3)]

    products(2)
    first_day.work()
    assert states() == [("done", 3)]
    products(1)
    first_day.work()
    assert states() == [("done", 3), ("done", 6)]


def test_due_run_matches_what_waits_and_no_one_is_told_before(campaign):
    products(3)
    factories.line(text="茉莉香米")

    assert match_waiting() == 0

    assert (Match.objects.count(), Notice.objects.count(), states()) == (0, 0, [("running", 3)])
    assert OfferState.objects.filter(attempts__gt=0).count() == 0, "what was claimed was not tried"
    first_day.work()
    assert Match.objects.count() == 3
    assert Notice.objects.filter(kind="match_found").exists()


def test_run_that_was_cancelled_does_not_start_again_at_once(campaign):
    products(3)
    match_waiting()
    cancel_match_run(by=factories.organiser(campaign), run=MatchRun.objects.get())
    first_day.work()
    assert states() == [("cancelled", 3)]


def test_site_without_a_current_campaign_matches_and_starts_no_run(campaign):
    Campaign.objects.update(is_current=False)
    products(3)
    factories.line(text="茉莉香米")
    first_day.work()
    assert (Match.objects.count(), states()) == (3, [])


def test_one_run_is_going_on_the_whole_site(campaign):
    products(3)
    start_match_run(by=None, campaign=campaign)
    with pytest.raises(Refused) as refusal:
        start_match_run(by=None, campaign=factories.campaign(is_current=False))
    assert refusal.value.code == "run_already_going"
    assert start_nightly_run() is None


def test_at_night_a_run_starts_only_where_the_last_one_has_not_seen_everything(campaign):
    products(3)
    first_day.work()
    assert start_nightly_run() is None

    factories.line(text="茉莉香米")
    first_day.work()
    assert start_nightly_run().lines == 1
    first_day.work()
    assert start_nightly_run() is None

    MatchRun.objects.filter(pk=MatchRun.objects.latest("pk").pk).update(state=MatchRun.State.INCOMPLETE)
    assert start_nightly_run() is not None


def matched_ago(*, first: dt.timedelta, newest: dt.timedelta) -> None:
    """The run ended two hours ago, and the rows matched since then were matched so long ago."""
    now = timezone.now()
    MatchRun.objects.update(finished_at=now - dt.timedelta(hours=2))
    OfferState.objects.update(matched_at=now - dt.timedelta(hours=3))
    new = list(OfferState.objects.order_by("pk").values_list("pk", flat=True))[3:]
    OfferState.objects.filter(pk=new[0]).update(matched_at=now - first)
    OfferState.objects.filter(pk__in=new[1:]).update(matched_at=now - newest)


def test_run_starts_once_people_have_stopped_entering_rows(campaign):
    products(3)
    first_day.work()
    products(2)
    first_day.work()

    matched_ago(first=dt.timedelta(minutes=30), newest=dt.timedelta(minutes=9))
    assert start_run_after_entry() is None, "rows are still coming"

    matched_ago(first=dt.timedelta(minutes=30), newest=dt.timedelta(minutes=11))
    assert start_run_after_entry().products == 5
    assert start_run_after_entry() is None, "one is going"
    first_day.work()
    assert states() == [("done", 3), ("done", 5)]
    assert start_run_after_entry() is None, "it has seen everything"


def test_run_starts_at_the_latest_an_hour_after_the_first_new_row(campaign):
    products(3)
    first_day.work()
    products(2)
    first_day.work()

    matched_ago(first=dt.timedelta(minutes=61), newest=dt.timedelta(seconds=5))
    assert start_run_after_entry().products == 5


def test_few_new_rows_wait_for_the_night(campaign, monkeypatch):
    monkeypatch.setattr(run_states, "NEW_SHARE", 0.4)
    products(3)
    first_day.work()
    products(2)
    first_day.work()

    matched_ago(first=dt.timedelta(minutes=61), newest=dt.timedelta(minutes=11))
    assert start_run_after_entry() is None


def test_claim_is_renewed_while_its_worker_lives(campaign, monkeypatch):
    products(1)
    seen = []
    real = scorer.current

    def slow():
        OfferState.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
        from matchmaker.matching.services import claims

        claim = claims.Claim(OfferState.objects.get().lease_token, {}, {})
        claims.renew(claim)
        seen.append(OfferState.objects.get().lease_until > timezone.now())
        return real()

    monkeypatch.setattr(scorer, "current", slow)
    assert match_waiting() == 1
    assert seen == [True]


@pytest.mark.whole_sample
@pytest.mark.parametrize("order", ["products first", "shuffled"])
def test_sample_campaign_entered_row_by_row_has_the_pairs_of_a_full_run(order):
    figures = first_day.first_day(order)

    pause = figures["after a pause"]
    assert (pause["other pairs"], pause["missing"]) == (0, 0)
    assert pause["largest difference"] < first_day.CLOSE
    assert figures["after the last row"]["runs"] >= 3
    assert WantState.objects.exclude(run_revision=None).count() == 0
    assert match_block() is False
