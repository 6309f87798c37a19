"""What readers see of a contradiction. Sentences are made for each reader and stored nowhere."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext_lazy, ngettext

from matchmaker.catalogue.models import Product
from matchmaker.core import formats, reference
from matchmaker.core.lists import join_label
from matchmaker.market_access.plant_categories import FOOD, categories
from matchmaker.market_access.precheck import model
from matchmaker.market_access.precheck.model import Field, Place, Severity, Value

_PLACES = {
    Place.PRODUCT: gettext_lazy("Product"),
    Place.PRODUCT_TEXT: gettext_lazy("Description"),
    Place.REGISTRATION: gettext_lazy("Registration"),
    Place.CERTIFICATE: gettext_lazy("Certificate"),
    Place.STEP: gettext_lazy("Document"),
    Place.LABEL: gettext_lazy("Label"),
    Place.QUOTE: gettext_lazy("The quote"),
    Place.QUOTE_NOTE: gettext_lazy("Note of the quote"),
    Place.DEAL: gettext_lazy("The deal"),
    Place.DEAL_NOTE: gettext_lazy("Note of the deal"),
}
_FIELDS = {
    Field.PLANT_NUMBER: gettext_lazy("Registration number of the plant"),
    Field.PLANT_CATEGORY: gettext_lazy("Product category of the registration"),
    Field.NUMBER: gettext_lazy("Number"),
    Field.VALID_FROM: gettext_lazy("Valid from"),
    Field.VALID_UNTIL: gettext_lazy("Valid until"),
    Field.SHIPS_ON: gettext_lazy("Shipped on"),
    Field.HS_CODE: gettext_lazy("HS code"),
    Field.ORIGIN: gettext_lazy("Country of origin"),
    Field.STORAGE: gettext_lazy("Storage"),
    Field.STATE: gettext_lazy("State of the goods"),
    Field.NET_WEIGHT: gettext_lazy("Net weight"),
    Field.GROSS_WEIGHT: gettext_lazy("Gross weight"),
    Field.CONTENT: gettext_lazy("Content of a package"),
    Field.QUANTITY: gettext_lazy("Quantity"),
    Field.MINIMUM: gettext_lazy("Minimum order"),
    Field.PRICE: gettext_lazy("Price"),
    Field.TOTAL: gettext_lazy("Total"),
    Field.TERM: gettext_lazy("Incoterm"),
    Field.SHELF_LIFE: gettext_lazy("Shelf life"),
    Field.TRANSIT: gettext_lazy("Transit time"),
    Field.PRODUCTION_DATE: gettext_lazy("Date of production"),
    Field.CONTAINER: gettext_lazy("Container"),
}
_SEVERITIES = {
    Severity.STOPS: gettext_lazy("can stop the goods"),
    Severity.CORRECT: gettext_lazy("correct before declaring"),
    Severity.CHECK: gettext_lazy("probably a slip"),
}
_PACKING = gettext_lazy("Customs compares packing list, declaration and goods: packs × content is the total quantity.")
_LABEL = gettext_lazy("Food whose label says something else than the goods is held until the label is corrected.")
_TERM = gettext_lazy(
    "The Incoterm and the named place do not fit: the term decides who pays freight and insurance, and so the customs "
    "value."
)
_DAYS = gettext_lazy("A paper that is not valid on the day of shipment does not count.")
_WHY = {
    "plant_number": gettext_lazy(
        "Customs compares the number of the plant in the declaration with its own list and with the package."
    ),
    "plant_country": gettext_lazy(
        "The letters in the number name the country of the plant. Customs asks why the origin is another."
    ),
    "plant_category": gettext_lazy(
        "A plant is registered for categories of products. Its number does not cover goods of another category."
    ),
    "paper_ended": _DAYS,
    "paper_not_begun": _DAYS,
    "paper_number": gettext_lazy("One document has one number. With two, it is not clear which document is meant."),
    "paper_goods": gettext_lazy("A document for goods of another kind does not cover these."),
    "code_differs": gettext_lazy(
        "The HS code decides duty, taxes and papers. Documents with two codes lead to questions and corrections."
    ),
    "code_state": gettext_lazy(
        "The heading is for goods in another state (live, fresh, frozen, raw or roasted), with another duty and other "
        "papers."
    ),
    "origin_differs": gettext_lazy(
        "The origin decides duty and admission. Label, certificate and declaration have to name the same country."
    ),
    "net_over_gross": gettext_lazy("Goods cannot weigh more than goods with packaging: the declaration is sent back."),
    "packs_total": _PACKING,
    "content_differs": _PACKING,
    "label_content": _LABEL,
    "shelf_life_differs": _LABEL,
    "storage_differs": _LABEL,
    "container_overfull": gettext_lazy("No container takes so much."),
    "unit_scale": gettext_lazy("Price and quantity differ by their unit, so the declared value would be wrong."),
    "below_minimum": gettext_lazy("The quantity is below the minimum order of the same quote."),
    "total_value": gettext_lazy("Price × quantity is not this total. Duty is levied on the declared value."),
    "total_currency": gettext_lazy("Price and total are in two currencies: it is not clear which value is declared."),
    "price_differs": gettext_lazy("There are two prices for the same goods. The price that is paid is declared."),
    "seller_place": _TERM,
    "buyer_place": _TERM,
    "sea_inland": _TERM,
    "validity_differs": gettext_lazy("There are two days until which the offer is valid."),
    "transit_over_life": gettext_lazy("The goods would be past their shelf life on arrival and could not be sold."),
    "made_after_shipping": gettext_lazy("Goods cannot be made after they are shipped."),
}
_RENEW = gettext_lazy("Renew the paper, or ship on a day on which it is valid.")
_CORRECT_LABEL = gettext_lazy("Correct the label before it is printed, or the product where it is wrong.")
_CORRECT_QUOTE = gettext_lazy("The supplier corrects it in a newer quote; both sides agree before documents are made.")
_CORRECT_PLACE = gettext_lazy("Compare both with the paper, and correct the place that is wrong.")
_WHAT_TO_DO = {
    "paper_ended": _RENEW,
    "paper_not_begun": _RENEW,
    **dict.fromkeys(("label_content", "shelf_life_differs", "storage_differs", "made_after_shipping"), _CORRECT_LABEL),
    **dict.fromkeys(
        (
            *("net_over_gross", "packs_total", "content_differs", "container_overfull", "unit_scale", "below_minimum"),
            *("total_value", "total_currency", "price_differs", "seller_place", "buyer_place", "sea_inland"),
            *("validity_differs", "transit_over_life"),
        ),
        _CORRECT_QUOTE,
    ),
}


def place(code: Place) -> str:
    return str(_PLACES[code])


def field(code: Field) -> str:
    return str(_FIELDS[code])


def severity(code: Severity) -> str:
    return str(_SEVERITIES[code])


def why(rule: str) -> str:
    """Why the contradiction matters at customs."""
    return str(_WHY[rule])


def what_to_do(rule: str) -> str:
    return str(_WHAT_TO_DO.get(rule, _CORRECT_PLACE))


def where(statement: model.Statement) -> str:
    """The place, and for a paper which one; the field names a food plant's registration already."""
    row = reference.certificates().get(statement.paper)
    name = reference.name(row, statement.paper) if statement.paper and statement.paper not in FOOD else ""
    return join_label(place(statement.place), name) if name else place(statement.place)


def value(given: Value) -> str:
    """A value as it was entered, for this reader: names of countries and units in the reader's language."""
    if isinstance(given, date):
        return formats.day(given)
    return _SHOWN[type(given)](given)


def _money(given: model.Money) -> str:
    amount = formats.exact_money(given.value, given.currency)
    return formats.per_unit(amount, given.per) if given.per else amount


def _days(given: model.Days) -> str:
    return ngettext("%(n)s day", "%(n)s days", given.count) % {"n": formats.number(given.count)}


_SHOWN: dict[type, Callable] = {
    model.Country: lambda given: reference.name(reference.countries().get(given.code), given.code),
    model.Amount: lambda given: formats.quantity(given.value.normalize(), given.unit),
    model.Money: _money,
    model.Days: _days,
    model.Term: lambda given: f"{given.incoterm} {reference.place(given.place)}".strip(),
    model.Storage: lambda given: str(Product.Storage(given.code).label),
    model.Category: lambda given: reference.name(categories().get(given.code), given.code),
    model.Excerpt: lambda given: given.text,
    model.Code: lambda given: given.text,
}
