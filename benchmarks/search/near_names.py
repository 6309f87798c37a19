"""What keeping names in fewer bytes, and not looking far away, loses beside comparing every name as it was encoded.

Names: what `data/` calls goods in the languages it does so (texts of tariffs, terms of food, categories, titles, the
sample campaign), but not the everyday names of `data/vocabulary/goods.csv`: those are the searches. Texts of the tariff
have a code, so that what a search shows first can be judged: the same subheading fits, its heading is near. The index
keeps less from 100,000 names on; here it is made to at once, beside an index that compares every name whole, and also
to look at as small a share of them as of a million.

    .venv/bin/python benchmarks/search/near_names.py  prints the table; `make bench-quality` does with the others
"""

import datetime as dt
import os
import sys
from collections import defaultdict
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  # reads the number of threads when imported
from numpy.typing import NDArray  # noqa: E402

from benchmarks.search.search_quality import TOP, interval, ndcg, rows_of  # noqa: E402  # needs the path above
from matchmaker.engines.language.encoder import get_encoder  # noqa: E402
from matchmaker.engines.search import (  # noqa: E402
    SearchQuery,
    meaning,
    scoring,
)
from matchmaker.engines.search.build import build_segment  # noqa: E402
from matchmaker.engines.search.entries import Entry  # noqa: E402
from matchmaker.engines.search.scoring import CROWDING, MEANING_FROM  # noqa: E402
from matchmaker.engines.search.searching import Index  # noqa: E402

MUCH = (MEANING_FROM, 0.3, 0.4)  # nearness from which names are to be found
EVERY = 10  # every tenth HS code is searched for


def names() -> dict[str, str]:
    """Each name with the HS subheading it is a text of, or nothing."""
    columns = {
        "hs/hs2022.csv": ("desc_en", "legal_fr", "legal_es", "title_zh"),
        "eval-dev/cn8_texts.csv": ("text_en", "text_fr", "text_de", "text_nl"),
        "eval-dev/food_terms.csv": ("en", "zh", "fr", "es"),
        "eval-dev/category_pairs.csv": ("path_en", "path_zh", "path_fr", "path_es"),
        "eval-dev/hs_products.csv": ("title",),
        "sample/agri/products.csv": ("name", "name_en"),
        "sample/goods/products.csv": ("name", "name_en"),
    }
    found: dict[str, str] = {}
    for path, read in columns.items():
        for row in rows_of(path):
            for column in read:
                code = row.get("code") or row.get("hs6", "")
                if name := row[column].split(" > ")[-1].strip():
                    found.setdefault(name, code if len(code) == 6 else "")
    return found


def searches() -> list[tuple[str, str]]:
    """(everyday name, its HS subheading): the first one in each language."""
    judged = {code for code in names().values() if code}
    rows = [row for row in rows_of("vocabulary/goods.csv")[::EVERY] if row["hs6"] in judged]
    named = [(row[lang].split(";")[0].strip(), row["hs6"]) for row in rows for lang in ("zh", "en", "th", "vi")]
    return [one for one in dict.fromkeys(named) if one[0]]


def missed(ours: list[NDArray[np.float32]], whole: list[NDArray[np.float32]]) -> list[str]:
    """Share of the names compared, how far nearness is off, shares missed of the names that are near enough."""
    shares: dict[float, list[float]] = {much: [] for much in MUCH}
    for mine, all_ in zip(ours, whole, strict=True):
        for much in MUCH:
            if (wanted := all_ >= much).any():
                shares[much].append(float(np.isnan(mine[wanted]).mean()))
    compared = np.mean([~np.isnan(mine) for mine in ours])
    off = np.nanstd([mine - all_ for mine, all_ in zip(ours, whole, strict=True)])
    return [f"{compared:.1%}", f"{off:.3f}", *(f"{np.mean(one):.1%}" for one in shares.values())]


