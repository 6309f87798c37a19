"""What organisers change of entry rules, agreements and rates."""

import datetime as dt

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.core.formats import capfirst
from matchmaker.market_access.models import AccessNotice, Agreement, AgreementPartner, EntryQuestion, EntryRule
from matchmaker.web.forms import fields

COLUMNS = {field.name: field for field in EntryRule._meta.fields}
SURE = COLUMNS["confidence"].choices


def _day(label, required=False):
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class WithPreview(forms.Form):
    """A form whose preview is for a day of shipment."""

    preview_day = _day(_("Show what changes for a shipment on"))

    def day(self) -> dt.date:
        return self.cleaned_data.get("preview_day") or timezone.localdate()

    def values(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "preview_day"}


class EditForm(WithPreview):
    """Of a record that is there: `row`."""

    row: models.Model

    def changed(self) -> dict:
        """Only what differs from the row, so that the record of the edit says no more than was done."""
        return {name: value for name, value in self.values().items() if getattr(self.row, name) != value}


class Codes(fields.LineField):
    """Codes with spaces between them."""

    def prepare_value(self, value):
        return " ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value):
        return super().clean(value).replace(",", " ").split()


RULE_TEXTS = ("name", "summary", "authority", "legal_basis", "how_to_satisfy", "note")


class RuleForm(EditForm):
    """The fields of a rule that organisers change; its code and its place in a succession stay."""

    valid_from = _day(_("Holds from"))
    valid_until = _day(_("Until"))
    hs_in = Codes(label=_("HS prefixes in"), required=False, max_length=4000)
    hs_out = Codes(label=_("HS prefixes out"), required=False, max_length=4000)
    origins_in = Codes(label=_("Only these origins"), required=False, max_length=1000)
    origins_out = Codes(label=_("Not these origins"), required=False, max_length=1000)
    where_to_apply = fields.WebsiteField(label=_("Official address"), required=False, max_length=300)
    lookalike_warning = forms.BooleanField(label=_("Warn of look-alike sites"), required=False)
    source_url = fields.WebsiteField(label=_("Source"), required=False, max_length=400)
    confidence = forms.ChoiceField(label=_("Confidence"), choices=SURE)

    def __init__(self, *args, row: EntryRule, **kwargs):
        names = [name for name in (*self.base_fields, *RULE_TEXTS) if name != "preview_day"]
        kwargs["initial"] = {name: getattr(row, name) for name in names}
        super().__init__(*args, **kwargs)
        self.row = row
        for name in RULE_TEXTS:
            self.fields[name] = fields.of_model(EntryRule, name, label=capfirst(COLUMNS[name].verbose_name))
        self.fields["note"].widget.attrs["rows"] = 3
        order = ["valid_from", "valid_until", "hs_in", "hs_out", "origins_in", "origins_out", *RULE_TEXTS]
        self.order_fields([*order, "where_to_apply", "lookalike_warning", "source_url", "confidence"])


class OfRow(EditForm):
    """The fields of one record, with what stands there."""

    def __init__(self, *args, row, **kwargs):
        names = [name for name in self.base_fields if name != "preview_day"]
        super().__init__(*args, initial={name: getattr(row, name) for name in names}, **kwargs)
        self.row = row


class AgreementForm(OfRow):
    name = fields.of_model(Agreement, "name", label=_("Name"))
    flat_rate = fields.TradeNumberField(
        label=_("One rate for all goods, in percent"),
        max_digits=6,
        decimal_places=3,
        required=False,
        zero=True,
        help_text=_("Only for a measure that sets it itself, such as zero for least developed countries."),
    )
    proofs = Codes(label=_("Proofs of origin, the usual one first"), required=False, max_length=200)
    partly_suspended = forms.BooleanField(label=_("Partly suspended"), required=False)
    source_url = fields.WebsiteField(label=_("Source"), required=False, max_length=400)
    confidence = forms.ChoiceField(label=_("Confidence"), choices=SURE)
    note = fields.TextField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class QuestionForm(OfRow):
    """A plain question: its words, for which codes it is asked, and which decide it by themselves."""

    text = fields.of_model(EntryQuestion, "text", label=_("Question"))
    help = fields.of_model(EntryQuestion, "help", label=_("Help"))
    asked_hs = Codes(label=_("Asked for HS prefixes"), required=False, max_length=4000)
    yes_hs = Codes(label=_("Yes by the HS code alone"), required=False, max_length=4000)
    no_hs = Codes(label=_("No by the HS code alone"), required=False, max_length=4000)
    otherwise = forms.NullBooleanField(
        label=_("For all other codes"),
        required=False,
        widget=forms.NullBooleanSelect(),
        help_text=_("Unknown means that it is asked."),
    )


