"""A run of the whole campaign: the rows of one clean run, whoever dies on the way."""

import contextlib
import datetime as dt
import importlib

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.core.problems import Refused
from matchmaker.engines.matching.bags import number
from matchmaker.matching import sides, tasks
from matchmaker.matching.models import Match, MatchBlock, MatchRun
from matchmaker.matching.services import (
    cancel_match_run,
    match_block,
    match_waiting,
    retry_match_run,
    runs,
    scorer,
    start_match_run,
    waiting,
)
from matchmaker.matching.services.waiting import put_aside
from matchmaker.notifications import leases
from matchmaker.notifications.models import Notice
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


def test_rows_that_the_end_of_the_run_would_cut_are_not_written_and_the_others_are_the_same(campaign, monkeypatch):
    rice = factories.category("AGRI-06")
    for name in ("Jasmine rice", "Thai jasmine rice") * 24:  # more than a line has rows; the second fits better
        factories.product(name=name, category=rice, hs_code="100630")
    for _ in range(12):  # more than a product has rows
        factories.line(text="泰国茉莉香米", category=rice, hs_code="1006")
    start_match_run(by=None, campaign=campaign)
    run_to_the_end()
    fewer, best = MatchBlock.objects.aggregate(n=Sum("matches"))["n"], ranked()

    Match.objects.all().delete()
    monkeypatch.setattr(runs.LinesOfRun, "minima", lambda lines: None)
    run = start_match_run(by=None, campaign=campaign)
    MatchRun.objects.filter(pk=run.pk).update(background=MatchRun.objects.get(pk=run.pk - 1).background)
    run_to_the_end()

    assert ranked() == best
    assert len(best) < fewer < MatchBlock.objects.filter(run=run).aggregate(n=Sum("matches"))["n"]


def test_background_is_learned_from_some_products_at_a_time(campaign, monkeypatch):
    monkeypatch.setattr(sides, "AT_ONCE", 2)
    with CaptureQueriesContext(connection) as queries:
        scored_by = scorer.learn_for(start_match_run(by=None, campaign=campaign))

    texts = [one["sql"] for one in queries if '"catalogue_producttext"."product_id" IN' in one["sql"]]
    # Two times two for the words, and once more for the sample of vectors.
    assert [sql.partition(" IN (")[2].partition(")")[0].count(",") + 1 for sql in texts] == [2, 2, 2, 2]
    assert scored_by.matcher.background.documents == 2 * len(GOODS)
    assert len(scored_by.matcher.background.offers) == len(GOODS)


def test_background_of_many_products_is_learned_from_an_even_part_of_them(campaign, monkeypatch):
    whole = scorer.learn_for(start_match_run(by=None, campaign=campaign)).matcher.background
    run_to_the_end()
    monkeypatch.setattr(scorer, "LEARNED_FROM", 2)
    part = scorer.learn_for(start_match_run(by=None, campaign=campaign)).matcher.background

    assert (whole.documents, part.documents) == (8, 8)  # four lines, and two products that count for two each
    assert set(part.numbers) < set(whole.numbers)

    def counted(learned, word):
        return dict(zip(learned.numbers.tolist(), learned.counts.tolist(), strict=True)).get(number(word), 0)

    # Rice and coffee are read and count twice; oil and beef are not. Lines say all but oil, too, and count once.
    words = ("hom", "arabica", "huil", "brisket")
    assert [(counted(whole, word), counted(part, word)) for word in words] == [(2, 3), (2, 3), (1, 0), (2, 1)]
    assert (part.offers.tolist(), part.wants.tolist()) == (whole.offers.tolist(), whole.wants.tolist())


def test_block_does_not_fetch_the_background_again(campaign):
    start_match_run(by=None, campaign=campaign)
    match_block()
    with CaptureQueriesContext(connection) as queries:
        assert match_block()
    assert [one["sql"] for one in queries if '"background",' in one["sql"]] == []


def test_block_of_a_dead_worker_is_taken_over_when_its_lease_ends(campaign):
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


