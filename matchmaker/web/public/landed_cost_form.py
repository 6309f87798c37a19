"""What one types to learn what goods cost in China. The names of the fields are those of the address."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.market_access.models import ImportRegime
from matchmaker.messaging.services import Shipment, TypedCosts
from matchmaker.web.forms import fields

TYPED = ("freight", "insurance", "fees", "duty_percent", "vat_percent", "consumption_percent")


def _amount(label, **options) -> fields.TradeNumberField:
    options = {"zero": True, "max_digits": 18, "decimal_places": 2, "required": False} | options
    return fields.TradeNumberField(label=label, **options)


def _percent(label) -> fields.TradeNumberField:
    return fields.TradeNumberField(label=label, zero=True, max_digits=6, decimal_places=2, required=False)


def _incoterms() -> list[tuple[str, str]]:
    return [(code, code) for code in INCOTERMS]


class LandedCostForm(forms.Form):
    """Words or a code, and the shipment."""

    q = fields.LineField(label=_("Goods"), required=False, max_length=200)
    hs_code = fields.HSCodeField(label=_("HS code"), help_text=_("6, 8 or 10 digits."), required=False)
    origin = fields.CodeField(
        label=_("Country of origin"),
        choices=fields.countries,
        sentence=_("Choose a country or region from the list."),
    )
    ship = forms.DateField(label=_("Shipped on"), widget=forms.DateInput(attrs={"type": "date"}))
    value = _amount(_("Price of all goods"), zero=False, required=True)
    currency = fields.CodeField(
        label=_("Currency"), choices=fields.currencies, sentence=_("Choose a currency from the list.")
    )
    incoterm = fields.CodeField(label=_("Incoterm"), choices=_incoterms)
    freight = _amount(_("Freight"), help_text=_("From the place of the Incoterm to the port in China."))
    insurance = _amount(_("Insurance"))
    quantity = _amount(_("Quantity"), zero=False, decimal_places=4)
    unit = fields.CodeField(
        label=_("Unit"), choices=fields.units, required=False, sentence=_("Choose a unit from the list.")
    )
    regime = fields.CodeField(
        label=_("Way into China"),
        choices=lambda: [pair for pair in ImportRegime.Kind.choices if pair[0] != ImportRegime.Kind.GENERAL],
        required=False,
        empty=_("General trade"),
        sentence=_("Choose a way into China from the list."),
    )
    fees = _amount(_("Fees"))
    duty_percent = _percent(_("All duties, percent"))
    vat_percent = _percent(_("Import VAT, percent"))
    consumption_percent = _percent(_("Consumption tax, percent"))
    yuan_rate = _amount(_("Yuan for one unit of the currency"), zero=False, decimal_places=6)

    @property
    def goods(self):
        return [self[name] for name in ("hs_code", "origin", "ship")]

    @property
    def terms(self):
        names = ("value", "currency", "incoterm", "freight", "insurance", "quantity", "unit")
        return [self[name] for name in names]

    @property
    def assumptions(self):
        names = ("regime", "fees", "duty_percent", "vat_percent", "consumption_percent", "yuan_rate")
        return [self[name] for name in names]

    @property
    def has_assumptions(self) -> bool:
        """Whether one of them is typed."""
        return any(field.value() not in (None, "") for field in self.assumptions)

    def clean(self):
        values = super().clean()
        if not values.get("hs_code") and "hs_code" not in self.errors:
            self.add_error("hs_code", _("Give the HS code, or choose one that your words suggest."))
        return values

    def shipment(self) -> Shipment:
        values = self.cleaned_data
        return Shipment(
            day=values["ship"],
            typed=TypedCosts(**{name: values[name] for name in TYPED}),
            **{name: values[name] for name in ("hs_code", "origin", "value", "currency", "incoterm", "regime")},
            **{name: values[name] for name in ("quantity", "unit", "yuan_rate")},
        )

    def address(self) -> str:
        """The query of a link to the same sum: amounts are written so that each language reads the same."""
        return address_of(self.cleaned_data)


def address_of(values: Mapping[str, object]) -> str:
    given = {name: value for name, value in values.items() if value not in (None, "")}
    return urlencode({name: _written(value) for name, value in given.items()})


def _written(value: object) -> str:
    """1200.5; 1.125 as 1.1250, which no language reads as thousands."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if not isinstance(value, Decimal):
        return str(value)
    whole, _point, rest = f"{value.normalize():f}".partition(".")
    return f"{whole}.{rest}0" if len(rest) == 3 else f"{whole}.{rest}" if rest else whole