def _code():
    return fields.LineField(
        label=_("Code"),
        max_length=40,
        help_text=_("Capital letters, digits and hyphens, such as GACC-FOOD-280. It stays for good."),
    )


class NewRuleForm(forms.Form):
    """What a rule that follows another one needs first; everything else is copied and changed afterwards."""

    code = _code()
    takes_over = forms.BooleanField(
        label=_("It takes over from the other rule, which ends the day before"), required=False, initial=True
    )
    valid_from = _day(_("Holds from"), required=True)
    name = fields.of_model(EntryRule, "name", label=_("Name"))
    legal_basis = fields.of_model(EntryRule, "legal_basis", label=_("Legal basis"))
    source_url = fields.WebsiteField(label=_("Source"), max_length=400)
    confidence = forms.ChoiceField(label=_("Confidence"), choices=SURE)

    def __init__(self, *args, like: EntryRule, **kwargs):
        super().__init__(*args, initial={"name": like.name}, **kwargs)


class NewAgreementForm(forms.Form):
    code = _code()
    kind = forms.ChoiceField(label=_("Kind"), choices=Agreement.Kind.choices)
    name = fields.of_model(Agreement, "name", label=_("Name"))
    proofs = Codes(label=_("Proofs of origin, the usual one first"), max_length=200)
    source_url = fields.WebsiteField(label=_("Source"), max_length=400)
    confidence = forms.ChoiceField(label=_("Confidence"), choices=SURE)


class AdmissionFields(forms.Form):
    """What is stored of a protocol or notice that admits a product of a country."""

    hs_in = Codes(label=_("HS prefixes in"), max_length=400)
    product = fields.of_model(AccessNotice, "product", label=_("Product"))
    basis = fields.LineField(label=_("Protocol or notice"), max_length=300)
    valid_from = _day(_("Holds from"))
    valid_until = _day(_("Until"))
    source_url = fields.WebsiteField(label=_("Source"), max_length=400)
    confidence = forms.ChoiceField(label=_("Confidence"), choices=SURE)


class AdmissionForm(AdmissionFields):
    """A new one, with its country."""

    origin = fields.CodeField(
        label=_("Origin"), choices=fields.countries, sentence=_("Choose a country or region from the list.")
    )
    field_order = ("origin",)


class AdmissionEdit(AdmissionFields, OfRow):
    pass


class PartnerForm(WithPreview):
    origin = fields.CodeField(
        label=_("Origin"), choices=fields.countries, sentence=_("Choose a country or region from the list.")
    )
    valid_from = _day(_("Holds from"), required=True)
    valid_until = _day(_("Until"))
    confidence = forms.ChoiceField(label=_("Confidence"), choices=SURE)
    note = fields.LineField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args, row: AgreementPartner | None = None, **kwargs):
        if row is not None:
            kwargs["initial"] = {name: getattr(row, name) for name in self.base_fields if name != "preview_day"}
        super().__init__(*args, **kwargs)
        if row is not None:
            del self.fields["origin"]


class RateForm(OfRow):
    percent = fields.TradeNumberField(label=_("Percent"), max_digits=7, decimal_places=4, required=False, zero=True)
    text = fields.LineField(label=_("Or in words, for a duty by weight"), max_length=200, required=False)
    valid_from = _day(_("Holds from"), required=True)
    valid_until = _day(_("Until"))
    source = fields.LineField(label=_("Where it was read"), max_length=300)


class TariffForm(forms.Form):
    file = forms.FileField(
        label=_("Tariff file"),
        required=False,
        help_text=_("CSV with the columns “hs_code, regime, rate_percent, valid_from, source”."),
    )
    kept = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self):
        if not self.cleaned_data.get("file") and not self.cleaned_data.get("kept"):
            self.add_error("file", _("Choose a file."))
        return self.cleaned_data
