"""How likely the classifier finds the codes that products and demand lines carry: stored beside the row, asked anew
when a text or a code changed."""

from collections.abc import Sequence
from dataclasses import replace

from matchmaker.matching.engine.classify import share_of_code
from matchmaker.matching.engine.pairs import Offer, Want
from matchmaker.matching.models import OfferState, WantState
from matchmaker.matching.services.suggestions import classifier
from matchmaker.matching.sides import code_digest


def with_shares[Side: (Offer, Want)](sides: Sequence[Side]) -> list[Side]:
    """The same sides with `hs_share` and `category_share`, where they have codes."""
    coded = [side for side in sides if side.hs6 or side.category]
    if not coded:
        return list(sides)
    states = OfferState if isinstance(coded[0], Offer) else WantState
    key = states._meta.pk.attname
    known = states.objects.in_bulk([side.key for side in coded])
    shares: dict[int, tuple[float | None, float | None]] = {}
    missing = []
    for side in coded:
        state = known.get(side.key)
        if state and state.code_digest == code_digest(side):
            shares[side.key] = (state.hs_share, state.category_share)
        else:
            missing.append(side)
    found = _judge(missing)
    states.objects.bulk_create(
        [
            states(**{key: side.key}, code_digest=code_digest(side), hs_share=pair[0], category_share=pair[1])
            for side, pair in zip(missing, found, strict=True)
        ],
        update_conflicts=True,
        unique_fields=[states._meta.pk.name],
        update_fields=["code_digest", "hs_share", "category_share"],
    )
    shares |= {side.key: pair for side, pair in zip(missing, found, strict=True)}
    nothing = (None, None)
    return [
        replace(side, hs_share=shares.get(side.key, nothing)[0], category_share=shares.get(side.key, nothing)[1])
        for side in sides
    ]


def judge_shares[Side: (Offer, Want)](sides: Sequence[Side]) -> list[Side]:
    """As `with_shares`, without the database."""
    coded = [side for side in sides if side.hs6 or side.category]
    found = dict(zip([side.key for side in coded], _judge(coded), strict=True))
    nothing = (None, None)
    return [
        replace(side, hs_share=found.get(side.key, nothing)[0], category_share=found.get(side.key, nothing)[1])
        for side in sides
    ]


def _judge(sides: Sequence[Offer | Want]) -> list[tuple[float | None, float | None]]:
    """(share of the HS code, share of the category) of each side, None where it has none.

    Of a text in several languages the one that finds the code likeliest counts.
    """
    lines = [(place, lang, text) for place, side in enumerate(sides) for lang, text in side.texts]
    found: list[tuple[float | None, float | None]] = [(None, None)] * len(sides)
    if not lines:
        return found
    engine = classifier(fast=True)  # for thousands of rows at once
    at = 0
    for judged in engine.judge([text for _, _, text in lines], [lang for _, lang, _ in lines]):
        for codes, categories in zip(judged.codes, judged.categories, strict=True):
            place = lines[at][0]
            side = sides[place]
            hs = share_of_code(engine.nomenclature, codes, side.hs6)
            category = share_of_code(engine.nomenclature, categories, side.category)
            before = found[place]
            found[place] = (_larger(before[0], hs), _larger(before[1], category))
            at += 1
    return found


def _larger(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else max(one, other)
