"""What is compared and what comes out of it: offers, wants, conditions and pairs.

Values only: no database, no language, no arithmetic. Anything that can fill an `Offer` and a `Want` can use the engine.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

# Group of the campaign's categories that are services.
SERVICES = "SERV"


@dataclass(frozen=True, slots=True)
class Offer:
    """A published product. Empty strings and None mean "not recorded", never "none"."""

    key: int
    texts: tuple[tuple[str, str], ...]  # (language, "name. description"), the supplier's own language first
    hs6: str = ""
    category: str = ""
    origin: str = ""  # ISO 3166-1 alpha-2
    certificates: frozenset[str] = frozenset()
    min_order: float | None = None
    min_order_unit: str = ""
    price_low: float | None = None
    price_high: float | None = None
    currency: str = ""
    price_unit: str = ""
    incoterm: str = ""  # what the price includes
    lead_time_days: int | None = None
    readiness: str = "unknown"  # 'ready' | 'stated' | 'missing' | 'unknown'
    verification: int = 0  # 0..3
    languages: frozenset[str] = frozenset()
    capacity: float | None = None
    capacity_unit: str = ""
    capacity_period: str = ""  # 'month' | 'year'
    size: str = ""
    founded: int | None = None  # a year
    first_time: bool = False  # sells to China for the first time
    in_china: tuple[tuple[str, float | None, str, date | None], ...] = ()  # lots: customs, quantity, unit, until
    small: bool = False  # of a small or first-time exporter: may be promised some suggestions
    # Whether a person chose or typed the codes, and their shares by the classifier (None: not classified yet).
    code_is_confirmed: bool = True
    hs_share: float | None = None
    category_share: float | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """A demand line. `hs6` may be a prefix of 2, 4 or 6 digits."""

    key: int
    texts: tuple[tuple[str, str], ...]
    hs6: str = ""
    category: str = ""
    quantity: float | None = None
    unit: str = ""
    target_price: float | None = None
    currency: str = ""
    price_unit: str = ""
    incoterm: str = ""  # what the target price includes
    is_shipped: bool = False  # goods that have to travel to the buyer
    origins_wanted: frozenset[str] = frozenset()
    origins_excluded: frozenset[str] = frozenset()
    certificates_required: frozenset[str] = frozenset()
    delivery_by: date | None = None
    registration_required: bool = False  # goods that have to enter China
    registration_asked: bool = False  # the buyer asks for a registration with an authority of China
    # What the supplier should be; the capacity is in `unit`.
    capacity: float | None = None
    capacity_period: str = ""
    verification: int = 0
    sizes: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    years: int = 0
    newcomers: str = ""  # 'welcome' | 'experience'
    in_china: str = ""  # 'any' | 'cleared'
    code_is_confirmed: bool = True
    hs_share: float | None = None
    category_share: float | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One hard condition of a want, judged against one offer, with the figures that were compared (JSON-safe)."""

    code: str  # 'origin', 'price' … as `conditions` and `traits` name them
    outcome: str  # 'meets' | 'fails' | 'unknown'
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Pair:
    """An offer beside a want.

    `score` (0..1) orders; `probability` is the same evidence calibrated on people's answers. `parts` are the values
    the score was made of; a part that could not be compared (no HS code on one side) is absent. `evidence` holds what
    reasons need, JSON-safe. `conditions` do not enter the score, except
    `attributes` and `origin` (see the modules `attributes` and `origins`).
    """

    offer: int
    want: int
    score: float
    probability: float
    parts: dict[str, float]
    evidence: dict[str, object]
    conditions: tuple[Condition, ...]


def merge_pairs(blocks: Iterable[Iterable[Pair]], top_per_want: int = 20, top_per_offer: int = 10) -> list[Pair]:
    """The rows of one clean run from the rows of its blocks, whatever way offers and wants were cut into blocks.

    Exact because every row among the best of its want (or offer) is among the best of any block that holds it, and
    because scores do not depend on the block. The same pair given twice counts once; the later one is kept, so that
    the rows of an edited offer can be merged over the older ones. Order: want, then score, then offer.
    """
    rows = {(pair.offer, pair.want): pair for block in blocks for pair in block}
    of_want: dict[int, list[Pair]] = defaultdict(list)
    of_offer: dict[int, list[Pair]] = defaultdict(list)
    for pair in rows.values():
        of_want[pair.want].append(pair)
        of_offer[pair.offer].append(pair)
    best: dict[tuple[int, int], Pair] = {}
    for candidates in of_want.values():
        for pair in sorted(candidates, key=lambda p: (-p.score, p.offer))[:top_per_want]:
            best[pair.offer, pair.want] = pair
    for candidates in of_offer.values():
        for pair in sorted(candidates, key=lambda p: (-p.score, p.want))[:top_per_offer]:
            best[pair.offer, pair.want] = pair
    return sorted(best.values(), key=lambda p: (p.want, -p.score, p.offer))
