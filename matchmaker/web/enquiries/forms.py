"""What people type into enquiries, quotes, samples and deals."""

from django import forms
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.messaging.models import DealStep, Report, Sample
from matchmaker.web.forms import fields

NO_UNIT = _("unit")


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; none is an empty list. What is in them is checked by the verb."""

    widget = Files

    def clean(self, data, initial=None):
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in given]


class MessageForm(forms.Form):
    text = fields.TextField(
        label=_("Message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6, "maxlength": 5000})
    )
    attachments = FilesField(
        label=_("Files"), required=False, help_text=_("Up to ten: PDF, JPEG, PNG or WebP, 10 MB each.")
    )


class EditForm(forms.Form):
    text = fields.TextField(label=_("Message"), max_length=5000)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong with it"), choices=Report.Reason, widget=forms.RadioSelect)
    note = fields.TextField(
        label=_("Note for the organiser"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def _unit(label, required=False):
    return fields.CodeField(
        label=label, choices=fields.units, required=required, empty=NO_UNIT, sentence=_("Choose a unit from the list.")
    )


class QuoteForm(forms.Form):
    line = forms.ChoiceField(label=_("For which line"), required=False)
    price = fields.TradeNumberField(label=_("Price"), max_digits=18, decimal_places=4)
    currency = fields.CodeField(
        label=_("Currency"), choices=fields.currencies, sentence=_("Choose a currency from the list.")
    )
    price_unit = _unit(_("Price is for one"), required=True)
    quantity = fields.TradeNumberField(label=_("For a quantity of"), max_digits=14, decimal_places=2, required=False)
    unit = _unit(_("Unit"))
    min_order = fields.TradeNumberField(label=_("Minimum order"), max_digits=14, decimal_places=2, required=False)
    min_order_unit = _unit(_("Unit"))
    incoterm = forms.ChoiceField(
        label=_("Incoterm 2020"), choices=[("", _("Choose")), *((code, code) for code in INCOTERMS)]
    )
    incoterm_place = fields.LineField(
        label=_("Named place"), max_length=100, help_text=_("Such as Laem Chabang for FOB, Shanghai for CIF.")
    )
    lead_time_days = fields.WholeInput(label=_("Lead time in days"), max_value=2000, required=False)
    valid_until = forms.DateField(label=_("Valid until"), widget=forms.DateInput(attrs={"type": "date"}))
    note = fields.TextField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, lines=(), must_choose: bool = True, **kwargs):
        """`lines` of the demands the quote may be for; without `must_choose` it may also be for none of them."""
        super().__init__(*args, **kwargs)
        if not lines:
            del self.fields["line"]
            return
        field = self.fields["line"]
        field.required = must_choose
        if must_choose:
            listed = [(str(line.uid), f"{line.number}. {line.text[:80]}") for line in lines]
        else:
            field.help_text = _("The buyer compares all quotes for a line of a demand on one page.")
            listed = [(str(line.uid), f"{line.demand.title[:50]} · {line.number}. {line.text[:80]}") for line in lines]
        field.choices = [("", _("Choose") if must_choose else _("none: for the product as such")), *listed]


class AnswerQuoteForm(forms.Form):
    note = fields.TextField(
        label=_("Your question or note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class SampleForm(forms.Form):
    what = fields.LineField(
        label=_("What and how much"), max_length=200, help_text=_("Such as 2 kg of the long grain, as delivered.")
    )


class SendForm(forms.Form):
    carrier = fields.LineField(label=_("Carrier"), max_length=60, required=False)
    tracking = fields.LineField(label=_("Tracking number"), max_length=60, required=False)


class JudgeForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("How was it"), choices=[c for c in Sample.Verdict.choices if c[0]], widget=forms.RadioSelect
    )
    note = fields.TextField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class StepForm(forms.Form):
    rung = forms.ChoiceField(label=_("What happened"), choices=DealStep.Rung)
    happened_on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}))
    amount = fields.TradeNumberField(label=_("Value"), max_digits=18, decimal_places=2, required=False)
    currency = fields.CodeField(
        label=_("Currency"),
        choices=fields.currencies,
        required=False,
        sentence=_("Choose a currency from the list."),
    )
    note = fields.LineField(label=_("Note"), max_length=500, required=False)
