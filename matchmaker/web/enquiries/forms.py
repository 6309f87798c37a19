"""What people type into enquiries, quotes, samples and deals."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import DemandLine
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.market_access.models import ImportRegime
from matchmaker.messaging.landed_cost import CRITERIA, INCLUDED
from matchmaker.messaging.models import DealStep, PaymentTerms, Report, Sample
from matchmaker.messaging.models.requests import LONGEST_REQUEST
from matchmaker.web.enquiries.composing import STEP
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
        label=_("Message"),
        max_length=5000,
        required=False,  # a message may be made of ready-made sentences alone; the service demands one of the two
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": 5000}),
    )
    attachments = FilesField(
        label=_("Files"),
        required=False,
        help_text=_("Up to ten, 10 MB each: PDF, pictures, and Word, Excel and PowerPoint without macros."),
    )


def message_form(request: HttpRequest) -> MessageForm:
    """The form as it was sent; where a sentence was added or removed, with what was typed and not judged yet."""
    if request.method != "POST":
        return MessageForm()
    if STEP in request.POST:
        return MessageForm(initial={"text": request.POST.get("text", "")})
    return MessageForm(request.POST, request.FILES)


class EditForm(forms.Form):
    text = fields.TextField(label=_("Message"), max_length=5000, required=False)  # as in MessageForm


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong with it"), choices=Report.Reason, widget=forms.RadioSelect)
    note = fields.TextField(
        label=_("Note for the organiser"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def _day() -> forms.DateInput:
    """A day as browsers read it: in the form of the page's language their field would stay empty."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _unit(label, required=False):
    return fields.CodeField(
        label=label, choices=fields.units, required=required, empty=NO_UNIT, sentence=_("Choose a unit from the list.")
    )


class PaymentForm(forms.Form):
    """Terms of payment; the service says which of their fields belong together."""

    payment = forms.ChoiceField(label=_("Payment"), choices=PaymentTerms.Payment, required=False)
    advance_percent = fields.WholeInput(label=_("Advance, percent"), max_value=100, required=False)
    credit_days = fields.WholeInput(label=_("Days to pay"), max_value=365, required=False)
    payment_words = fields.LineField(
        label=_("Payment in words"),
        max_length=200,
        required=False,
        help_text=_("Such as 30% with the order, the rest against a copy of the bill of lading."),
    )


