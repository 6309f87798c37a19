"""Rows of the catalogue as the plain values the engine compares."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from itertools import batched

from django.db.models import prefetch_related_objects

from matchmaker.catalogue import lots
from matchmaker.catalogue.models import Category, DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.clocks import today_in_china
from matchmaker.engines.matching import READING, Offer, Want
from matchmaker.market_access.readiness import SHIPS_IN, Readiness
from matchmaker.market_access.services import readiness_of_many

# Certificates of `data/trade/certificates.csv` that are registrations or approvals by authorities of China.
REGISTRATIONS = frozenset(["GACC", "NMPA", "CCC"])
SMALL = (Company.Size.MICRO, Company.Size.SMALL)
AT_ONCE = 1000


def offers(products: Iterable[Product]) -> list[Offer]:
    """Products with `company`, `texts` and `certificates` fetched.

    Each with its readiness for China on the day its goods could leave: a condition of every match, never a score.
    """
    listed, day = list(products), today_in_china()
    prefetch_related_objects(listed, "category")
    ready = readiness_of_many(listed, day + SHIPS_IN)
    return [_offer(product, ready[product.pk], day) for product in listed]


def text_offers(keys: Iterable[int]) -> Iterator[Offer]:
    """Offers that have their texts only, read some at a time."""
    for some in batched(keys, AT_ONCE):
        for product in Product.objects.filter(pk__in=some).only("pk").prefetch_related("texts").order_by("pk"):
            yield Offer(key=product.pk, texts=_texts(product))


def _texts(product: Product) -> tuple[tuple[str, str], ...]:
    return tuple((text.language, f"{text.name}. {text.description}".strip()) for text in product.texts.all())


def _offer(product: Product, ready: Readiness, day: dt.date) -> Offer:
    """A registration in place is a certificate too, where buyers ask for it by that name (GACC, NMPA)."""
    company = product.company
    listed = {row.code for row in product.certificates.all() if row.holds_on(day)}
    return Offer(
        key=product.pk,
        texts=_texts(product),
        hs6=product.hs_code,
        code_is_confirmed=product.code_is_confirmed,
        category=product.category_id or "",
        origin=product.origin,
        certificates=frozenset(listed | ready.registered & reference.certificates().keys()),
        min_order=_number(product.min_order),
        min_order_unit=product.min_order_unit,
        price_low=_number(product.price_low),
        price_high=_number(product.price_high),
        currency=product.currency,
        price_unit=product.price_unit,
        incoterm=product.incoterm,
        lead_time_days=product.lead_time_days,
        verification=company.verification,
        languages=frozenset(company.languages),
        readiness=ready.state.value,
        capacity=_number(product.capacity),
        capacity_unit=product.capacity_unit,
        capacity_period=product.capacity_period,
        size=company.size,
        founded=company.founded,
        first_time=company.first_time_exporter,
        in_china=tuple(
            (lot["customs"], _number(lots.quantity_of(lot)), lot["unit"], lots.end_of(lot))
            for lot in product.lots_in_china
        ),
        small=company.first_time_exporter or company.size in SMALL,
    )


def wants(lines: Iterable[DemandLine]) -> list[Want]:
    """Demand lines with `demand` fetched."""
    return [_want(line) for line in lines]


def _want(line: DemandLine) -> Want:
    demand = line.demand
    is_goods = not (line.category_id or "").startswith(Category.Group.SERV)  # they travel and have to enter China
    return Want(
        key=line.pk,
        texts=((line.language, line.text),),
        hs6=line.hs_code,
        code_is_confirmed=line.code_is_confirmed,
        category=line.category_id or "",
        quantity=_number(line.quantity),
        unit=line.unit,
        target_price=_number(line.target_price),
        currency=line.currency,
        price_unit=line.price_unit,
        incoterm=demand.incoterm,
        is_shipped=is_goods,
        origins_wanted=frozenset(line.origins_wanted),
        origins_excluded=frozenset(line.origins_excluded),
        certificates_required=frozenset(line.certificates_required),
        delivery_by=demand.delivery_until,
        registration_required=is_goods,
        registration_asked=not REGISTRATIONS.isdisjoint(line.certificates_required),
        capacity=_number(line.capacity_wanted),
        capacity_period=line.capacity_period,
        verification=demand.wanted_verification,
        sizes=frozenset(demand.wanted_sizes),
        languages=frozenset(demand.wanted_languages),
        years=demand.wanted_years or 0,
        newcomers=demand.newcomers,
        in_china=demand.goods_in_china,
    )


def _number(value) -> float | None:
    return None if value is None else float(value)


def code_digest(side: Offer | Want) -> str:
    """Changes when a text or a code does: then the classifier is run again."""
    return hashlib.sha256(repr((side.texts, side.hs6, side.category)).encode("utf-8", "replace")).hexdigest()


def text_digest(side: Offer | Want) -> str:
    """Changes when a text does, or what is read of texts: then, and only then, is it encoded anew."""
    return hashlib.sha256(repr((READING, side.texts)).encode("utf-8", "replace")).hexdigest()
