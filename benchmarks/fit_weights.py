"""Fit the default weights of the pair score: `python -m benchmarks.fit_weights`.

Labels: the pairs of the sample campaign ("fits" is a yes, "close" nearly a no), and the pairs written for this
project (`demand_pairs.csv`, `supplier_texts.csv`, `attribute_pairs.csv`), each right pair beside the nearest wrong
ones. Every set is seen with its codes, with half of them, and without; codes are confirmed or suggested. Prints the
weights, and the predicted beside the observed shares on demand lines whose labels were held back.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402

from benchmarks import sample_quality  # noqa: E402
from matchmaker.language.encoder import get_encoder  # noqa: E402
from matchmaker.language.text import detect  # noqa: E402
from matchmaker.matching.engine.learning import calibration_error, fit_weights, probabilities, reliability  # noqa: E402
from matchmaker.matching.engine.pairs import Offer, Pair, Want  # noqa: E402
from matchmaker.matching.engine.scoring import Matcher, Weights  # noqa: E402
from matchmaker.matching.services.code_suggestions import classifier  # noqa: E402
from matchmaker.matching.services.shares import judge_shares  # noqa: E402

DATA = Path(__file__).resolve().parent.parent / "data" / "eval-dev"
OUTCOME = {"fits": 1.0, "close": 0.15, "no": 0.0}
STATES = ("given", "suggested", "none")
NEAREST = 6  # wrong pairs beside each right one
PULL = 10.0
USUAL_LEVEL = 2  # of verification, of all: labels say nothing about trust, whose weight stays as it is


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def own_pairs() -> tuple[list[Offer], list[Want], dict[tuple[int, int], float]]:
    """Offers, wants and the answers that are known: right pairs and those that differ in one attribute."""
    offers: list[Offer] = []
    wants: list[Want] = []
    answers: dict[tuple[int, int], float] = {}

    def add(texts: list[tuple[str, str]], zh: str, codes: dict[str, str]) -> None:
        wants.append(Want(len(wants), (("zh", zh),), **codes))
        for place, (lang, text) in enumerate(texts):
            answers[len(offers), len(wants) - 1] = 1.0 if place == 0 else 0.0
            offers.append(Offer(len(offers), ((lang, text),), **codes))

    for row in rows("supplier_texts.csv"):
        codes = {"hs6": row["hs6"], "category": row["category"]}
        add([(row["lang"], row["text"])], row["demand_zh"], codes)
    for row in rows("demand_pairs.csv"):
        add([(detect(row["supplier_text"]), row["supplier_text"])], row["demand_zh"], {})
    for row in rows("attribute_pairs.csv"):
        add([(row["lang"], row["right"]), (row["lang"], row["wrong"])], row["demand_zh"], {})
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
        ("sample", sample.offers, sample.wants, {key: OUTCOME[label] for key, label in sample.labels.items()}, 0),
        ("own", *own_pairs(), NEAREST),
    ]
    for name, offers, wants, answers, nearest in sets:
        matcher = Matcher(get_encoder(), weights)
        offers = [replace(offer, verification=USUAL_LEVEL) for offer in in_state(offers, state)]
        wants = in_state(wants, state)
        matcher.background = matcher.learn_background(offers, wants)
        pairs = matcher.match(matcher.prepare_offers(offers), matcher.prepare_wants(wants), len(offers), 0, 0.0)
        wrong: dict[int, int] = {}
        headings = {want.key: want.hs6[:4] for want in wants}
        for pair in pairs:
            if (pair.offer, pair.want) in answers:
                yield pair, answers[pair.offer, pair.want], f"{name} {pair.want}"
            elif nearest and wrong.get(pair.want, 0) < nearest:
                other = next(offer for offer in offers if offer.key == pair.offer)
                if not other.hs6 or other.hs6[:4] != headings[pair.want]:  # may well be the same goods
                    wrong[pair.want] = wrong.get(pair.want, 0) + 1
                    yield pair, 0.0, f"{name} {pair.want}"


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