class Figures:
    """How good first pages are, what searches miss and how many names they compare, by each way of keeping names."""

    def __init__(self) -> None:
        self.encoder = get_encoder()
        self.codes, self.asked = names(), searches()
        self.made = dict(zip(self.codes, self.encoder.encode_passage([*self.codes]), strict=True))
        n, kept = len(self.codes), {"NARROW_FROM": 0, "ONE_CLUSTER": 0}
        usual = {"LEAST_COSINE": scoring.LEAST_COSINE, "LOOKED_AT": scoring.LOOKED_AT}
        ways = {  # how names are stored, and how they are searched
            "every name whole": (dict.fromkeys(kept, n + 1), usual),
            "in fewer bytes, all looked at": (kept, {"LEAST_COSINE": -1, "LOOKED_AT": n}),
            "as it is": (kept, usual),
            "as of a million": (kept, usual | {"LOOKED_AT": n * scoring.LOOKED_AT // 1_000_000}),
        }
        self.lines: list[str] = []
        best: list[float] = []
        nearness: list[NDArray[np.float32]] = []
        for name, (stored, searched) in ways.items():
            with patch.multiple(meaning, **stored), patch.multiple(scoring, **searched):
                index = self.index()
                scores, near = self.scores(index), self.nearness(index)
            best, nearness = best or scores, nearness or near
            cells = [interval(np.array(scores)), interval(np.subtract(scores, best), "+"), *missed(near, nearness)]
            self.lines.append(f"| {name} | {' | '.join(cells)} |")

    def index(self) -> Index:
        entries = [Entry(key=key, names=(("en", name),), title=name) for key, name in enumerate(self.made)]
        vectors = lambda texts: np.array([self.made[text] for text in texts])  # noqa: E731
        return Index([build_segment(entries, vectors, self.encoder.dim)], self.encoder)

    def scores(self, index: Index) -> list[float]:
        """nDCG@10 of every search."""
        headings: dict[str, dict[str, str]] = defaultdict(dict)
        for key, code in enumerate(self.codes.values()):
            headings[code[:4]][str(key)] = code
        found = []
        for query, code in self.asked:
            gains = {key: 2.0 if one == code else 1.0 for key, one in headings[code[:4]].items()}
            page = index.search(SearchQuery(query, limit=TOP, facets=())).keys
            found.append(ndcg([str(key) for key in page], gains))
        return found

    def nearness(self, index: Index) -> list[NDArray[np.float32]]:
        """Of every search that of each name; NaN where it was not compared."""
        (segment,) = index.segments
        every = []
        for query in self.encoder.encode_query([query for query, _code in self.asked]):
            found, values = scoring.nearest_names(segment, query, CROWDING, np.float32(-9))
            near = np.full(len(self.codes), np.nan, np.float32)
            near[segment.keys[segment.name_documents[found]]] = values
            every.append(near)
        return every

    def markdown(self) -> str:
        columns = ["names are kept", "nDCG@10", "less the first row", "compared", "nearness off by"]
        columns += [f"missed from {much} on" for much in MUCH]
        return "\n".join(
            [
                "## Search: names in fewer bytes, clusters not looked into",
                "",
                f"On {dt.date.today()}: {len(self.codes):,} names of goods; {len(self.asked):,} searches by everyday "
                "names (`data/vocabulary/goods.csv`, which the index does not hold). From "
                f"{meaning.NARROW_FROM:,} names on an index keeps {meaning.NARROW} numbers of each, looks into no "
                f"cluster that is far away and compares at most {scoring.LOOKED_AT:,} names; the last row compares as "
                "small a share as it would of a million. Names of the same HS subheading count 2, of its heading 1. "
                "Missed: names as near as that which were not compared.",
                "",
                f"| {' | '.join(columns)} |",
                f"|{'---|' * len(columns)}",
                *self.lines,
                "",
            ]
        )


if __name__ == "__main__":
    print(Figures().markdown())
