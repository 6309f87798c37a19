"""What a buyer types: a demand, its lines, and filters."""

import re
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue import wording
from matchmaker.catalogue.models import Category, Demand, Period
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.lists import format_list
from matchmaker.web.forms import fields

# Offered first; any other currency of the reference list may be pasted.
USUAL_CURRENCIES = ["CNY", "USD", "EUR", "GBP", "JPY", "HKD", "KRW", "SGD", "THB", "AUD", "CAD", "CHF", "RUB"]
_PARTS = re.compile(r"[,，、;；|\n]+")


def categories() -> list:
    """By group, in the reader's language."""
    groups: dict[str, list] = {}
    for category in Category.objects.exclude(group=Category.Group.OUT):
        groups.setdefault(category.get_group_display(), []).append((category.code, str(category.name)))
    return list(groups.items())


def harbours() -> list[tuple[str, str]]:
    """Ports of China by name: that is where demands of this campaign go."""
    rows = {code: row for code, row in reference.ports().items() if row["country_iso2"] == "CN"}
    return reference.choices(rows)


class DateInput(forms.DateField):
    """A day, as the browser's own picker writes it."""

    def __init__(self, **kwargs):
        super().__init__(**{"input_formats": ["%Y-%m-%d"], **kwargs})
        self.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        self.error_messages["invalid"] = _("Write a day of the calendar as year-month-day, such as 2026-09-30.")


class NamedCodesField(forms.CharField):
    """Several codes of a reference list, typed as codes or as names in any language of ours, parted by commas."""

    def __init__(self, *, rows, unknown: str, **kwargs):
        self._rows, self._unknown = rows, unknown
        super().__init__(**{"required": False, "max_length": 500, **kwargs})

    def to_python(self, value):
        if isinstance(value, list | tuple):
            return list(value)
        found, strangers = [], []
        for part in _PARTS.split(super().to_python(value)):
            if part := part.strip():
                code = self._code(part)
                (found if code else strangers).append(code or part)
        if strangers:
            raise ValidationError(self._unknown, "unknown", {"names": format_list(strangers[:5])})
        return list(dict.fromkeys(found))

    def _code(self, part: str) -> str:
        rows = self._rows()
        if part.upper() in rows:
            return part.upper()
        wanted = part.casefold()
        for code, row in rows.items():
            if any(name.casefold() == wanted for name in reference.names_of(row)):
                return code
        return ""

    def run_validators(self, value):
        if len(value) > 30:
            raise ValidationError(_("Name at most 30."), "too_many")

    def validate(self, value):
        """An empty list is an answer: no condition."""

    def prepare_value(self, value):
        if isinstance(value, list | tuple):
            return format_list(reference.name(self._rows().get(code), code) for code in value)
        return value


class ExtendForm(forms.Form):
    """Another closing day."""

    closing_on = DateInput(label=_("Closes on"))


