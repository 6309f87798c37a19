"""The customs pre-check of a quote and its deal, for the side that reads it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product
from matchmaker.engines.language import detect
from matchmaker.market_access.precheck.model import Dossier, Goods, Money, Offer, Place, Text
from matchmaker.market_access.services import product_dossier, ships_after
from matchmaker.messaging.models import DealStep, Enquiry, Quote, Side
from matchmaker.messaging.services.writing import own_side


def precheck_quote(*, reader: User, quote: Quote) -> Dossier:
    """What stands about a quote: the product, its papers and label, the quote, and the steps of its deal.

    The supplier's people see all of their product; the buyer's see what its public page shows, and nothing of a product
    that is not public. Steps that were denied count for nothing.

    Raises:
        Refused: `not_found` for strangers.
    """
    side = own_side(reader, quote.enquiry)
    product = _product_of(quote, reader, side)
    steps = [step for step in quote.enquiry.steps.order_by("pk") if step.answer != DealStep.Answer.DENIED]
    shipped = next((step.happened_on for step in steps if step.rung == DealStep.Rung.SHIPMENT), None)
    ships_on = shipped or _ships_on(quote, product)
    is_owner = side == Side.SUPPLIER
    dossier = (
        product_dossier(product, is_owner=is_owner, ships_on=ships_on)
        if product
        else Dossier(Goods(), seller_country=quote.enquiry.supplier.country, ships_on=ships_on)
    )
    return replace(
        dossier,
        texts=(*dossier.texts, *_notes(quote, steps)),
        offer=_offer(quote),
        ordered=_ordered(quote, steps),
        is_shipped=shipped is not None,
    )


def quotes_to_check(enquiry: Enquiry) -> list[Quote]:
    """The quotes of an enquiry that still count: open, in question or accepted."""
    return list(enquiry.quotes.filter(status__in=Quote.LIVE).select_related("line", "enquiry__supplier"))


def _product_of(quote: Quote, reader: User, side: Side) -> Product | None:
    enquiry = quote.enquiry
    product = enquiry.product or (enquiry.match.product if enquiry.match else None)
    if product is None or product.company_id != enquiry.supplier_id:
        return None
    seen = Product.objects.of(enquiry.supplier) if side == Side.SUPPLIER else Product.objects.published()
    return seen.filter(pk=product.pk).select_related("company").first()


def _ships_on(quote: Quote, product: Product | None) -> date:
    """Today or the day on which it was accepted, and the lead time of the quote or the product."""
    lead_time = (
        quote.lead_time_days if quote.lead_time_days is not None else product.lead_time_days if product else None
    )
    accepted = quote.answered_at if quote.status == Quote.Status.ACCEPTED else None
    return ships_after(lead_time, timezone.localdate(accepted) if accepted else None)


def _offer(quote: Quote) -> Offer:
    return Offer(
        price=quote.price,
        currency=quote.currency,
        price_unit=quote.price_unit,
        quantity=quote.quantity,
        unit=quote.unit,
        holds=quote.holds,
        holds_unit=quote.holds_unit,
        min_order=quote.min_order,
        min_order_unit=quote.min_order_unit,
        incoterm=quote.incoterm,
        incoterm_place=quote.incoterm_place,
        valid_until=quote.valid_until,
    )


def _notes(quote: Quote, steps: list[DealStep]) -> Iterator[Text]:
    if quote.note:
        yield Text(Place.QUOTE_NOTE, quote.note, detect(quote.note))
    if _is_the_deal(quote):
        yield from (Text(Place.DEAL_NOTE, step.note, detect(step.note)) for step in steps if step.note)


def _ordered(quote: Quote, steps: list[DealStep]) -> Money | None:
    """The value of the order, where the deal can be of this quote alone."""
    order = next((step for step in steps if step.rung == DealStep.Rung.ORDER and step.amount is not None), None)
    return Money(order.amount, order.currency) if order and order.amount and _is_the_deal(quote) else None


def _is_the_deal(quote: Quote) -> bool:
    """Whether the steps of the enquiry speak of this quote: it was accepted, and no other one was."""
    accepted = quote.enquiry.quotes.filter(status=Quote.Status.ACCEPTED)
    return quote.status == Quote.Status.ACCEPTED and accepted.count() == 1
