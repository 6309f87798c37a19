"""A campaign of any size for the directory's benchmark, by seed: rows for PostgreSQL, and the meaning of their names.

Names are those of the sample campaign with a variety and a size behind them; the vector of a name is its base's with
noise, because a million names would take half an hour to encode and the search costs the same.
"""

import csv
import datetime as dt
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


class MadeUp:
    """The encoder of this campaign: a made-up name means what its base does, with noise; all else is read as it is."""

    name, dim = "made-up", 512

    def __init__(self) -> None:
        from matchmaker.engines.language.encoder import get_encoder

        self.real = get_encoder()
        self.dim = self.real.dim
        names = list(dict.fromkeys(base.name_en for base in bases()))
        self.known = {name: at for at, name in enumerate(names)}
        self.rows = self.real.encode_passage(names)
        self.random = np.random.default_rng(SEED)

    def encode_query(self, texts) -> np.ndarray:
        return self.real.encode_query(texts)

    def encode_passage(self, texts) -> np.ndarray:
        at = [self.known.get(text.rpartition(", ")[0], -1) for text in texts]
        if min(at, default=0) < 0:
            return self.real.encode_passage(texts)
        noise = self.random.normal(0, 0.35 / np.sqrt(self.dim), (len(at), self.dim)).astype(np.float32)
        noisy = self.rows[at] + noise
        return noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
