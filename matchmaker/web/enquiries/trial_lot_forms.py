"""What people type into a trial lot, and hand in for a voucher."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.first_orders.models import CostKind, TrialLot, VoucherDocument
from matchmaker.first_orders.models.trial_lots import TERMS, Bearer
from matchmaker.web.enquiries.forms import PaymentForm
from matchmaker.web.forms import fields


def _day(label) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")  # as browsers read it
    return forms.DateField(label=label, widget=widget, required=False)


def _unit(label) -> fields.CodeField:
    return fields.CodeField(
        label=label, choices=fields.units, empty=_("unit"), sentence=_("Choose a unit from the list.")
    )


class TrialLotForm(PaymentForm):
    goods = fields.LineField(label=_("Goods"), max_length=160)
    quantity = fields.TradeNumberField(label=_("Quantity"), max_digits=14, decimal_places=2)
    unit = _unit(_("Unit"))
    price = fields.TradeNumberField(label=_("Price"), max_digits=18, decimal_places=4)
    currency = fields.CodeField(
        label=_("Currency"), choices=fields.currencies, sentence=_("Choose a currency from the list.")
    )
    price_unit = _unit(_("Price is for one"))
    incoterm = forms.ChoiceField(
        label=_("Incoterm 2020"), choices=[("", _("Choose")), *((code, code) for code in INCOTERMS)]
    )
    incoterm_place = fields.LineField(
        label=_("Named place"), max_length=100, help_text=_("Such as Laem Chabang for FOB, Shanghai for CIF.")
    )
    ships_by = _day(_("Shipped by"))
    inspection = forms.ChoiceField(label=_("Inspection"), choices=TrialLot.Inspection)
    success = forms.ChoiceField(label=_("It succeeds when"), choices=[("", _("Choose")), *TrialLot.Success.choices])
    success_by = _day(_("By which day"))
    note = fields.LineField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in CostKind:
            self.fields[f"{kind}_by"] = forms.ChoiceField(
                label=format_lazy(_("Who pays: {cost}"), cost=kind.label), choices=Bearer
            )
            self.fields[f"{kind}_cost"] = fields.TradeNumberField(
                label=format_lazy(_("Estimate: {cost}"), cost=kind.label),
                zero=True,
                max_digits=18,
                decimal_places=2,
                required=False,
            )

    @property
    def costs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Who pays a cost, and its estimate."""
        return [(self[f"{kind}_by"], self[f"{kind}_cost"]) for kind in CostKind]

    def terms(self) -> dict:
        return {name: self.cleaned_data.get(name) for name in TERMS}


class VoucherDocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it is"), choices=VoucherDocument.Kind)
    file = forms.FileField(label=_("Document"), help_text=_("PDF, picture, Word, Excel or PowerPoint, up to 10 MB."))
    number = fields.LineField(label=_("Number on the document"), max_length=80, required=False)
