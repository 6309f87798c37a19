"""The customs pre-check of one product. Quotes and deals add what they state (`messaging.services.precheck`)."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.catalogue import lots
from matchmaker.catalogue.models import Product
from matchmaker.companies.services import require_member
from matchmaker.engines.language import detect
from matchmaker.market_access.models import ReadinessAnswer, Registration
from matchmaker.market_access.plant_categories import FOOD
from matchmaker.market_access.precheck.model import Dossier, Goods, Paper, Place, Text
from matchmaker.market_access.precheck.rules.papers import is_food


def precheck_product(*, reader: User, product: Product, day: date | None = None) -> Dossier:
    """What stands about the product alone, for its owner; `precheck_box` shows what contradicts what.

    `day` is the day of shipment; where none is given, today and the lead time.

    Raises:
        Refused: `not_found` for a stranger.
    """
    require_member(reader, product.company)
    return product_dossier(product, is_owner=True, ships_on=day or ships_after(product.lead_time_days))


def ships_after(lead_time_days: int | None, since: date | None = None) -> date:
    """The day of shipment that follows from a lead time, never before today."""
    today = timezone.localdate()
    return max(today, (since or today) + timedelta(days=lead_time_days or 0))


def product_dossier(product: Product, *, is_owner: bool, ships_on: date) -> Dossier:
    """What stands about a product. Others than its owner get what its public page and public label show."""
    return Dossier(
        goods=Goods(
            hs_code=product.hs_code,
            origin=product.origin,
            storage=product.storage,
            shelf_life_days=product.shelf_life_days,
            price_low=product.price_low,
            price_high=product.price_high,
            currency=product.currency,
            price_unit=product.price_unit,
            in_china=bool(lots.holding(product.lots_in_china, timezone.localdate())),
        ),
        seller_country=product.company.country,
        papers=(*_registrations(product, is_owner), *_certificates(product), *_steps(product, is_owner)),
        label=_label(product, is_owner),
        texts=tuple(_texts(product)),
        ships_on=ships_on,
    )


def _registrations(product: Product, is_owner: bool) -> Iterator[Paper]:
    """Those of the product, and of a food those of its company's plants; others see those with seen evidence."""
    of_plants = Q(company=product.company_id, product__isnull=True, code__in=FOOD)
    of_product = Q(product=product)
    rows = Registration.objects.filter(of_product | of_plants if is_food(product.hs_code) else of_product)
    for row in rows.order_by("pk"):
        if is_owner or row.is_seen:
            days = row.valid_from, row.valid_until
            yield Paper(Place.REGISTRATION, row.code, row.number, *days, row.category, own=row.product_id is not None)


def _certificates(product: Product) -> Iterator[Paper]:
    for row in product.certificates.all():
        yield Paper(Place.CERTIFICATE, row.code, row.number, None, row.valid_until)


def _steps(product: Product, is_owner: bool) -> Iterator[Paper]:
    for row in ReadinessAnswer.objects.steps().filter(product=product).order_by("pk"):
        if is_owner or row.seen_on:
            yield Paper(Place.STEP, row.code, row.number, None, row.valid_until)


def _label(product: Product, is_owner: bool) -> dict[str, str]:
    """The newest version that this reader may see; what the product's data propose is no statement of its own."""
    versions = product.labels.all() if is_owner else product.labels.filter(is_public=True)
    latest = versions.last()
    return dict(latest.texts) if latest else {}


def _texts(product: Product) -> Iterator[Text]:
    for row in product.texts.all():
        yield from (Text(Place.PRODUCT_TEXT, text, row.language) for text in (row.name, row.description) if text)
    for variant in product.variants.all():
        yield Text(Place.PRODUCT_TEXT, variant.label, detect(variant.label))
