"""How well the pairs of the sample campaign are found.

    python -m benchmarks.matching.sample_quality [--without-hs] [--misses]

`--reliability` asks whether a probability is true: labelled pairs judged by weights that saw no answer of their demand
line, starting from round numbers, not from the shipped weights; it writes docs/images/reliability.svg.

For each demand line with labels: the share of products that fit within its first five (recall@5), whether a product
marked "no" stands first, and nDCG@10 with gains fits 2, close 1. All products of the sample compete, also those nobody
labelled; an unlabelled product counts as "no" in nDCG only.
"""

import argparse
import csv
import math
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from matchmaker.engines.language.encoder import get_encoder
from matchmaker.engines.matching.learning import Bin, calibration_error, fit_weights, probabilities, reliability
from matchmaker.engines.matching.pairs import Offer, Pair, Want
from matchmaker.engines.matching.scoring import Matcher, Weights

SAMPLE = Path(__file__).resolve().parent.parent.parent / "data" / "sample"
GAIN = {"fits": 2.0, "close": 1.0, "no": 0.0}


@dataclass
class Sample:
    offers: list[Offer]
    wants: list[Want]
    labels: dict[tuple[int, int], str]  # (offer key, want key)
    names: dict[tuple[str, int], str]


def read(name: str) -> list[dict[str, str]]:
    rows = []
    for path in sorted(SAMPLE.glob(f"*/{name}.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def number(text: str) -> float | None:
    return float(text) if text else None


def parts(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split("|")))


def load() -> Sample:
    companies = {row["company_key"]: row for row in read("companies")}
    offers, wants, names = [], [], {}
    offer_keys, want_keys = {}, {}
    for row in read("products"):
        key = offer_keys[row["product_key"]] = len(offers) + 1
        texts = [(row["lang"], f"{row['name']}. {row['description']}")]
        texts += [(lang, row[f"name_{lang}"]) for lang in ("en", "zh") if row[f"name_{lang}"] and lang != row["lang"]]
        names["offer", key] = f"{row['product_key']} {row['name_en'] or row['name']}"
        offers.append(
            Offer(
                key,
                tuple(texts),
                row["hs6"],
                row["category_code"],
                row["origin"],
                parts(row["certificates"]),
                number(row["min_order"]),
                row["min_order_unit"],
                number(row["price_low"]),
                number(row["price_high"]),
                row["currency"],
                row["price_unit"],
                lead_time_days=int(row["lead_time_days"]) if row["lead_time_days"] else None,
                verification=int(companies[row["company_key"]]["verification"] or 0),
            )
        )
    for row in read("demand_lines"):
        key = want_keys[row["demand_key"], row["line"]] = len(wants) + 1
        names["want", key] = f"{row['demand_key']}/{row['line']} {row['text'][:40]}"
        wants.append(
            Want(
                key,
                ((row["lang"], row["text"]),),
                row["hs6"],
                row["category_code"],
                number(row["quantity"]),
                row["unit"],
                number(row["target_price"]),
                row["currency"],
                row["price_unit"],
                origins_wanted=parts(row["origins_wanted"]),
                origins_excluded=parts(row["origins_excluded"]),
                certificates_required=parts(row["certificates_required"]),
            )
        )
    labels = {
        (offer_keys[row["product_key"]], want_keys[row["demand_key"], row["line"]]): row["label"]
        for row in read("labels")
    }
    return Sample(offers, wants, labels, names)


@dataclass
class Quality:
    recall: float
    fits: int
    wants: int
    no_first: int
    ndcg: float
    misses: list[tuple[int, int, int]]  # want, offer, rank


def measure(sample: Sample, pairs: list[Pair]) -> Quality:
    """`pairs`: every pair, so that ranks are known."""
    ranked: dict[int, list[int]] = defaultdict(list)
    for pair in pairs:
        ranked[pair.want].append(pair.offer)
    fitting: dict[int, list[int]] = defaultdict(list)
    for (offer, want), label in sample.labels.items():
        if label == "fits":
            fitting[want].append(offer)
    labelled = sorted({want for _, want in sample.labels})
    found, no_first, ndcg, misses = 0, 0, [], []
    for want in labelled:
        order = ranked[want]
        for offer in fitting[want]:
            rank = order.index(offer) + 1
            if rank <= 5:
                found += 1
            else:
                misses.append((want, offer, rank))
        no_first += sample.labels.get((order[0], want)) == "no"
        gains = [GAIN[sample.labels.get((offer, want), "no")] for offer in order[:10]]
        ideal = sorted((GAIN[label] for (_, w), label in sample.labels.items() if w == want), reverse=True)[:10]
        if sum(ideal):
            ndcg.append(_dcg(gains) / _dcg(ideal))
    fits = sum(map(len, fitting.values()))
    return Quality(found / fits, fits, len(labelled), no_first, sum(ndcg) / len(ndcg), misses)


def _dcg(gains: list[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def every_pair(sample: Sample, weights: Weights | None = None) -> list[Pair]:
    plain = Matcher(get_encoder())
    offer_vectors, want_vectors = plain.offer_vectors(sample.offers), plain.want_vectors(sample.wants)
    background = plain.learn_background(sample.offers, sample.wants, offer_vectors, want_vectors)
    matcher = Matcher(get_encoder(), weights or Weights(), background=background)
    return matcher.match(
        matcher.prepare_offers(sample.offers, offer_vectors),
        matcher.prepare_wants(sample.wants, want_vectors),
        len(sample.offers),
        0,
        0.0,
    )


def labelled_scores(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """Of the labelled pairs alone, in the order of the labels: their scores, and whether they fit."""
    matcher = Matcher(get_encoder())
    vectors = matcher.offer_vectors(sample.offers), matcher.want_vectors(sample.wants)
    matcher.background = matcher.learn_background(sample.offers, sample.wants, *vectors)
    index = matcher.prepare_offers(sample.offers, vectors[0]), matcher.prepare_wants(sample.wants, vectors[1])
    offers, wants = np.array(list(sample.labels)).T - 1  # keys count from 1 in the order of the rows
    values, _parts = matcher.parts(*index, offers, wants)
    fits = [label == "fits" for label in sample.labels.values()]
    return np.array([matcher.weights.score(value) for value in values.tolist()]), np.array(fits)


CODES = ("given", "HS codes hidden", "both hidden")
OUTCOME = {"fits": 1.0, "close": 0.5, "no": 0.0}
# Round numbers that know nothing of the sample, so that no held-back label has been seen through them.
ROUND = Weights(meaning=6, crowding=-4, words=6, hs=2, category=1, trust=0.3, intercept=-4)


def hidden(sample: Sample, codes: str) -> Sample:
    change = {} if codes == CODES[0] else {"hs6": ""} if codes == CODES[1] else {"hs6": "", "category": ""}
    return replace(
        sample,
        offers=[replace(offer, **change) for offer in sample.offers],
        wants=[replace(want, **change) for want in sample.wants],
    )


def held_back(sample: Sample) -> dict[str, tuple[list[Bin], float]]:
    """Codes → (bins, log-loss) of labelled pairs, each judged by weights learned from other demand lines."""
    pairs, outcomes, kinds = [], [], []
    for kind, codes in enumerate(CODES):
        for pair in every_pair(hidden(sample, codes)):
            if (pair.offer, pair.want) in sample.labels:
                pairs.append(pair)
                outcomes.append(OUTCOME[sample.labels[pair.offer, pair.want]])
                kinds.append(kind)
    y, kind = np.array(outcomes), np.array(kinds)
    fold = np.array([pair.want % 5 for pair in pairs])
    judged = np.zeros(len(pairs))
    for number in range(5):
        inside, outside = np.flatnonzero(fold != number).tolist(), np.flatnonzero(fold == number).tolist()
        # One label is shown three times, so it counts a third each time.
        learned = fit_weights(
            [pairs[i] for i in inside], y[inside].tolist(), ROUND, pull=10, importance=[1 / 3] * len(inside)
        )
        judged[outside] = probabilities(learned, [pairs[i] for i in outside])
    judged = judged.clip(1e-9, 1 - 1e-9)
    loss = -(y * np.log(judged) + (1 - y) * np.log(1 - judged))
    return {
        codes: (reliability(judged[kind == k].tolist(), y[kind == k].tolist()), float(loss[kind == k].mean()))
        for k, codes in enumerate(CODES)
    }


def diagram(found: dict[str, tuple[list[Bin], float]]) -> str:
    """The reliability diagram as SVG: what was said below, what came on the left; a point's area is its count."""
    size, edge = 320, 44
    tones = dict(zip(found, ("#b3392c", "#1f6b4f", "#8a6d1d"), strict=True))
    marks = []
    for codes, (bins, _loss) in found.items():
        for one in bins:
            x, y = edge + one.predicted * size, edge / 2 + (1 - one.accepted) * size
            radius = 1.5 + math.sqrt(one.count)
            marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{tones[codes]}" opacity=".55"/>')
    for place, codes in enumerate(found):
        at = edge + 20 + 18 * place
        marks.append(f'<circle cx="{edge + 16}" cy="{at - 4}" r="5" fill="{tones[codes]}" opacity=".7"/>')
        marks.append(f'<text x="{edge + 26}" y="{at}">codes {codes}</text>')
    ticks = [
        f'<text x="{edge + size * t:.0f}" y="{edge / 2 + size + 16:.0f}" text-anchor="middle">{t:.0%}</text>'
        f'<text x="{edge - 6}" y="{edge / 2 + size * (1 - t) + 4:.0f}" text-anchor="end">{t:.0%}</text>'
        for t in (0, 0.25, 0.5, 0.75, 1)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + edge + 20} {size + edge + 20}" '
            'font-family="sans-serif" font-size="11" fill="#333">',
            "<title>How often pairs were accepted that were given a probability</title>",
            f'<rect x="{edge}" y="{edge / 2}" width="{size}" height="{size}" fill="#fff" stroke="#bbb"/>',
            f'<path d="M{edge} {edge / 2 + size}L{edge + size} {edge / 2}" stroke="#999" stroke-dasharray="4 4"/>',
            *marks,
            *ticks,
            f'<text x="{edge + size / 2}" y="{size + edge + 12}" text-anchor="middle">said</text>',
            "</svg>",
            "",
        ]
    )


def show_reliability(sample: Sample) -> None:
    found = held_back(sample)
    for codes, (bins, loss) in found.items():
        print(f"codes {codes}: log-loss {loss:.3f}, mean distance {calibration_error(bins):.3f}")
        print("  said → came (pairs): " + ", ".join(f"{b.predicted:.2f} → {b.accepted:.2f} ({b.count})" for b in bins))
    (SAMPLE.parent.parent / "docs" / "images" / "reliability.svg").write_text(diagram(found), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without-hs", action="store_true", help="hide the HS codes of both sides")
    parser.add_argument("--without-codes", action="store_true", help="hide HS codes and categories of both sides")
    parser.add_argument("--misses", action="store_true", help="print what fits and was not found")
    parser.add_argument("--reliability", action="store_true", help="what was said beside what came, on held-back pairs")
    options = parser.parse_args()
    sample = load()
    if options.reliability:
        show_reliability(sample)
        return
    if options.without_hs or options.without_codes:
        sample = hidden(sample, CODES[2] if options.without_codes else CODES[1])
    quality = measure(sample, every_pair(sample))
    print(f"{len(sample.offers)} products, {len(sample.wants)} demand lines, {quality.wants} of them labelled")
    print(f"recall@5 of what fits {quality.recall:.3f} ({quality.fits} pairs)")
    print(f"demand lines with a 'no' first {quality.no_first}")
    print(f"nDCG@10 {quality.ndcg:.3f}")
    if options.misses:
        for want, offer, rank in quality.misses:
            print(f"  {rank:4d}  {sample.names['want', want]}  ←  {sample.names['offer', offer]}")


if __name__ == "__main__":
    main()