class DemandForm(forms.Form):
    """The demand as a whole; names are those of `save_demand`."""

    title = fields.LineField(
        label=_("Title"),
        max_length=160,
        required=False,
        help_text=_("Such as “Rice for autumn 2026”. If you leave it empty, your first line is the title."),
    )
    language = fields.CodeField(
        label=_("Written in"),
        choices=fields.languages,
        required=False,
        empty=_("Detect from the text"),
        sentence=_("Choose a language from the list."),
    )
    description = fields.TextField(
        label=_("What suppliers should know"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    visibility = forms.ChoiceField(
        label=_("Who may see it"),
        choices=Demand.Visibility.choices,
        initial=Demand.Visibility.PUBLIC,
        widget=forms.RadioSelect,
    )
    closing_on = DateInput(label=_("Closes on"), help_text=_("The last day on which suppliers can answer."))
    destination = fields.CodeField(label=_("Port of destination"), choices=harbours, required=False)
    delivery_from = DateInput(label=_("Delivery from"), required=False)
    delivery_until = DateInput(label=_("Delivery until"), required=False)
    incoterm = forms.ChoiceField(
        label=_("Incoterm"), choices=[("", _("not stated")), *((code, code) for code in INCOTERMS)], required=False
    )

    value_low = fields.TradeNumberField(label=_("Value from"), max_digits=18, decimal_places=2, required=False)
    value_high = fields.TradeNumberField(label=_("Value to"), max_digits=18, decimal_places=2, required=False)
    value_currency = fields.CodeField(
        label=_("Currency of the value"),
        choices=fields.currencies,
        required=False,
        sentence=_("Choose a currency from the list, such as USD or CNY."),
    )
    wanted_verification = forms.TypedChoiceField(
        label=_("Supplier checked at least"),
        choices=Company.Verification.choices,
        coerce=int,
        required=False,
        empty_value=0,
        initial=0,
    )
    wanted_sizes = fields.CodesField(label=_("Supplier's size"), choices=lambda: Company.Size.choices, required=False)
    wanted_years = fields.WholeInput(label=_("Years in business, at least"), required=False, max_value=200)
    newcomers = forms.ChoiceField(label=_("Suppliers new to China"), choices=Demand.Newcomers.choices, required=False)
    goods_in_china = forms.ChoiceField(
        label=_("Goods in China already"), choices=Demand.InChina.choices, required=False
    )
    wanted_languages = fields.CodesField(
        label=_("Supplier speaks one of"), choices=fields.spoken_languages, required=False
    )

    @property
    def opens_traits(self) -> bool:
        """Whether the folded part holds something to see."""
        names = ("value_low", "value_high", *(name for name in self.fields if name.startswith("wanted_")))
        names += ("newcomers", "goods_in_china")
        return any(self[name].value() not in (None, "", [], 0, "0") or self[name].errors for name in names)


class LineForm(forms.Form):
    """One line; `category` stands for `category_id`."""

    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = fields.TextField(
        label=_("What you want to buy"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Goods, grade, packing: as you would say it to a supplier."),
    )
    category = fields.CodeField(
        label=_("Category"), choices=categories, required=False, sentence=_("Choose a category from the list.")
    )
    hs_code = fields.HSCodeField(label=_("HS code"), required=False)
    quantity = fields.TradeNumberField(label=_("Quantity"), max_digits=14, decimal_places=2, required=False)
    unit = fields.CodeField(label=_("Unit"), choices=fields.units, required=False, empty=_("unit"))
    target_price = fields.TradeNumberField(label=_("Target price"), max_digits=18, decimal_places=4, required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    price_unit = fields.CodeField(label=_("Price is for one"), choices=fields.units, required=False, empty=_("unit"))
    origins_wanted = NamedCodesField(
        label=_("Only from"),
        rows=reference.countries,
        unknown=_("We do not know the country “%(names)s”. Write its name or its two letters."),
        help_text=_("Countries, parted by commas. Empty means any."),
    )
    origins_excluded = NamedCodesField(
        label=_("Not from"),
        rows=reference.countries,
        unknown=_("We do not know the country “%(names)s”. Write its name or its two letters."),
    )
    certificates_required = NamedCodesField(
        label=_("Certificates required"),
        rows=reference.certificates,
        unknown=_("We do not know the certificate “%(names)s”. Write it as HACCP or ISO9001."),
        help_text=_("Such as HACCP, HALAL, ISO9001."),
    )

    capacity_wanted = fields.TradeNumberField(
        label=_("Supplier's capacity, at least"),
        max_digits=14,
        decimal_places=2,
        required=False,
        help_text=_("In the unit of the quantity."),
    )
    capacity_period = forms.ChoiceField(label=_("Capacity per"), choices=Period.choices, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        typed = self["currency"].value() or ""
        codes = USUAL_CURRENCIES + (
            [typed] if typed in reference.currencies() and typed not in USUAL_CURRENCIES else []
        )
        if self.initial.get("is_origin_read"):
            self.fields["origins_wanted"].mark = _("read from your text")
        self.fields["currency"].choices = [("", _("currency")), *((code, code) for code in codes)]

    @property
    def opens_conditions(self) -> bool:
        """Whether the folded part holds something to see."""
        names = ("origins_wanted", "origins_excluded", "certificates_required", "capacity_wanted", "capacity_period")
        return any(self[name].value() or (self.is_bound and self.errors.get(name)) for name in names)

    def as_line(self) -> dict:
        """As `save_demand` takes it."""
        line = {**self.cleaned_data}
        line["category_id"] = line.pop("category") or None
        return line


MOST_LINES = 100
LineFormSet = forms.formset_factory(LineForm, extra=0, min_num=1, max_num=MOST_LINES, absolute_max=MOST_LINES)
LINE_FIELDS = tuple(LineForm.base_fields)
UNSAVED = ("suggested", "narrowed")


def typed_lines(data: Mapping[str, str], *, with_empty: bool = False) -> list[dict[str, str]]:
    """The lines of a form as they were typed, in order; those left empty only on demand.

    `suggested` says that the line shows suggestions of codes, `narrowed` are the answers to questions about its code.
    """
    count = min(int(data.get("lines-TOTAL_FORMS") or 0), MOST_LINES) if _is_number(data) else 0
    names = (*LINE_FIELDS, *UNSAVED)
    rows = [{name: data.get(f"lines-{n}-{name}", "") for name in names} for n in range(count)]
    for row in rows:
        wording.split_amount(row, "quantity", "unit")  # 20 t in the box of the quantity
    return [
        row
        for row in rows
        if with_empty or any(value.strip() for name, value in row.items() if name not in ("uid", *UNSAVED))
    ]


def _is_number(data: Mapping[str, str]) -> bool:
    total = data.get("lines-TOTAL_FORMS", "")
    return total.isascii() and total.isdigit() and len(total) <= 4


def as_data(rows: list[dict[str, str]]) -> dict[str, str]:
    """Typed lines as the data of a form set."""
    data = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    for n, row in enumerate(rows):
        data |= {f"lines-{n}-{name}": value for name, value in row.items()}
    return data


class MatchFilter(forms.Form):
    """Which matches to list; an unknown value filters nothing."""

    STATES = (
        ("", _("All")),
        ("unanswered", _("Waiting for your answer")),
        ("answered", _("Answered")),
        ("mutual", _("Both said yes")),
    )
    state = forms.ChoiceField(label=_("Show"), choices=STATES, required=False)
    demand = forms.ChoiceField(label=_("Demand"), required=False)
    line = forms.ChoiceField(label=_("Line"), required=False)

    def __init__(self, data, *, demands, lines):
        super().__init__(data)
        self.fields["demand"].choices = [("", _("All demands")), *((str(d.uid), d.title) for d in demands)]
        self.fields["line"].choices = [("", _("All lines")), *((str(line.uid), line.text[:80]) for line in lines)]

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
