"""Fit the default weights of the pair score: `python -m benchmarks.matching.fit_weights`.

Labels: the pairs of the sample campaign ("fits" is a yes, "close" a no), and the texts written for this project:
every supplier text beside every demand text (`demand_pairs.csv`, `supplier_texts.csv`; right where they belong together
or `also_fits.csv` says so), and the two offers of each demand in `attribute_pairs.csv`. Every set is seen with its
codes, with the codes that the classifier suggests, and without. Prints the weights, and the predicted beside the
observed shares on demand lines whose labels were held back.

The shipped weights are less steep than this fit: with it the right product of a demand line with codes came first
three points less often.
"""

import os
from collections.abc import Iterator
from dataclasses import replace

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402

from benchmarks.matching import sample_quality, text_quality  # noqa: E402
from matchmaker.engines.language.encoder import get_encoder  # noqa: E402
from matchmaker.engines.matching.learning import (  # noqa: E402
    calibration_error,
    fit_weights,
    probabilities,
    reliability,
)
from matchmaker.engines.matching.pairs import Offer, Pair, Want  # noqa: E402
from matchmaker.engines.matching.scoring import Matcher, Weights  # noqa: E402
from matchmaker.matching.services.code_suggestions import classifier  # noqa: E402
from matchmaker.matching.services.shares import judge_shares  # noqa: E402

OUTCOME = {"fits": 1.0, "close": 0.0, "no": 0.0}
STATES = ("given", "suggested", "none")
PULL = 10.0
USUAL_LEVEL = 2  # of verification, of all: labels say nothing about trust, whose weight stays as it is


def own_pairs() -> tuple[list[Offer], list[Want], dict[tuple[int, int], float]]:
    """Offers, wants and the answers that are known: of all texts, and of those that differ in one attribute."""
    offers, wants = text_quality.texts()
    right = np.eye(len(offers)).astype(bool) | text_quality.fitting(offers, wants)
    answers = {place: float(fits) for place, fits in np.ndenumerate(right)}
    for row in text_quality.rows("attribute_pairs.csv"):
        wants.append(Want(len(wants), (("zh", row["demand_zh"]),)))
        for name in ("right", "wrong"):
            answers[len(offers), len(wants) - 1] = float(name == "right")
            offers.append(Offer(len(offers), ((row["lang"], row[name]),)))
    return offers, wants, answers


def suggested[Side: (Offer, Want)](sides: list[Side]) -> list[Side]:
    """The same with the first codes that the classifier suggests, not confirmed."""
    spoken = [side.texts[0] for side in sides]
    found = classifier(fast=True).suggest([text for _, text in spoken], 1, 1, [lang for lang, _ in spoken])
    return [
        replace(
            side,
            hs6=codes[0].code,
            category=categories[0].code,
            code_is_confirmed=False,
            hs_share=codes[0].score,
            category_share=categories[0].score,
        )
        for side, (categories, codes) in zip(sides, found, strict=True)
    ]


def in_state[Side: (Offer, Want)](sides: list[Side], state: str) -> list[Side]:
    if state == "given":
        return judge_shares(sides)
    if state == "suggested":
        return suggested(sides)
    return [replace(side, hs6="", category="") for side in sides]


def labelled_pairs(state: str, weights: Weights) -> Iterator[tuple[Pair, float, str]]:
    """(pair, answer, group) of both sets with codes in one state; pairs of a group are held back together."""
    sample = sample_quality.load()
    sets = [
        ("sample", sample.offers, sample.wants, {key: OUTCOME[label] for key, label in sample.labels.items()}),
        ("own", *own_pairs()),
    ]
    for name, offers, wants, answers in sets:
        matcher = Matcher(get_encoder(), weights)
        offers = [replace(offer, verification=USUAL_LEVEL) for offer in in_state(offers, state)]
        wants = in_state(wants, state)
        others = (sample.offers, sample.wants) if name == "own" else ([], [])
        matcher.background = matcher.learn_background([*offers, *others[0]], [*wants, *others[1]])
        index = matcher.prepare_offers(offers), matcher.prepare_wants(wants)
        places = [{item.key: place for place, item in enumerate(side.items)} for side in index]
        one = np.array([places[0][offer] for offer, _ in answers])
        other = np.array([places[1][want] for _, want in answers])
        values, parts = matcher.parts(*index, one, other)
        for value, part, ((offer, want), answer) in zip(values.tolist(), parts, answers.items(), strict=True):
            score = weights.score(value)
            yield Pair(offer, want, score, score, part, {}, ()), answer, f"{name} {want}"


def main() -> None:
    start = sample_quality.ROUND
    found = [
        (pair, answer, group, state) for state in STATES for pair, answer, group in labelled_pairs(state, Weights())
    ]
    pairs, answers = [one[0] for one in found], np.array([one[1] for one in found])
    groups, states = [one[2] for one in found], np.array([one[3] for one in found])
    _, group = np.unique(groups, return_inverse=True)
    importance = np.full(len(pairs), 1 / len(STATES))
    fold = group % 5
    judged = np.zeros(len(pairs))
    for number in range(5):
        inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        learned = fit_weights(
            [pairs[i] for i in inside],
            answers[inside].tolist(),
            start,
            pull=PULL,
            importance=importance[inside].tolist(),
        )
        judged[outside] = probabilities(learned, [pairs[i] for i in outside])
    print(fit_weights(pairs, answers.tolist(), start, pull=PULL, importance=importance.tolist()))
    own = np.array([name.startswith("own") for name in groups])
    for title, mask in (("sample", ~own), ("own", own)):
        for state in STATES:
            mine = mask & (states == state)
            bins = reliability(judged[mine].tolist(), answers[mine].tolist(), bins=5)
            shown = mine & (judged >= 0.4) & (judged <= 0.9)
            gap = float((answers[shown] - judged[shown]).mean()) if shown.any() else 0.0
            print(f"{title}, codes {state}: mean distance {calibration_error(bins):.3f}, between .4 and .9 {gap:+.3f}")
            print("  " + ", ".join(f"{b.predicted:.2f} → {b.accepted:.2f} ({b.count})" for b in bins))


if __name__ == "__main__":
    main()
