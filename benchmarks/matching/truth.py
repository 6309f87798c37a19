"""Whether shares are true, and where three questions lead: two sections of `make bench-quality`.

*Predicted and observed*: how often pairs and codes that were given a share were right, in bins. *Walks*: texts of
fifteen languages are led by `narrow_hs_code` with answers of a person who knows the right code.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from benchmarks.matching import sample_quality, text_quality
from matchmaker.engines.matching.reference import Nomenclature

Interval = Callable[..., str]
Table = tuple[str, str, Sequence[str], list[list[str]]]
EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SHOWN = (0.4, 0.9)  # where the goal of the project stands: within a tenth
ROUNDS = 1000


def predicted_and_observed(shares: np.ndarray, right: np.ndarray) -> list[str]:
    """Cells of one row: n, predicted → observed of each bin, then observed − predicted of those between .4 and .9."""
    cells = [str(len(shares))]
    for low, high in pairwise(EDGES):
        inside = (shares >= low) & ((shares < high) | (high == 1.0))
        predicted, observed = shares[inside], right[inside]
        cells.append(f"{predicted.mean():.2f} → {observed.mean():.2f} ({len(predicted)})" if len(predicted) else "–")
    middle = (shares >= SHOWN[0]) & (shares <= SHOWN[1])
    return [*cells, _gap((right - shares)[middle])]


def _gap(differences: np.ndarray) -> str:
    if not len(differences):
        return "–"
    drawn = np.random.default_rng(0).integers(0, len(differences), (ROUNDS, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return f"{differences.mean():+.2f} [{low:+.2f}–{high:+.2f}], {len(differences)}"


HEADER = ("shares of", "n", *(f"{low:.1f}–{low + 0.2:.1f}" for low in EDGES[:-1]), "observed − predicted, .4–.9")


def pairs(interval: Interval) -> Table:
    """Scores of pairs beside the labels of the sample campaign and the right pairs of the project's own texts."""
    from matchmaker.matching.services.shares import judge_shares

    table = []
    sample = sample_quality.load()
    samples = {codes: sample_quality.hidden(sample, codes) for codes in sample_quality.CODES}
    believed = replace(sample, offers=judge_shares(sample.offers), wants=judge_shares(sample.wants))
    for codes, chosen in {"given, believed as on the site": believed, **samples}.items():
        found = predicted_and_observed(*sample_quality.labelled_scores(chosen))
        table.append([f"sample campaign, codes {codes}", *found])
    offers, wants = text_quality.texts()
    for name, mine in (("none", False), ("right where known", True)):
        sides = [
            judge_shares(side) if mine else [replace(one, hs6="", category="") for one in side]
            for side in (offers, wants)
        ]
        scores = text_quality.scores(sides[0], sides[1])[: len(offers), : len(wants)]
        right = np.eye(len(offers)).astype(bool) | text_quality.fitting(offers, wants)
        table.append([f"own texts, codes {name}", *predicted_and_observed(scores.ravel(), right.ravel().astype(float))])
    return (
        "Predicted and observed: scores of pairs",
        "In each bin the mean score and the share of pairs that fit, with their number. Sample: labelled pairs, where "
        "“close” counts as no; the weights come from a fit on these labels and texts. *Given*: every code is "
        "believed; a site believes it by the classifier's share, as in the first row. Own texts: every offer beside "
        "every demand line, right where they belong together or where the demand line asks for no more than the offer "
        "says (`data/eval-dev/also_fits.csv`). Goal: within .10.",
        HEADER,
        table,
    )


def codes(shares: np.ndarray, categories: np.ndarray, right: np.ndarray, groups: dict[str, np.ndarray]) -> Table:
    """The first share of each text of a (texts × codes) matrix made out of fold; `categories` likewise, `right` are
    (position of the code, position of the category)."""
    table = []
    for name, mask in groups.items():
        for kind, matrix, answers in (("category", categories, right[:, 1]), ("HS6", shares, right[:, 0])):
            first = matrix[mask].argmax(axis=1)
            came = (first == answers[mask]).astype(float)
            table.append([f"{name}, {kind}", *predicted_and_observed(matrix[mask].max(axis=1), came)])
    return (
        "Predicted and observed: first suggestions",
        "The share of the first suggestion, out of fold, and how often it was right.",
        HEADER,
        table,
    )


def walks(interval: Interval) -> Table:
    """Supplier texts of fifteen languages through three questions, as `narrow_hs_code` leads them."""
    from matchmaker.matching.services.code_suggestions import classifier

    engine = classifier()
    cases = text_quality.rows("supplier_texts.csv")
    found = engine.judge([row["text"] for row in cases], [row["lang"] for row in cases])
    shares = np.concatenate([judged.codes for judged in found])
    right = np.array([row["hs6"] for row in cases])
    langs = np.array([row["lang"] for row in cases])
    table = []
    for wrong in (0.0, 0.1):
        ends = _ends(shares, engine.nomenclature, right, wrong)
        answers = "all right" if not wrong else "one in ten wrong"
        table.append(["all", str(len(right)), answers, *(interval(ends[:, n] == right) for n in range(4))])
        if not wrong:
            table += [
                [lang, str((langs == lang).sum()), answers, *_counts(ends[langs == lang], right[langs == lang])]
                for lang in dict.fromkeys(langs.tolist())
            ]
    return (
        "Walks through three questions, by language",
        "The texts of `data/eval-dev/supplier_texts.csv`, led by `narrow_hs_code`; the one who answers knows the right "
        "code. Right subheading first.",
        ("language", "n", "answers", "no question", "after one", "after two", "after three"),
        table,
    )


def _ends(shares: np.ndarray, nomenclature: Nomenclature, right: np.ndarray, wrong: float) -> np.ndarray:
    chance = random.Random(3)
    walked = [
        text_quality.play(row, nomenclature, code, wrong=wrong, chance=chance)
        for row, code in zip(shares, right, strict=True)
    ]
    return np.array(walked)


def _counts(ends: np.ndarray, right: np.ndarray) -> list[str]:
    return [f"{int((ends[:, n] == right).sum())} of {len(right)}" for n in range(4)]
