"""Settings of matching: seen before they are saved, learned only where they are better."""

import pytest
from django.core.exceptions import ValidationError

from matchmaker.accounts.models import AuditEntry
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.engines.matching.scoring import DEFAULT_WEIGHTS, Weights
from matchmaker.engines.matching.weights import MINIMUM
from matchmaker.matching.models import Match, MatchRun, MatchSettings
from matchmaker.matching.services import effect_of, learn_weights, match_block, save_settings, start_match_run
from matchmaker.matching.services.tuning import given_weights, labelled_pairs
from tests import factories

pytestmark = pytest.mark.django_db


def match(parts, **answers):
    row = Match.objects.create(
        product=factories.product(), line=factories.line(), score=0.6, probability=0.6, engine="t", parts=parts
    )
    Match.objects.filter(pk=row.pk).update(**answers)
    return row


def test_weights_say_what_counts_more_and_not_that_everything_is_likelier():
    known = match({"meaning": 0.7, "words": 0.3, "trust": 1.0}).parts
    changed = given_weights({"trust": 5.0})

    assert changed.trust == 5.0
    assert changed.log_odds(known) == pytest.approx(DEFAULT_WEIGHTS.log_odds(known))


def test_weight_out_of_bounds_is_marked_by_field():
    with pytest.raises(ValidationError) as refusal:
        given_weights({"words": -1.0, "crowding": 3.0}, floor=9)
    assert sorted(refusal.value.message_dict) == ["crowding", "floor", "words"]


def test_settings_are_saved_with_an_audit_entry_and_a_run_takes_them():
    campaign = factories.campaign()
    organiser = factories.organiser(campaign)
    row = save_settings(by=organiser, campaign=campaign, weights={"trust": 2.0}, floor=2, skip_known=True)

    assert AuditEntry.objects.get(verb="save_match_settings").facts["floor"] == 2
    assert start_match_run(by=organiser, campaign=campaign).settings == row


def test_stranger_cannot_save_settings():
    with pytest.raises(Refused):
        save_settings(by=factories.user(), campaign=factories.campaign(), weights={}, floor=0, skip_known=False)


def test_answers_about_price_or_time_teach_nothing_about_the_goods():
    match({"words": 0.1}, buyer_answer="declined", buyer_why="price")
    match({"words": 0.2}, buyer_answer="declined", buyer_why="other_goods", supplier_answer="interested")

    pairs, answers = labelled_pairs()

    assert [(pair.parts, answer) for pair, answer in zip(pairs, answers, strict=True)] == [
        ({"words": 0.2}, 1.0),
        ({"words": 0.2}, 0.0),
    ]


def test_few_answers_change_nothing():
    row = learn_weights()
    assert (row.adopted, row.answers, Weights.from_dict(row.weights)) == (False, 0, DEFAULT_WEIGHTS)


@pytest.mark.slow
def test_answers_that_contradict_the_weights_are_learned_and_start_a_run():
    campaign = factories.campaign(is_current=True)
    product = factories.product()
    for number in range(80):
        row = Match(
            product=product,
            line=factories.line(),
            score=0.6,
            probability=0.6,
            engine="t",
            parts={"meaning": 0.6, "crowding": 0.4, "words": 0.2, "hs": float(number % 2), "category": 1.0},
            buyer_answer="interested" if number % 2 else "declined",
        )
        row.save()

    learned = learn_weights()

    assert (learned.adopted, learned.answers) == (True, 80)
    assert learned.loss_after < learned.loss_before
    assert Weights.from_dict(learned.weights).hs > DEFAULT_WEIGHTS.hs
    assert MatchRun.objects.get(campaign=campaign).settings == learned


@pytest.mark.slow
def test_floor_promises_small_exporters_their_best_line_and_shows_its_cost(settings):
    settings.MATCH_MINIMUM = 0.9
    small = factories.company(is_supplier=True, first_time_exporter=True)
    product = factories.product(small, name="Dried mango slices", hs_code="")
    other = factories.product(name="Dried mango slices", hs_code="")
    line = factories.line(text="果干，芒果味零食", hs_code="")
    factories.line(text="水果", hs_code="")
    campaign = factories.campaign()
    factories.take_part(campaign, small, other.company, *Company.objects.filter(is_buyer=True))

    effect = effect_of(campaign=campaign, weights={}, floor=1, skip_known=False)
    assert (effect.small, effect.promised) == (1, 1)
    assert effect.promised_probability < 0.9

    MatchSettings.objects.create(weights={}, floor=1, origin="organiser")
    start_match_run(by=None, campaign=campaign)
    while match_block():
        pass

    assert [(row.product, row.line, row.evidence["floor"]) for row in Match.objects.all()] == [(product, line, 1)]
    assert not Match.objects.filter(product=other).exists()


@pytest.mark.slow
def test_effect_names_no_private_demand():
    factories.product(name="Thai Hom Mali jasmine rice")
    factories.product(name="Jasmine tea with flowers")
    line = factories.line(text="茉莉香米")
    line.demand.visibility = "private"
    line.demand.save()
    campaign = factories.campaign()
    factories.take_part(campaign, *Company.objects.all())

    effect = effect_of(
        campaign=campaign, weights={"meaning": 0.0, "words": 50.0, "crowding": 0.0}, floor=0, skip_known=False
    )

    assert (effect.lines, effect.changes) == (1, [])


def test_the_setting_and_the_engine_have_one_lowest_score(settings):
    assert settings.MATCH_MINIMUM == MINIMUM


@pytest.mark.slow
def test_effect_is_that_on_the_lines_of_the_campaign_and_names_nothing_of_another():
    factories.product(name="Thai Hom Mali jasmine rice")
    factories.product(name="Jasmine tea with flowers")
    factories.line(text="茉莉香米")
    own, other = factories.campaign(), factories.campaign(slug="other", is_current=False)
    factories.take_part(other, *Company.objects.all())
    weights = {"meaning": 0.0, "words": 50.0, "crowding": 0.0}

    effect = effect_of(campaign=own, weights=weights, floor=1, skip_known=False)
    assert (effect.lines, effect.kept, effect.new, effect.small, effect.changes) == (0, 0, 0, 0, [])
    assert effect_of(campaign=other, weights=weights, floor=1, skip_known=False).lines == 1
