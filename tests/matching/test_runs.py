"""A run of the whole campaign: the rows of one clean run, whoever dies on the way."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.matching.models import Match, MatchBlock, MatchRun
from matchmaker.matching.services import cancel_match_run, match_block, match_waiting, runs, start_match_run
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

GOODS = [
    ("Thai Hom Mali jasmine rice", "茉莉香米", "AGRI-06", "100630"),
    ("Huile d'olive vierge extra", "特级初榨橄榄油", "AGRI-10", "150910"),
    ("Arabica green coffee beans", "阿拉比卡生咖啡豆", "AGRI-05", "090111"),
    ("Frozen beef brisket", "冷冻牛腩", "AGRI-01", "020230"),
]


@pytest.fixture
def campaign(monkeypatch, settings):
    settings.MATCH_BLOCK = 1
    for name, wanted, category, code in GOODS:
        row = factories.category(category)
        factories.product(name=name, category=row, hs_code=factories.hs_code(code).code)
        factories.line(text=wanted, category=row, hs_code=code)
    return factories.campaign()


def rows():
    return sorted(Match.objects.values_list("product", "line", "score"))


def test_run_in_blocks_makes_the_rows_of_single_matching(campaign):
    run = start_match_run(by=None, campaign=campaign)
    assert run.blocks.count() == len(GOODS)
    while match_block():
        pass
    run.refresh_from_db()
    in_blocks = rows()

    assert run.state == MatchRun.State.DONE
    assert len(in_blocks) >= len(GOODS)
    # The same rows once more with the same background, in one go.
    Match.objects.all().delete()
    type(factories.product()).objects.update(revision=50)
    match_waiting()
    assert [row for row in rows() if row in in_blocks] == in_blocks


def test_f42_block_of_a_dead_worker_is_taken_over_when_its_lease_ends(campaign):
    run = start_match_run(by=None, campaign=campaign)
    dead = runs.claim_block()
    while match_block():
        pass
    run.refresh_from_db()
    assert run.state == MatchRun.State.RUNNING  # the dead worker's block is still held

    MatchBlock.objects.filter(pk=dead.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    while match_block():
        pass

    run.refresh_from_db()
    assert run.state == MatchRun.State.DONE
    assert run.blocks.get(pk=dead.pk).attempts == 2


def test_f15_block_that_kills_its_worker_is_given_up_after_five_attempts(campaign):
    run = start_match_run(by=None, campaign=campaign)
    run.blocks.update(attempts=5, lease_until=timezone.now() - dt.timedelta(seconds=1))

    assert match_block() is False

    run.refresh_from_db()
    assert run.state == MatchRun.State.DONE
    assert run.blocks.filter(done_at__isnull=False).count() == 0


def test_two_runs_at_once_are_refused(campaign):
    start_match_run(by=None, campaign=campaign)
    with pytest.raises(Refused) as refusal:
        start_match_run(by=None, campaign=campaign)
    assert refusal.value.code == "run_already_going"


def test_stranger_cannot_start_a_run(campaign):
    with pytest.raises(Refused) as refusal:
        start_match_run(by=factories.user(), campaign=campaign)
    assert refusal.value.status == 404
    assert MatchRun.objects.count() == 0


def test_cancelled_run_stops_handing_out_blocks(campaign):
    organiser = factories.organiser(campaign)
    run = start_match_run(by=organiser, campaign=campaign)
    match_block()
    cancel_match_run(by=organiser, run=run)

    assert match_block() is False
    assert run.blocks.filter(done_at__isnull=False).count() == 1