class RequestForm(PaymentForm):
    """A request for a quote; `options` are (value, label) of the suppliers it can go to."""

    suppliers = forms.MultipleChoiceField(label=_("Ask these suppliers"), widget=fields.Ticks)
    quantity = fields.TradeNumberField(label=_("Quantity"), max_digits=14, decimal_places=2)
    unit = _unit(_("Unit"), required=True)
    incoterm = forms.ChoiceField(
        label=_("Incoterm 2020"), choices=[("", _("Choose")), *((code, code) for code in INCOTERMS)], required=False
    )
    place = fields.LineField(
        label=_("Port or place"), max_length=100, required=False, help_text=_("Such as Shanghai for CIF.")
    )
    needed_by = forms.DateField(label=_("Needed by"), widget=_day(), required=False)
    sample_wanted = forms.BooleanField(label=_("We want a sample first"), required=False)
    text = fields.TextField(
        label=_("Message"),
        max_length=LONGEST_REQUEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_REQUEST}),
        help_text=_("Packing, quality, certificates: what a supplier must know to name a price."),
    )

    def __init__(self, *args, options=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["suppliers"].choices = options

    def terms(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "suppliers"}


class QuoteForm(PaymentForm):
    line = forms.ChoiceField(label=_("For which line"), required=False)
    price = fields.TradeNumberField(label=_("Price"), max_digits=18, decimal_places=4)
    currency = fields.CodeField(
        label=_("Currency"), choices=fields.currencies, sentence=_("Choose a currency from the list.")
    )
    price_unit = _unit(_("Price is for one"), required=True)
    quantity = fields.TradeNumberField(label=_("For a quantity of"), max_digits=14, decimal_places=2, required=False)
    unit = _unit(_("Unit"))
    holds = fields.TradeNumberField(
        label=_("One of this unit holds"),
        max_digits=14,
        decimal_places=2,
        required=False,
        help_text=_("How much is in one container, carton or bottle. Nothing is converted without this."),
    )
    holds_unit = _unit(_("Unit of that content"))
    min_order = fields.TradeNumberField(label=_("Minimum order"), max_digits=14, decimal_places=2, required=False)
    min_order_unit = _unit(_("Unit of the minimum order"))
    incoterm = forms.ChoiceField(
        label=_("Incoterm 2020"), choices=[("", _("Choose")), *((code, code) for code in INCOTERMS)]
    )
    incoterm_place = fields.LineField(
        label=_("Named place"), max_length=100, help_text=_("Such as Laem Chabang for FOB, Shanghai for CIF.")
    )
    lead_time_days = fields.WholeInput(label=_("Lead time in days"), max_value=2000, required=False)
    valid_until = forms.DateField(label=_("Valid until"), widget=_day())
    sample_price = fields.TradeNumberField(
        label=_("Price of a sample"),
        zero=True,
        max_digits=18,
        decimal_places=2,
        required=False,
        help_text=_("In the currency of the quote; 0 if it is free of charge."),
    )
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
            listed = [(str(line.uid), _numbered(line)) for line in lines]
        else:
            field.help_text = _("The buyer compares all quotes for a line of a demand on one page.")
            listed = [(str(line.uid), f"{_title(line)} · {_numbered(line)}") for line in lines]
        field.choices = [("", _("Choose") if must_choose else _("none: for the product as such")), *listed]


def _title(line: DemandLine) -> str:
    return str(line.demand.title_for_reader)[:50]


def _numbered(line: DemandLine) -> str:
    return f"{line.number}. {str(line.text_for_reader)[:80]}"


class AnswerQuoteForm(forms.Form):
    note = fields.TextField(
        label=_("Your question or note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class SampleForm(forms.Form):
    what = fields.LineField(
        label=_("What and how much"),
        max_length=200,
        required=False,  # ready-made sentences may say it; the service demands one of the two
        help_text=_("Such as 2 kg of the long grain, as delivered."),
    )


class SendForm(forms.Form):
    carrier = fields.LineField(label=_("Carrier"), max_length=60, required=False)
    tracking = fields.LineField(label=_("Tracking number"), max_length=60, required=False)


class RefuseSampleForm(forms.Form):
    why = fields.LineField(label=_("Why not"), max_length=300, required=False)


class DenyForm(forms.Form):
    why = fields.LineField(label=_("If it is not correct: what is wrong"), max_length=300, required=False)


class JudgeForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("How was it"), choices=[c for c in Sample.Verdict.choices if c[0]], widget=forms.RadioSelect
    )
    note = fields.TextField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class StepForm(forms.Form):
    rung = forms.ChoiceField(label=_("What happened"), choices=DealStep.Rung)
    happened_on = forms.DateField(label=_("On"), widget=_day())
    amount = fields.TradeNumberField(label=_("Value"), max_digits=18, decimal_places=2, required=False)
    currency = fields.CodeField(
        label=_("Currency"),
        choices=fields.currencies,
        required=False,
        sentence=_("Choose a currency from the list."),
    )
    note = fields.LineField(label=_("Note"), max_length=500, required=False)
    paper = forms.FileField(
        label=_("Document"),
        required=False,
        help_text=_(
            "Such as the contract, the bill of lading, the customs declaration or the receipt of the bank: PDF, "
            "picture, Word, Excel or PowerPoint, up to 10 MB."
        ),
    )
    number = fields.LineField(label=_("Number on the document"), max_length=80, required=False)


class PaperForm(forms.Form):
    """A document for a step that was stated before."""

    paper = forms.FileField(label=_("Document"), help_text=_("PDF, picture, Word, Excel or PowerPoint, up to 10 MB."))
    number = fields.LineField(label=_("Number on the document"), max_length=80, required=False)


CRITERION_WORDS = {
    "landed_cost": _("landed cost"),
    "price": _("price"),
    "delivery": _("lead time"),
    "certificates": _("certificates"),
    "payment": _("terms of payment"),
}
PLACES = (_("Counts most"), _("Then"), _("Then"))


def _amount(label) -> fields.TradeNumberField:
    return fields.TradeNumberField(label=label, zero=True, max_digits=18, decimal_places=2, required=False)


def _percent(label) -> fields.TradeNumberField:
    return fields.TradeNumberField(label=label, zero=True, max_digits=6, decimal_places=2, required=False)


def regimes() -> list[tuple[str, str]]:
    """The ways into China besides general trade, which the empty choice stands for."""
    return [(value, label) for value, label in ImportRegime.Kind.choices if value != ImportRegime.Kind.GENERAL]


class CostsForm(forms.Form):
    """What the buyer adds to the prices, and what counts most; `quotes` are those of one comparison."""

    currency = fields.CodeField(
        label=_("Currency"), choices=fields.currencies, sentence=_("Choose a currency from the list.")
    )
    regime = fields.CodeField(
        label=_("Way into China"),
        choices=regimes,
        required=False,
        empty=_("General trade"),
        sentence=_("Choose a way into China from the list."),
    )
    vat_percent = _percent(_("Import VAT, percent"))
    fees = _amount(_("Fees"))

    def __init__(self, *args, quotes=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.quotes = list(quotes)
        for number, label in enumerate(PLACES, 1):
            self.fields[f"order_{number}"] = forms.ChoiceField(
                label=label, choices=[(code, CRITERION_WORDS[code]) for code in CRITERIA]
            )
        for quote in self.quotes:
            included = INCLUDED.get(quote.incoterm, frozenset())
            if "freight" not in included:
                self.fields[f"freight_{quote.uid}"] = _amount(_("Freight"))
            if "insurance" not in included:
                self.fields[f"insurance_{quote.uid}"] = _amount(_("Insurance"))
            if "duty" not in included:
                self.fields[f"duty_percent_{quote.uid}"] = _percent(_("All duties, percent"))

    @property
    def general(self):
        return [self["currency"], self["regime"], self["vat_percent"], self["fees"]]

    @property
    def places(self):
        return [self[f"order_{number}"] for number, _label in enumerate(PLACES, 1)]

    def of(self, quote):
        """The fields of one quote."""
        names = (f"{name}_{quote.uid}" for name in ("freight", "insurance", "duty_percent"))
        return [self[name] for name in names if name in self.fields]

    @property
    def by_quote(self):
        return [(quote, found) for quote in self.quotes if (found := self.of(quote))]

    def costs(self) -> dict:
        """uid of a quote → what was typed for it."""
        names = ("freight", "insurance", "duty_percent")
        return {
            quote.uid: {name: self.cleaned_data.get(f"{name}_{quote.uid}") for name in names} for quote in self.quotes
        }

    def order(self) -> list[str]:
        return [self.cleaned_data[f"order_{number}"] for number, _label in enumerate(PLACES, 1)]
