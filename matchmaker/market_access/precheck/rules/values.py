"""Prices, quantities and totals of a quote."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from matchmaker.engines.language import convert, in_base, price_for_base
from matchmaker.market_access.precheck.model import (
    Amount,
    Contradiction,
    Dossier,
    Field,
    Goods,
    Money,
    Offer,
    Place,
    Severity,
    Statement,
)
from matchmaker.market_access.precheck.reading import Figure, figures

_SLIP = Decimal(100)  # a price a hundred times another of the same goods has another unit
_NEAR = Decimal("0.005")  # rounding of totals
_NOTES = (Place.QUOTE_NOTE, Place.DEAL_NOTE)


def unit_scale(dossier: Dossier) -> Iterator[Contradiction]:
    """The unit of the price is that of the quantity and of the product's price, and no other of its kind by slip.

    Two signs: a price a hundred times (or a hundredth of) the product's for the same base unit; a quantity that is less
    than one unit of the price (19 kg at a price for one tonne). Source: price and unit are fields of the declaration.
    """
    offer = dossier.offer
    first = offer and (_listed_price(dossier.goods, offer) or _too_small_quantity(offer))
    if offer and first:
        second = Statement(Place.QUOTE, Field.PRICE, _price(offer))
        yield Contradiction("unit_scale", Severity.CORRECT, "declaration", first, second)


def _listed_price(goods: Goods, offer: Offer) -> Statement | None:
    """The product's price, where the quoted one is a hundred times it or a hundredth of it."""
    listed = goods.price_low or goods.price_high
    if listed is None or offer.currency != goods.currency:
        return None
    own, quoted = price_for_base(listed, goods.price_unit), price_for_base(offer.price, offer.price_unit)
    if own is None or quoted is None or own[0] != quoted[0]:
        return None
    is_slip = quoted[1] > own[1] * _SLIP or quoted[1] * _SLIP < own[1]
    price = Money(listed, goods.currency, goods.price_unit)
    return Statement(Place.PRODUCT, Field.PRICE, price) if is_slip else None


def _too_small_quantity(offer: Offer) -> Statement | None:
    """The quantity, where it is less than one tonne or cubic metre and the price is for one."""
    base = in_base(offer.price_unit)
    if not offer.quantity or not base or base[1] < 1000 or offer.unit == offer.price_unit:
        return None
    units = convert(offer.quantity, offer.unit, offer.price_unit)
    quantity = Statement(Place.QUOTE, Field.QUANTITY, Amount(offer.quantity, offer.unit))
    return quantity if units is not None and units < 1 else None


def _price(offer: Offer) -> Money:
    return Money(offer.price, offer.currency, offer.price_unit)


def below_minimum(dossier: Dossier) -> Iterator[Contradiction]:
    """The quantity of a quote is not below its own minimum order. Source: contract and declaration agree."""
    offer = dossier.offer
    if offer is None or offer.quantity is None or offer.min_order is None:
        return
    units = convert(offer.quantity, offer.unit, offer.min_order_unit)
    if units is not None and units < offer.min_order:
        yield Contradiction(
            "below_minimum",
            Severity.CHECK,
            "declaration",
            Statement(Place.QUOTE, Field.QUANTITY, Amount(offer.quantity, offer.unit)),
            Statement(Place.QUOTE, Field.MINIMUM, Amount(offer.min_order, offer.min_order_unit)),
        )


def total_value(dossier: Dossier) -> Iterator[Contradiction]:
    """Price × quantity is the total that a note or the order states, within half a per cent.

    Source: unit price, total and currency are fields of the declaration (GACC Decree 277).
    """
    offer = dossier.offer
    expected = _expected(offer) if offer else None
    if offer is None or expected is None:
        return
    for statement, value, currency in _totals(dossier):
        if currency == offer.currency and abs(value - expected) > _NEAR * expected:
            first = Statement(Place.QUOTE, Field.TOTAL, Money(expected, offer.currency))
            yield Contradiction("total_value", Severity.CORRECT, "declaration", first, statement)


def total_currency(dossier: Dossier) -> Iterator[Contradiction]:
    """The total is in the currency of the price; a second total in another currency beside it is none.

    Source: currency is a field of the declaration (GACC Decree 277).
    """
    offer = dossier.offer
    if offer is None:
        return
    totals = list(_totals(dossier))
    for place in dict.fromkeys(statement.place for statement, _value, _currency in totals):
        here = [one for one in totals if one[0].place == place]
        if all(currency != offer.currency for _statement, _value, currency in here):
            first = Statement(Place.QUOTE, Field.PRICE, _price(offer))
            yield Contradiction("total_currency", Severity.CORRECT, "declaration", first, here[0][0])


def _expected(offer: Offer) -> Decimal | None:
    """Price × quantity, in the currency of the price; None where the units cannot be converted."""
    if offer.quantity is None:
        return None
    units = convert(offer.quantity, offer.unit, offer.price_unit)
    if units is None and offer.holds is not None:
        units = convert(offer.quantity * offer.holds, offer.holds_unit, offer.price_unit)
    return None if units is None else (offer.price * units).quantize(Decimal("0.01"))


def _totals(dossier: Dossier) -> Iterator[tuple[Statement, Decimal, str]]:
    for text in dossier.texts:
        for figure in figures(text) if text.place in _NOTES else ():
            if _is_total(figure):
                statement = Statement(text.place, Field.TOTAL, figure.excerpt)
                yield statement, figure.quantity.low, figure.quantity.currency
    if dossier.ordered:
        statement = Statement(Place.DEAL, Field.TOTAL, dossier.ordered)
        yield statement, dossier.ordered.value, dossier.ordered.currency


def _is_total(figure: Figure) -> bool:
    one = figure.quantity
    is_sum = one.kind == "price" and not one.per and not one.is_range and not one.ambiguous
    return is_sum and "total" in figure.kinds and "apart" not in figure.kinds


def price_differs(dossier: Dossier) -> Iterator[Contradiction]:
    """The one price that a note calls the price is that of the quote, for the same unit and currency.

    A note with several prices (for larger quantities, for other terms) says nothing against it. Source: unit price is a
    field of the declaration (GACC Decree 277).
    """
    offer = dossier.offer
    if offer is None:
        return
    for text in dossier.texts:
        stated = _stated_price(figures(text)) if text.place in _NOTES else None
        if stated and _is_other_price(stated, offer):
            first = Statement(Place.QUOTE, Field.PRICE, _price(offer))
            second = Statement(text.place, Field.PRICE, stated.excerpt)
            yield Contradiction("price_differs", Severity.CORRECT, "declaration", first, second)


def _stated_price(listed: Sequence[Figure]) -> Figure | None:
    """The only price for a unit, where it is called the price."""
    priced = [one for one in listed if one.quantity.kind == "price" and one.quantity.per]
    if len(priced) != 1 or "price" not in priced[0].kinds or "apart" in priced[0].kinds:
        return None
    one = priced[0].quantity
    return None if one.is_range or one.ambiguous else priced[0]


def _is_other_price(figure: Figure, offer: Offer) -> bool:
    one = figure.quantity
    stated, quoted = price_for_base(one.low, one.per), price_for_base(offer.price, offer.price_unit)
    if one.currency != offer.currency or stated is None or quoted is None or stated[0] != quoted[0]:
        return False
    return abs(stated[1] - quoted[1]) > quoted[1] / 1000