def test_block_that_kills_its_worker_is_given_up_after_five_attempts(campaign):
    run = start_match_run(by=None, campaign=campaign)
    run.blocks.update(attempts=5, lease_until=timezone.now() - dt.timedelta(seconds=1))

    assert match_block() is True  # the run is ended
    assert match_block() is False

    run.refresh_from_db()
    assert run.state == MatchRun.State.INCOMPLETE
    assert set(run.blocks.values_list("done_at", "last_error")) == {(None, runs.GIVEN_UP)}


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


def ranked():
    """Rows by what they say, so that two sites can be compared.

    Lines are named by their text: which of several lines with the same words fills the last place of a product may
    differ by the last digit of a float32 sum, and their rows say the same.
    """
    return sorted(Match.objects.values_list("product", "line__text", "score", "parts", "conditions"), key=str)


def run_to_the_end():
    while match_block():
        pass


def test_line_edited_during_a_run_is_matched_again_after_it(campaign):
    start_match_run(by=None, campaign=campaign)
    match_block()
    edited = DemandLine.objects.first()
    DemandLine.objects.filter(pk=edited.pk).update(text="液压机", hs_code="", revision=edited.revision + 1)
    run_to_the_end()

    assert waiting() == ([], [edited.pk])
    match_waiting()
    assert waiting() == ([], [])


def test_product_edited_beside_a_run_is_matched_before_it_ends_and_the_rows_are_those_of_a_clean_one(campaign):
    run = start_match_run(by=None, campaign=campaign)
    match_block()
    beef = Product.objects.get(texts__name="Frozen beef brisket")  # in the last block, which is still to come
    rice = Product.objects.get(texts__name="Thai Hom Mali jasmine rice")  # in the first, which is done
    for product, name in ((beef, "Washed arabica coffee beans"), (rice, "Roasted coffee beans")):
        product.texts.update(name=name)
        product.hs_code, product.category = "090111", factories.category("AGRI-05")
        product.revision += 1
        product.save()
    wanted = factories.line(text="烘焙咖啡豆", hs_code="0901", category=factories.category("AGRI-05"))

    assert match_waiting() == 3

    assert not MatchRun.objects.filter(pk=run.pk, state=MatchRun.State.DONE).exists()
    assert set(Match.objects.filter(line=wanted).values_list("product", flat=True)) >= {beef.pk, rice.pk}
    assert waiting()[1] == list(DemandLine.objects.filter(matching_state__revision=0).values_list("pk", flat=True))
    run_to_the_end()
    while match_waiting():
        pass
    beside = ranked()
    Match.objects.all().delete()
    again = start_match_run(by=None, campaign=campaign)
    run.refresh_from_db()
    MatchRun.objects.filter(pk=again.pk).update(background=run.background)
    run_to_the_end()
    assert ranked() == beside


def test_what_was_matched_beside_a_cancelled_run_is_matched_again(campaign):
    organiser = factories.organiser(campaign)
    run = start_match_run(by=organiser, campaign=campaign)
    match_block()
    wanted = factories.line(text="烘焙咖啡豆", hs_code="0901")
    match_waiting()
    assert wanted.pk not in waiting()[1]

    cancel_match_run(by=organiser, run=run)

    assert wanted.pk in waiting()[1]


def test_run_leaves_its_own_products_to_its_blocks(campaign):
    start_match_run(by=None, campaign=campaign)
    match_block()
    assert match_waiting() == 0


def test_product_edited_during_its_block_still_waits(campaign, monkeypatch):
    run = start_match_run(by=None, campaign=campaign)
    product = Product.objects.order_by("pk").first()
    learn = runs.scorer.learn_for

    def edit_meanwhile(of):
        found = learn(of)
        if (block := of.blocks.get(number=0)).attempts and block.done_at is None:
            # After the revision was read this edit would be lost if the block wrote down the newest one.
            monkeypatch.setattr(runs.storing, "products_not_put_aside", edited(runs.storing.products_not_put_aside))
        return found

    def edited(read):
        def reading():
            Product.objects.filter(pk=product.pk).update(revision=product.revision + 1)
            monkeypatch.setattr(runs.storing, "products_not_put_aside", read)
            return read()

        return reading

    monkeypatch.setattr(runs.scorer, "learn_for", edit_meanwhile)
    match_block()
    monkeypatch.setattr(runs.scorer, "learn_for", learn)
    run_to_the_end()

    run.refresh_from_db()
    assert run.state == MatchRun.State.DONE
    assert waiting() == ([product.pk], [])


