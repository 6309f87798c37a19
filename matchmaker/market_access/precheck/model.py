"""A dossier as plain data, and a contradiction in it.

A value is always shown as it was entered, so statements carry it whole: a text, a day, an amount with its unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Place(StrEnum):
    """Where something stands."""

    PRODUCT = "product"
    PRODUCT_TEXT = "product_text"  # name, description and packs
    REGISTRATION = "registration"
    CERTIFICATE = "certificate"
    STEP = "step"  # a document of the readiness list
    LABEL = "label"
    QUOTE = "quote"
    QUOTE_NOTE = "quote_note"
    DEAL = "deal"
    DEAL_NOTE = "deal_note"


class Field(StrEnum):
    """What is stated."""

    PLANT_NUMBER = "plant_number"
    PLANT_CATEGORY = "plant_category"
    NUMBER = "number"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    SHIPS_ON = "ships_on"
    HS_CODE = "hs_code"
    ORIGIN = "origin"
    STORAGE = "storage"
    STATE = "state"
    NET_WEIGHT = "net_weight"
    GROSS_WEIGHT = "gross_weight"
    CONTENT = "content"
    QUANTITY = "quantity"
    MINIMUM = "minimum"
    PRICE = "price"
    TOTAL = "total"
    TERM = "term"
    SHELF_LIFE = "shelf_life"
    TRANSIT = "transit"
    PRODUCTION_DATE = "production_date"
    CONTAINER = "container"


class Severity(StrEnum):
    STOPS = "stops"  # the goods can be held, refused or sent back for it
    CORRECT = "correct"  # the declaration or a document has to be corrected
    CHECK = "check"  # one of both is probably a slip


@dataclass(frozen=True, slots=True)
class Text:
    """A text of one place; `language` as in `engines.language.detect`."""

    place: Place
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Country:
    code: str  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class Amount:
    value: Decimal
    unit: str  # code of `data/trade/units.csv`


@dataclass(frozen=True, slots=True)
class Money:
    value: Decimal
    currency: str  # ISO 4217
    per: str = ""  # code of a unit


@dataclass(frozen=True, slots=True)
class Days:
    count: int


@dataclass(frozen=True, slots=True)
class Term:
    incoterm: str
    place: str


@dataclass(frozen=True, slots=True)
class Storage:
    code: str  # ambient | chilled | frozen


@dataclass(frozen=True, slots=True)
class Category:
    code: str  # a row of `data/market_access/plant_categories.csv`


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The words that state it, as they were written."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Code:
    """A number, code or name that reads the same in every language."""

    text: str


Value = Country | Amount | Money | Days | Term | Storage | Category | Excerpt | Code | date


@dataclass(frozen=True, slots=True)
class Statement:
    """One side of a contradiction. `paper` is the code of the certificate or registration that it stands on."""

    place: Place
    field: Field
    value: Value
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    rule: str
    severity: Severity
    source: str  # a code of `precheck_sources.csv`
    first: Statement
    second: Statement


@dataclass(frozen=True, slots=True)
class Goods:
    """The product. Prices are for one `price_unit`; empty and None where nothing is stated."""

    hs_code: str = ""
    origin: str = ""
    storage: str = ""
    shelf_life_days: int | None = None
    price_low: Decimal | None = None
    price_high: Decimal | None = None
    currency: str = ""
    price_unit: str = ""
    in_china: bool = False  # a lot of it lies in China already


@dataclass(frozen=True, slots=True)
class Paper:
    """A registration, a certificate or a document. `own` is False for one that the company holds for all products."""

    place: Place
    code: str
    number: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    category: str = ""
    own: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote. One `unit` holds so many `holds_unit`, where the supplier says so."""

    price: Decimal
    currency: str
    price_unit: str
    quantity: Decimal | None = None
    unit: str = ""
    holds: Decimal | None = None
    holds_unit: str = ""
    min_order: Decimal | None = None
    min_order_unit: str = ""
    incoterm: str = ""
    incoterm_place: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that stands about one product, one quote or one deal.

    `ships_on` is the day of shipment that is stated or follows from the lead time. `label` holds items of the Chinese
    label by the codes of `labels.FIELDS`.
    """

    goods: Goods
    seller_country: str = ""
    papers: tuple[Paper, ...] = ()
    label: Mapping[str, str] = ()  # type: ignore[assignment]
    texts: tuple[Text, ...] = ()
    offer: Offer | None = None
    ordered: Money | None = None  # the value of the order that both sides see
    ships_on: date | None = None
    is_shipped: bool = False  # both sides or one of them said on which day it left

    def label_text(self, code: str) -> str:
        return dict(self.label).get(code, "")

    def on(self, place: Place) -> tuple[Paper, ...]:
        return tuple(paper for paper in self.papers if paper.place == place)
