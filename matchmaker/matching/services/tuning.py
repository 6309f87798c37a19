"""What matching goes by: set by the organiser after a look at the effect, or learned where answers teach better."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.campaigns.services import require_organiser
from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.core.problems import Refused
from matchmaker.engines.matching import DEFAULT_WEIGHTS, SCORE_PARTS, Pair, Weights, adopt_if_better
from matchmaker.matching.models import Match, MatchSettings
from matchmaker.matching.services import scorer, storing
from matchmaker.matching.services.run_states import start_match_run
from matchmaker.matching.sides import wants

Why = Match.Why
# What a "no" for these reasons says is about the goods; the others are about conditions, which are judged apart.
ABOUT_THE_GOODS = (Why.NONE, Why.OTHER_GOODS, Why.QUALITY, Why.OTHER)
MOST_ANSWERS = 20_000  # the newest
SAMPLE_LINES = 40
SAMPLE_PRODUCTS = 60
HIGHEST = 50.0
MOST_PROMISED = 5


def weights_in_use() -> Weights:
    chosen = scorer.in_use()
    return Weights.from_dict(chosen.weights) if chosen else DEFAULT_WEIGHTS


@transaction.atomic
def save_settings(
    *, by: User, campaign: Campaign, weights: dict[str, float], floor: int, skip_known: bool
) -> MatchSettings:
    """Keep new settings; they count from the next full run on, so that all scores change together.

    `weights` names some of `SCORE_PARTS`. The intercept follows, so that the scores of known matches stay as high on
    average: a weight says what counts more, not that everything is more likely.

    Raises:
        Refused: for a person who does not run the campaign.
        ValidationError: by field for a weight out of bounds or a floor that is too high.
    """
    require_organiser(by, campaign)
    chosen = given_weights(weights, floor)
    row = MatchSettings.objects.create(
        weights=chosen.to_dict(), floor=floor, skip_known=skip_known, origin=MatchSettings.Origin.ORGANISER, by=by
    )
    facts = {name: round(getattr(chosen, name), 3) for name in SCORE_PARTS} | {"floor": floor, "skip_known": skip_known}
    record(by=by, verb="save_match_settings", on=row, organisation=campaign, facts=facts)
    return row


def given_weights(weights: dict[str, float], floor: int = 0) -> Weights:
    """The weights in use with these in their place, re-centred on known matches."""
    wrong = {}
    for name, value in weights.items():
        low, high = (-HIGHEST, 0.0) if name == "crowding" else (0.0, HIGHEST)
        if name not in SCORE_PARTS or not low <= value <= high:
            wrong[name] = _("Between %(low)g and %(high)g.") % {"low": low, "high": high}
    if not 0 <= floor <= MOST_PROMISED:
        wrong["floor"] = _("Between %(low)g and %(high)g.") % {"low": 0, "high": MOST_PROMISED}
    if wrong:
        raise ValidationError(wrong)
    old = weights_in_use()
    new = replace(old, **weights)
    parts = list(Match.objects.active().order_by("-pk").values_list("parts", flat=True)[:2000])
    if not parts:
        return new
    drift = sum(new.log_odds(one) - old.log_odds(one) for one in parts) / len(parts)
    return replace(new, intercept=new.intercept - drift)


# -- learning


def labelled_pairs() -> tuple[list[Pair], list[float]]:
    """The newest answers as pairs with their parts and 1 for a yes, 0 for a no that was about the goods."""
    pairs, answers = [], []
    matches = Match.objects.exclude(supplier_answer="", buyer_answer="").order_by("-pk")
    fields = ("product", "line", "score", "probability", "parts", "supplier_answer", "supplier_why")
    for row in matches.values_list(*fields, "buyer_answer", "buyer_why")[:MOST_ANSWERS]:
        product, line, score, probability, parts, *replies = row
        for answer, why in (replies[:2], replies[2:]):
            if answer == Match.Answer.INTERESTED or (answer == Match.Answer.DECLINED and why in ABOUT_THE_GOODS):
                pairs.append(Pair(product, line, score, probability, parts, {}, ()))
                answers.append(float(answer == Match.Answer.INTERESTED))
    return pairs, answers


def learn_weights() -> MatchSettings:
    """Fit the weights to the answers; a row tells what came out, adopted only when better on answers held back.

    What was adopted counts from the next full run on, which is started at once for every campaign that is going.
    """
    pairs, answers = labelled_pairs()
    result = adopt_if_better(weights_in_use(), pairs, answers)
    before = scorer.in_use()
    row = MatchSettings.objects.create(
        weights=result.weights.to_dict(),
        floor=before.floor if before else 0,
        skip_known=before.skip_known if before else False,
        origin=MatchSettings.Origin.LEARNED,
        adopted=result.adopted,
        answers=result.answers,
        loss_before=result.before,
        loss_after=result.after,
    )
    if result.adopted:
        for campaign in Campaign.objects.filter(is_current=True):
            with contextlib.suppress(Refused):  # a run that is going ends with the old ones; the organiser sees it
                start_match_run(by=None, campaign=campaign)
    return row


# -- what if


@dataclass(frozen=True)
class Change:
    """The first suggestion of a demand line that is not private, before and after: product names."""

    line: str
    before: str
    after: str


@dataclass(frozen=True)
class Effect:
    """What settings would do to a sample of demand lines, and what a floor costs.

    `kept`, `new`, `gone` count suggestions; `moved` lines whose first suggestion changes. `promised` suggestions
    come from the floor, of `small` products looked at; probabilities are means, None where there is nothing.
    """

    lines: int
    kept: int
    new: int
    gone: int
    moved: int
    changes: list[Change]
    small: int
    promised: int
    promised_probability: float | None
    usual_probability: float | None


def effect_of(*, campaign: Campaign, weights: dict[str, float], floor: int, skip_known: bool) -> Effect:
    """Match a sample of the campaign's lines twice, with the settings in use and with these; nothing is stored."""
    now = scorer.current()
    now = replace(now, floor=0)
    changed = replace(now, matcher=_with(now, given_weights(weights, floor)), skip_known=skip_known)
    offered = scorer.all_offers(now)
    here = Participation.objects.filter(campaign=campaign).values("company")
    lines = storing.lines_not_put_aside().filter(demand__company__in=here)
    sample = now.want_index(wants(_spread(lines, SAMPLE_LINES)))
    ours = set(Product.objects.filter(company__in=here).values_list("pk", flat=True))
    before, after = (_by_line(one.pairs(offered, sample)) for one in (now, changed))
    names = {
        offer.key: offer.texts[0][1].split(". ")[0] for offer in offered.items if offer.texts and offer.key in ours
    }
    changes, moved = _changes(sample.items, before, after, names)
    was, will = _pairs_in(before), _pairs_in(after)
    small = [place for place, offer in enumerate(offered.items) if offer.small and offer.key in ours][:SAMPLE_PRODUCTS]
    every = scorer.all_wants(now)
    some = changed.matcher.prepare_offers([offered.items[place] for place in small], offered.vectors[small])
    promised = [pair for pair in replace(changed, floor=floor).pairs(some, every) if "floor" in pair.evidence]
    usual = changed.pairs(some, every)
    return Effect(
        len(sample),
        len(was & will),
        len(will - was),
        len(was - will),
        moved,
        changes[:8],
        len(small),
        len(promised),
        _mean([pair.probability for pair in promised]),
        _mean([pair.probability for pair in usual]),
    )