def test_blocks_in_any_order_and_twice_make_the_rows_of_a_clean_run(campaign, settings):
    start_match_run(by=None, campaign=campaign)
    run_to_the_end()
    clean, told = ranked(), Notice.objects.count()

    again = start_match_run(by=None, campaign=campaign)
    again.background = MatchRun.objects.exclude(pk=again.pk).get().background
    again.save()
    late = runs.claim_block()
    again.blocks.filter(pk=late.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    run_to_the_end()  # somebody else does the late one's block too

    assert ranked() == clean
    assert Notice.objects.count() == told


def test_row_of_an_earlier_run_with_a_higher_score_pushes_no_better_row_out(campaign, monkeypatch):
    monkeypatch.setattr(runs.storing, "TOP_PER_LINE", 1)
    monkeypatch.setattr(runs.storing, "TOP_PER_PRODUCT", 1)
    start_match_run(by=None, campaign=campaign)
    run_to_the_end()
    clean = ranked()
    last, line = Product.objects.order_by("pk").last(), DemandLine.objects.order_by("pk").first()
    Match.objects.create(product=last, line=line, score=0.9999, probability=0.9, engine="old")

    again = start_match_run(by=None, campaign=campaign)
    MatchRun.objects.filter(pk=again.pk).update(background=MatchRun.objects.exclude(pk=again.pk).get().background)
    run_to_the_end()

    assert ranked() == clean


def test_run_whose_bells_were_lost_goes_on_with_the_next_tick(campaign, monkeypatch):
    start_match_run(by=None, campaign=campaign)
    rung = []
    monkeypatch.setattr(tasks.match_block, "delay", lambda: rung.append(1))

    tasks.match_waiting()

    assert (MatchBlock.objects.filter(done_at__isnull=False).count(), rung) == (1, [1])


def test_row_that_kills_its_worker_is_tried_alone_and_put_aside(campaign, monkeypatch):
    bad = Product.objects.order_by("pk").first()

    def die(_matcher, offered, *_rest, **_more):
        if any(item.key == bad.pk for item in offered.items):
            raise MemoryError
        return []

    monkeypatch.setattr("matchmaker.engines.matching.scoring.Matcher.match", die)
    with pytest.raises(MemoryError):
        match_waiting()
    for _bell in range(30):
        with contextlib.suppress(MemoryError):
            match_waiting()

    assert [list(side) for side in put_aside()] == [[bad], []]
    assert waiting() == ([], [])
    Product.objects.filter(pk=bad.pk).update(revision=bad.revision + 1)
    assert waiting() == ([bad.pk], [])


def give_up_last_block(run):
    """End a run whose last block was tried five times in vain; the product in it."""
    last = run.blocks.order_by("number").last()
    run.blocks.filter(pk=last.pk).update(attempts=5)
    run_to_the_end()
    return Product.objects.get(pk=last.first)


def test_incomplete_run_that_is_tried_again_brings_the_rows_of_a_clean_one(campaign):
    organiser = factories.organiser(campaign)
    run = start_match_run(by=organiser, campaign=campaign)
    missing = give_up_last_block(run)
    assert MatchRun.objects.get().state == MatchRun.State.INCOMPLETE
    assert not Match.objects.filter(product=missing).exists()

    retry_match_run(by=organiser, run=run)
    run_to_the_end()

    run.refresh_from_db()
    assert (run.state, run.blocks.filter(done_at=None).count(), waiting()) == (MatchRun.State.DONE, 0, ([], []))
    tried_again = ranked()
    assert AuditEntry.objects.filter(verb="retry_match_run").count() == 1
    Match.objects.all().delete()
    again = start_match_run(by=None, campaign=campaign)
    MatchRun.objects.filter(pk=again.pk).update(background=run.background)
    run_to_the_end()
    assert ranked() == tried_again


def test_run_that_is_whole_or_followed_by_another_is_not_tried_again(campaign):
    organiser = factories.organiser(campaign)
    first = start_match_run(by=organiser, campaign=campaign)
    give_up_last_block(first)
    second = start_match_run(by=organiser, campaign=campaign)
    run_to_the_end()

    for run in (first, second):
        with pytest.raises(Refused) as refusal:
            retry_match_run(by=organiser, run=run)
        assert refusal.value.code == "run_not_incomplete"
    with pytest.raises(Refused) as refusal:
        retry_match_run(by=factories.user(), run=first)
    assert refusal.value.status == 404


def test_second_worker_learns_nothing_while_the_first_does_and_tries_no_block(campaign):
    run = start_match_run(by=None, campaign=campaign)
    with leases.hold(runs.LEARNING, seconds=60):
        assert match_block() is False
    assert (run.blocks.filter(attempts__gt=0).count(), MatchRun.objects.get().background) == (0, None)

    assert match_block() is True


def stop_at(monkeypatch, place: str) -> None:
    """The next call of this function ends as the soft time limit ends it; those after it do not."""
    module, name = place.rsplit(".", 1)
    holder = importlib.import_module(module)
    real, stopped = getattr(holder, name), []

    def stops_once(*given, **more):
        if not stopped:
            stopped.append(True)
            raise SoftTimeLimitExceeded
        return real(*given, **more)

    monkeypatch.setattr(holder, name, stops_once)


def test_block_that_runs_out_of_time_after_it_encoded_texts_goes_on_and_its_attempt_does_not_count(
    campaign, settings, monkeypatch
):
    settings.MATCH_BLOCK = 500
    run = start_match_run(by=None, campaign=campaign)
    stop_at(monkeypatch, "matchmaker.matching.services.storing.write_pairs")
    with pytest.raises(SoftTimeLimitExceeded):
        match_block()
    assert list(run.blocks.values_list("attempts", "lease_until", "done_at")) == [(0, None, None)]

    run_to_the_end()

    run.refresh_from_db()
    assert (run.state, list(run.blocks.values_list("attempts", flat=True))) == (MatchRun.State.DONE, [1])


def test_block_that_runs_out_of_time_with_everything_encoded_is_parted(campaign, settings, monkeypatch):
    settings.MATCH_BLOCK = 500
    start_match_run(by=None, campaign=campaign)
    run_to_the_end()
    Match.objects.all().delete()
    run = start_match_run(by=None, campaign=campaign)
    stop_at(monkeypatch, "matchmaker.matching.services.storing.write_pairs")
    with pytest.raises(SoftTimeLimitExceeded):
        match_block()
    first, *_between, last = Product.objects.order_by("pk").values_list("pk", flat=True)
    blocks = list(run.blocks.values_list("first", "last", "attempts"))
    assert [(blocks[0][0], blocks[1][1]), [block[2] for block in blocks]] == [(first, last), [0, 0]]
    assert blocks[0][1] + 1 == blocks[1][0]

    run_to_the_end()

    run.refresh_from_db()
    assert (run.state, len(rows()) >= len(GOODS)) == (MatchRun.State.DONE, True)


def test_task_that_runs_out_of_time_says_so_in_one_line_and_goes_on(campaign, monkeypatch, caplog):
    start_match_run(by=None, campaign=campaign)
    sent = []
    monkeypatch.setattr(tasks.match_block, "apply_async", lambda **_options: sent.append(1))
    stop_at(monkeypatch, "matchmaker.matching.services.scorer.with_shares")

    tasks.match_block()

    assert [(line.levelname, line.exc_info, "goes on" in line.message) for line in caplog.records] == [
        ("WARNING", None, True)
    ]
    assert sent == [1]
