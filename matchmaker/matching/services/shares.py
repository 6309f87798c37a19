"""How likely the classifier finds the codes that products and demand lines carry: stored beside the row, computed again
when a text or a code changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import batched

from matchmaker.engines.matching import Offer, Want, share_of_code
from matchmaker.matching.models import OfferState, WantState
from matchmaker.matching.services import storing
from matchmaker.matching.services.code_suggestions import classifier
from matchmaker.matching.sides import code_digest

Shares = tuple[float | None, float | None]  # of the HS code and of the category; None where there is none


def with_shares[Side: (Offer, Want)](sides: Sequence[Side]) -> list[Side]:
    """The same sides with `hs_share` and `category_share`, where they have codes."""
    coded = [side for side in sides if side.hs6 or side.category]
    if not coded:
        return list(sides)
    states = OfferState if isinstance(coded[0], Offer) else WantState
    key = states._meta.pk.attname
    known = states.objects.in_bulk([side.key for side in coded])
    shares: dict[int, Shares] = {}
    missing = []
    for side in coded:
        state = known.get(side.key)
        if state and state.code_digest == code_digest(side):
            shares[side.key] = (state.hs_share, state.category_share)
        else:
            missing.append(side)
    # Each piece is stored before the next is begun: work that is stopped, or whose worker dies, goes on where it was.
    for piece in batched(missing, storing.PIECE):
        judged = _judge(piece)
        states.objects.bulk_create(
            [
                states(**{key: side.key}, code_digest=code_digest(side), hs_share=hs, category_share=category)
                for side, (hs, category) in zip(piece, judged, strict=True)
            ],
            update_conflicts=True,
            unique_fields=[states._meta.pk.name],
            update_fields=["code_digest", "hs_share", "category_share"],
        )
        shares |= dict(zip([side.key for side in piece], judged, strict=True))
    return _put(sides, shares)


def judge_shares[Side: (Offer, Want)](sides: Sequence[Side]) -> list[Side]:
    """As `with_shares`, without the database."""
    coded = [side for side in sides if side.hs6 or side.category]
    return _put(sides, dict(zip([side.key for side in coded], _judge(coded), strict=True)))


def _put[Side: (Offer, Want)](sides: Sequence[Side], shares: Mapping[int, Shares]) -> list[Side]:
    nothing: Shares = (None, None)
    values = [shares.get(side.key, nothing) for side in sides]
    return [replace(side, hs_share=hs, category_share=share) for side, (hs, share) in zip(sides, values, strict=True)]


def _judge(sides: Sequence[Offer | Want]) -> list[Shares]:
    """The shares of each side; of a text in several languages the one that finds a code likeliest counts."""
    lines = [(place, lang, text) for place, side in enumerate(sides) for lang, text in side.texts]
    results: list[Shares] = [(None, None)] * len(sides)
    if not lines:
        return results
    engine = classifier(fast=True)  # for thousands of rows at once
    owners = iter(lines)
    for judged in engine.judge([text for _, _, text in lines], [lang for _, lang, _ in lines]):
        for codes, categories in zip(judged.codes, judged.categories, strict=True):
            place = next(owners)[0]
            side, before = sides[place], results[place]
            hs = share_of_code(engine.nomenclature, codes, side.hs6)
            category = share_of_code(engine.nomenclature, categories, side.category)
            results[place] = (_larger(before[0], hs), _larger(before[1], category))
    return results


def _larger(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else max(one, other)
