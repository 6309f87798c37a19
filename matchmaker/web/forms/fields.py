"""Form fields of the trade: amounts, codes and names from the reference lists, addresses.

Each says the form it accepts when it refuses, and gives back exactly what was typed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Answer, Campaign, Question
from matchmaker.campaigns.services import questions
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.languages import BUYERS, tag_of
from matchmaker.core.text import validate_one_line, validate_text, web_address
from matchmaker.core.uploads import limit
from matchmaker.engines.language import format_number, parse_number, pinyin
from matchmaker.web.forms.double_submit import sent_once
from matchmaker.web.forms.refusals import refusals_in_form

Choices = list[tuple[str, str]]

# Languages that goods and companies of such campaigns are described in; the rest of ISO 639-1 stands below them.
_OFTEN_USED = "en zh fr es pt ru ar de it nl pl tr th vi ja ko id ms fa hi bn ur uk ro el cs hu sv da no fi"
OFTEN_USED = tuple(_OFTEN_USED.split())


class TradeNumberField(forms.DecimalField):
    """An amount as traders write it in any language: 17,50 or 12,000 or 1.2万; see `language.numbers`.

    A number with two readings is refused once. The box then holds our reading, written so that it has one meaning;
    sending it again confirms it. Zero is refused unless `zero=True`: a price of nothing is a slip of the keyboard.
    """

    widget = forms.TextInput

    def __init__(self, *, zero: bool = False, **kwargs):
        self.zero = zero
        super().__init__(**kwargs)
        self.error_messages = {
            "not_positive": _("Write an amount above 0."),
            "negative": _("Write 0 or an amount above 0."),
            "max_decimal_places": format_lazy(
                _("At most {places} digits may follow the point."), places=self.decimal_places
            ),
            "too_large": _("This amount is too large. Compare the number and its unit."),
            **self.error_messages,
            **(kwargs.get("error_messages") or {}),
        }

    def to_python(self, value):
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            parsed = parse_number(str(value), _locale())
        except ValueError:
            example = format_number(Decimal("1250.5"), _locale())
            sentence = _("Write the amount in digits, such as %(example)s.")
            raise ValidationError(sentence, "invalid", {"example": example}) from None
        if parsed.other is not None:
            raise ValidationError(
                _(
                    "“%(typed)s” can mean %(reading)s or %(other)s. The box now says %(reading)s: save again if that is"
                    " right, or write %(other)s."
                ),
                "ambiguous",
                {
                    "typed": str(value).strip(),
                    "reading": format_number(parsed.value, _locale()),
                    "other": format_number(parsed.other, _locale()),
                },
            )
        return Decimal(f"{parsed.value.normalize():f}")

    def run_validators(self, value):
        if value in self.empty_values:
            return
        if value < 0 and self.zero:
            raise ValidationError(self.error_messages["negative"], "negative")
        if value <= 0 and not self.zero:
            raise ValidationError(self.error_messages["not_positive"], "not_positive")
        _sign, digits, exponent = value.as_tuple()
        if self.decimal_places is not None and -exponent > self.decimal_places:
            raise ValidationError(self.error_messages["max_decimal_places"], "max_decimal_places")
        whole = len(digits) + exponent
        if self.max_digits is not None and whole > self.max_digits - (self.decimal_places or 0):
            raise ValidationError(self.error_messages["too_large"], "too_large")

    def bound_data(self, data, initial):
        """What was typed, or our reading of it where it has two."""
        try:
            parsed = parse_number(str(data or ""), _locale())
        except ValueError:
            return data
        return format_number(parsed.value, _locale()) if parsed.ambiguous else data

    def prepare_value(self, value):
        """1200.0000 of the database is shown as 1,200; what was typed is shown as typed."""
        return format_number(Decimal(str(value)), _locale()) if isinstance(value, (Decimal, int, float)) else value

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "class": "num", "autocomplete": "off"}


class WholeInput(forms.IntegerField):
    """A whole number; 1,200 and 1.200 and 1 200 are the same here."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Write a whole number in digits, such as 30.")}
    _LARGEST = 999_999_999

    def to_python(self, value):
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            parsed = parse_number(str(value), _locale())
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], "invalid") from None
        number = parsed.value if parsed.other is None else max(parsed.value, parsed.other)
        if number != number.to_integral_value() or not 0 <= number <= self._LARGEST:
            raise ValidationError(self.error_messages["invalid"], "invalid")
        return int(number)

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "class": "num", "autocomplete": "off"}


class LineField(forms.CharField):
    """One line of text that shows something."""

    default_validators = [validate_one_line]


class TextField(forms.CharField):
    """A text of several lines. A line break is one character, as browsers count it for `maxlength`; they send two."""

    default_validators = [validate_text]
    widget = forms.Textarea

    def to_python(self, value):
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text


