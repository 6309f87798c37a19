"""What a list shows of a product, written into the index once and read without the database.

A `ProductCard` answers to the same words as a `Product` read with `for_cards`, so that one template shows both.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Product, ProductImage, ProductText, text_for_reader
from matchmaker.companies.models import Company
from matchmaker.core import reference


@dataclass(frozen=True, slots=True)
class CardText:
    language: str
    name: str
    is_original: bool


@dataclass(frozen=True, slots=True)
class CardCompany:
    """Whose a product is; shown by the same name as the row."""

    pk: int
    legal_name: str
    name_latin: str
    name_zh: str
    country: str

    display_name = Company.display_name


@dataclass(frozen=True, slots=True)
class CardImage:
    """The first picture of a product, in its smallest rendition; width and height are those of the largest."""

    name: str
    alt: str
    width: int
    height: int

    @property
    def small_url(self) -> str:
        return ProductImage._meta.get_field("file").storage.url(self.name)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class ProductCard:
    """One product of a list; prices as they were stated. Its fields cannot change, so it can be the key of a cache."""

    pk: int
    uid: uuid.UUID
    texts: tuple[CardText, ...]
    origin: str
    category_id: str | None
    company: CardCompany
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str
    price_unit: str
    min_order: Decimal | None
    min_order_unit: str
    incoterm: str
    incoterm_place: str
    images: tuple[CardImage, ...]

    @property
    def text(self) -> CardText | None:
        return text_for_reader(self.texts, category_id=self.category_id)  # type: ignore[no-any-return]

    @property
    def original(self) -> CardText | None:
        return next((t for t in self.texts if t.is_original), self.texts[0] if self.texts else None)

    @property
    def name(self) -> str:
        return self.text.name if self.text else str(_("product without a name"))

    @property
    def origin_name(self) -> str:
        return reference.name(reference.countries().get(self.origin), self.origin)


_COMPANY = ("id", "legal_name", "name_latin", "name_zh", "country")


def title_of(texts: Sequence[ProductText]) -> str:
    """What a product is sorted by: its name in the supplier's own words."""
    return next((text.name for text in texts if text.is_original), texts[0].name if texts else "")


def serialize_card(product: Product, texts: Sequence[ProductText], images: Sequence[ProductImage]) -> bytes:
    """The card of a product with its texts and pictures; its company was read with it."""
    company, image = product.company, next(iter(images), None)
    return json.dumps(
        [
            product.uid.hex,
            [[text.language, text.name, text.is_original] for text in texts],
            product.origin,
            product.category_id,
            [getattr(company, name) for name in _COMPANY],
            _number(product.price_low),
            _number(product.price_high),
            product.currency,
            product.price_unit,
            _number(product.min_order),
            product.min_order_unit,
            product.incoterm,
            product.incoterm_place,
            [[image.file_names()[-1][1], image.alt, image.width, image.height]] if image else [],
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8", "replace")


@lru_cache(maxsize=4096)
def read(key: int, card: bytes) -> ProductCard:
    """The card of a product from what the index holds; the same bytes give the same object, which is read once."""
    (uid, texts, origin, category, company, low, high, currency, unit, order, order_unit, term, place, images) = (
        json.loads(card)
    )
    return ProductCard(
        key,
        uuid.UUID(uid),
        tuple(CardText(*text) for text in texts),
        origin,
        category,
        CardCompany(*company),
        _decimal(low),
        _decimal(high),
        currency,
        unit,
        _decimal(order),
        order_unit,
        term,
        place,
        tuple(CardImage(*image) for image in images),
    )


def _number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
