"""A campaign of any size for the directory's benchmark, by seed: rows for PostgreSQL and entries for the index.

Names are those of the sample campaign with a variety and a size behind them; the vector of a name is its base's with
noise, because a million names would take half an hour to encode and the search costs the same.
"""

import csv
import datetime as dt
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
SEED = 20261124
VARIETIES = ("organic", "premium", "export grade", "new crop", "vacuum packed", "low sugar", "industrial",
             "heavy duty", "compact", "cold pressed", "hand picked", "stainless", "certified", "bulk", "retail pack",
             "family farm")  # fmt: skip
ORIGINS = ("TH", "VN", "FR", "IT", "DE", "ES", "BR", "NZ", "AU", "CL", "ZA", "KE", "ET", "TR", "PL", "NL", "US", "CA",
           "MX", "PE", "AR", "MY", "ID", "JP", "KR", "RU", "KZ", "EG", "MA", "PT")  # fmt: skip
CERTIFICATES = ("HACCP", "ISO9001", "ISO22000", "HALAL", "ORGANIC", "BRCGS", "GMP", "CE", "GACC", "FSC")
STATES = ("ready", "missing", "unknown")
START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Base:
    number: int
    language: str
    name: str
    name_en: str
    description: str
    category: str
    hs_code: str


@dataclass(slots=True)
class Goods:
    """One product of the made-up campaign."""

    key: int
    uid: uuid.UUID
    company: int
    base: Base
    name: str
    description: str
    origin: str
    certificates: tuple[str, ...]
    price: int
    published: dt.datetime


def bases() -> list[Base]:
    found = []
    for path in sorted(SAMPLE.glob("*/products.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found.append(
                    Base(
                        len(found),
                        row["lang"],
                        row["name"],
                        row["name_en"] or row["name"],
                        row["description"],
                        row["category_code"],
                        row["hs6"],
                    )
                )
    return found


def companies(n: int) -> int:
    return max(50, n // 50)


def goods(n: int, seed: int = SEED) -> Iterator[Goods]:
    draw, known, owners = random.Random(seed), bases(), companies(n)
    for key in range(1, n + 1):
        base = known[draw.randrange(len(known))]
        variety = draw.choice(VARIETIES)
        yield Goods(
            key,
            uuid.UUID(int=draw.getrandbits(128), version=4),
            draw.randrange(owners) + 1,
            base,
            f"{base.name_en}, {variety} {draw.randrange(1, 400)}",
            base.description[:160],
            ORIGINS[int(len(ORIGINS) * draw.random() ** 2)],
            tuple(draw.sample(CERTIFICATES, int(4 * draw.random() ** 2))),
            draw.randrange(1, 5000),
            START + dt.timedelta(seconds=draw.randrange(60_000_000)),
        )


class Vectors:
    """The meaning of a made-up name."""

    def __init__(self, encoder) -> None:
        self.dim = encoder.dim
        self.known = {base.name_en: at for at, base in enumerate(bases())}
        self.rows = encoder.encode_passage(list(self.known))
        self.random = np.random.default_rng(SEED)
        self.known = {name: at for at, name in enumerate(self.known)}

    def __call__(self, texts) -> np.ndarray:
        base = self.rows[[self.known[text.rpartition(", ")[0]] for text in texts]]
        noisy = base + self.random.normal(0, 0.35 / np.sqrt(self.dim), base.shape).astype(np.float32)
        return noisy / np.linalg.norm(noisy, axis=1, keepdims=True)


def entry(one: Goods, months: list[dt.date]):
    """The product as the index reads it, with the same facets as a real one."""
    from matchmaker.directory.index.entries import Entry

    rank = one.key % 7
    return Entry(
        key=one.key,
        names=(("en", one.name),),
        texts=((one.base.language, one.description),),
        hs_codes=(one.base.hs_code,),
        exact=frozenset({f"CERT{one.key}"} if one.certificates else ()),
        name_key=f"company {one.company}",
        facets={
            "group": (one.base.category.split("-")[0],),
            "category": (one.base.category,),
            "origin": (one.origin,),
            "certificate": one.certificates,
            "verification": (str(one.company % 4),),
            "language": ("en", "zh") if one.company % 3 else ("en",),
            "currency": ("USD",),
            "duty": (("0", "5", "10")[one.company % 3],),
            "price": (f"mass:{(2, 5, 10, 50)[one.price % 4]}",),
            "order": (f"mass:{(100, 1000, 5000)[one.price % 3]}",),
            **{f"ready{day:%Y%m}": (STATES[(one.key + day.month) % 3],) for day in months},
        },
        orders={f"ready{day:%Y%m}": rank for day in months},
        newest=one.published.timestamp(),
        title=one.name,
        owner=one.company,
        card=_card(one),
    )


def _card(one: Goods) -> bytes:
    """As `directory.cards.written` writes it."""
    company = [one.company, f"Company {one.company} Ltd", "", "", "TH"]
    texts = [["en", one.name, True]]
    card = [one.uid.hex, texts, one.origin, one.base.category, company, str(one.price), None, "USD", "kg"]
    return json.dumps([*card, None, "", "", ""], ensure_ascii=False).encode()