def text_beside(request: HttpRequest, name: str, *, most: int = 500) -> str:
    """What was typed beside a button, such as a reason; "" where nothing was, or nothing of this name was sent.

    Raises:
        ValidationError: longer than `most` characters, or with characters that show nothing.
    """
    return TextField(max_length=most, required=False).clean(request.POST.get(name, ""))


def of_model(model: type[models.Model], name: str, **options) -> forms.Field:
    """The field of a form for a field of a model, with its limits and checks."""
    column = cast(models.Field, model._meta.get_field(name))
    return cast(forms.Field, column.formfield(**options))


class HSCodeField(forms.CharField):
    """An HS code; dots, spaces and full-width digits are put right, and the plain digits are shown back."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 20, **kwargs})

    def to_python(self, value):
        text = unicodedata.normalize("NFKC", super().to_python(value))
        return re.sub(r"[\s.]", "", text)

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "class": "num", "autocomplete": "off", "maxlength": "20"}


class PhoneField(LineField):
    """A telephone number; `companies.phones` reads it with the country of the company."""

    def widget_attrs(self, widget):
        return {"inputmode": "tel", "autocomplete": "tel", "maxlength": "40"}


class WebsiteField(forms.URLField):
    """The address of a page; https is put before it when it is missing."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 200, "assume_scheme": "https", **kwargs})
        self.validators = [self._one_sentence]

    def to_python(self, value):
        try:
            return super().to_python(value)
        except ValidationError:
            return str(value).strip()  # the validator below says what is wrong

    def _one_sentence(self, value):
        if len(value) > self.max_length:
            raise ValidationError(
                _("An address may have up to %(limit)d characters; this one has %(count)d.")
                % {"limit": self.max_length, "count": len(value)},
                "max_length",
            )
        web_address(value)
        for validator in self.default_validators:
            try:
                validator(value)
            except ValidationError:
                raise ValidationError(
                    _("Write the address of the page, such as https://example.org."), "web_address"
                ) from None

    def widget_attrs(self, widget):
        return {"inputmode": "url", "autocomplete": "url", "maxlength": "200"}


class CodeSelect(forms.Select):
    """A select that is written in one go: Django renders each option as a template, 30 ms for the country list."""

    def render(self, name, value, attrs=None, renderer=None):
        shown = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = set(self.format_value(value))
        return format_html("<select{}>{}</select>", flatatt(shown), self._options(self.choices, chosen))

    def _options(self, choices, chosen: set[str]):
        return format_html_join("", "{}", ((self._entry(*choice, chosen),) for choice in choices))

    def _entry(self, code, label, chosen: set[str]):
        if isinstance(label, list):  # a group: its name and its own choices
            return format_html('<optgroup label="{}">{}</optgroup>', code, self._options(label, chosen))
        mark = SafeString(" selected") if str(code) in chosen else ""
        return format_html('<option value="{}"{}>{}</option>', code, mark, label)


class CodeField(forms.ChoiceField):
    """One code of a reference list, shown by its name in the reader's language.

    `choices` is called whenever the list is shown, so that the names follow the language.
    """

    widget = CodeSelect

    def __init__(self, *, choices: Callable[[], Iterable], empty: str = "", sentence: str = "", **kwargs):
        self._listed, self._empty = choices, empty or _("Choose")
        super().__init__(choices=self._all, **kwargs)
        self.error_messages = {
            **self.error_messages,
            "invalid_choice": sentence or _("Choose an entry from the list."),
        }

    def _all(self):
        return [("", self._empty), *self._listed()]

    def has_changed(self, initial, data):
        return super().has_changed(initial or "", data or "")


class LanguageSelect(forms.Select):
    """Languages by their own names, each marked with the language it is written in, so that it is read out in it."""

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["lang"] = tag_of(value)
        return option


class Ticks(forms.CheckboxSelectMultiple):
    """Check boxes with our class on each; given to the widget, Django would put it on the list around them."""

    def create_option(self, *args, **kwargs):
        option = super().create_option(*args, **kwargs)
        option["attrs"]["class"] = "form-check-input"
        return option


class CodesField(forms.MultipleChoiceField):
    """Several codes of a reference list."""

    widget = Ticks

    def __init__(self, *, choices: Callable[[], Iterable], sentence: str = "", **kwargs):
        super().__init__(choices=choices, **kwargs)
        self.error_messages = {
            **self.error_messages,
            "invalid_choice": sentence or _("Choose entries from the list."),
        }


# -- lists in the reader's language ------------------------------------------------------------------------------------
def countries() -> Choices:
    return _sorted_choices("countries", _language())


def currencies() -> Choices:
    return [(code, f"{code} · {name}") for code, name in _sorted_choices("currencies", _language())]


def ports_of_china() -> Choices:
    """The ports of China by their names in the reader's language."""
    rows = [row for row in reference.ports().items() if row[1]["country_iso2"] == "CN"]
    return sorted(((code, f"{reference.name(row, code)} · {code}") for code, row in rows), key=lambda one: one[1])


def certificates() -> Choices:
    return _sorted_choices("certificates", _language())