def _changes(
    items: Iterable, before: dict[int, list[int]], after: dict[int, list[int]], names: dict[int, str]
) -> tuple[list[Change], int]:
    """The lines whose first product changes, without private ones, and how many these are with private ones."""
    private = set(DemandLine.objects.filter(demand__visibility="private").values_list("pk", flat=True))
    changes, moved = [], 0
    for want in items:
        old, new = (found.get(want.key, []) for found in (before, after))
        if old[:1] == new[:1]:
            continue
        moved += 1
        if want.key not in private:
            first = [names.get(found[0], "") if found else "" for found in (old, new)]
            changes.append(Change(want.texts[0][1], *first))
    return changes, moved


def _pairs_in(by_line: dict[int, list[int]]) -> set[tuple[int, int]]:
    return {(line, product) for line, products in by_line.items() for product in products}


def _with(now: scorer.Scorer, weights: Weights):
    matcher = now.matcher
    return type(matcher)(matcher.encoder, weights, matcher.background)


def _spread(lines, most: int):
    keys = list(lines.values_list("pk", flat=True))
    step = max(1, len(keys) // most)
    return lines.filter(pk__in=keys[::step][:most])


def _by_line(pairs: Sequence[Pair]) -> dict[int, list[int]]:
    """line → products as its buyer would see them, the best first, as many as a list holds."""
    products_of: dict[int, list[int]] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.offer)):
        if pair.score >= settings.MATCH_MINIMUM:
            products_of.setdefault(pair.want, []).append(pair.offer)
    return {line: products[: storing.TOP_PER_LINE] for line, products in products_of.items()}


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