def units() -> Choices:
    """In the order of the file: by kind, the common ones first."""
    return [(code, reference.name(row, code)) for code, row in reference.units().items()]


def languages() -> list[tuple[str, Choices]]:
    """Those often used first, then all others; each in its own name and the reader's."""
    names = dict(_sorted_choices("languages", _language()))
    own = {code: reference.own_name(code) for code in names}
    label = {code: name if own[code] in ("", name) else f"{own[code]} · {name}" for code, name in names.items()}
    return [
        (_("Often used"), [(code, label[code]) for code in OFTEN_USED if code in label]),
        (_("All others"), [(code, label[code]) for code in names if code not in OFTEN_USED]),
    ]


def spoken_languages(present: Iterable[str] = ()) -> Choices:
    """For check boxes: those often used, and any that are ticked already."""
    names = dict(_sorted_choices("languages", _language()))
    codes = [*OFTEN_USED, *(code for code in present if code not in OFTEN_USED)]
    return [(code, names[code]) for code in codes if code in names]


def ticked_first(choices: Choices, ticked: Iterable[str] | None) -> Choices:
    """For long lists of check boxes: what is chosen is seen without scrolling."""
    chosen = set(ticked or ())
    return sorted(choices, key=lambda choice: choice[0] not in chosen)


def _locale() -> str:
    return get_language() or "en"


def _language() -> str:
    return _locale().split("-")[0]


@lru_cache(maxsize=256)
def _sorted_choices(kind: str, language: str) -> Choices:
    """Sorted as the reader looks them up: Chinese by pinyin, others without regard to accents."""
    rows = getattr(reference, kind)()
    named = [(code, reference.name(row, code)) for code, row in rows.items()]
    return sorted(named, key=lambda choice: _sort_key(choice[1], language))


def _sort_key(name: str, language: str) -> str:
    if language == BUYERS:
        name = pinyin(name)
    folded = unicodedata.normalize("NFD", name)
    return "".join(char for char in folded if not unicodedata.combining(char)).casefold()


# Views whose uploads end while they stream in, before they fill the disk (B55).


def limit_upload(most: int) -> Callable:
    """A view whose uploads end at `most` bytes; the view asks `request.too_large` and answers 413.

    The check against forged requests reads the body, so it comes after the limit is set (Django's own advice).
    """

    def decorate(view):
        checked = csrf_protect(sent_once(view))

        @csrf_exempt
        @wraps(view)
        def limiting(request, *args, **kwargs):
            limit(request, most)
            return checked(request, *args, **kwargs)

        limiting.policy = getattr(view, "policy", None)
        return limiting

    return decorate


# The campaign's own questions as form fields.


YES_NO = [("yes", _("yes")), ("no", _("no"))]


def field_of(question: Question) -> forms.Field:
    """The usual field for its kind; the service checks the answer again, as for API and imports."""
    arguments = {"label": str(question.label), "help_text": str(question.help), "required": question.is_required}
    kind = Question.Kind
    match question.kind:
        case kind.TEXT:
            return TextField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), **arguments)
        case kind.NUMBER:
            return TradeNumberField(zero=True, max_digits=18, decimal_places=3, **arguments)
        case kind.DAY:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **arguments)
        case kind.YES_NO:
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **arguments)
        case kind.CHOICE:
            return forms.ChoiceField(choices=[("", _("Choose")), *question.choices], **arguments)
        case kind.CHOICES:
            return forms.MultipleChoiceField(choices=question.choices, widget=Ticks, **arguments)
        case kind.COUNTRY:
            sentence = _("Choose a country or region from the list.")
            return CodeField(choices=countries, empty="", sentence=sentence, **arguments)
        case kind.ADDRESS:
            return WebsiteField(**arguments)
    return LineField(max_length=200, **arguments)


class QuestionsForm(forms.Form):
    """One field a question, named by its uid; filled with what the company answered before."""

    def __init__(self, data=None, *, company: Company, campaign: Campaign | None):
        super().__init__(data, prefix="q")
        self.company, self.campaign = company, campaign
        rows = list(questions.questions_for(company, campaign)) if campaign else []
        for question in rows:
            self.fields[str(question.uid)] = field_of(question)
        answers = Answer.objects.filter(company=company, question__in=rows).values_list("question__uid", "value")
        for uid, value in answers:
            self.initial[str(uid)] = ("yes" if value else "no") if isinstance(value, bool) else value

    @classmethod
    def of(cls, request, company: Company, campaign: Campaign | None) -> Self:
        return cls(request.POST if request.method == "POST" else None, company=company, campaign=campaign)

    def keep(self, *, by: User) -> bool:
        """Write the answers; what the verb refuses is marked. True when everything was stored."""
        if self.campaign is None:
            return True
        with refusals_in_form(self):
            questions.answer_questions(by=by, company=self.company, campaign=self.campaign, answers=self.cleaned_data)
        return not self.errors
