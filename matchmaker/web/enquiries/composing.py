"""The ready-made sentences of a message that is being written: chosen, filled in, and handed to the service.

Works without a script: a button adds or removes a sentence, and the page comes back with what was typed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.accounts.models import User
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.companies.models import Company
from matchmaker.core.clocks import zone_choices
from matchmaker.core.languages import name_for_reader
from matchmaker.core.lists import format_list
from matchmaker.messaging import phrases
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form

MESSAGE_FIELDS = {"files": "attachments"}  # field of the service → field of the form of a message
STEP = "phrase_step"  # the name of the buttons that change the list and send nothing
KEPT = "keep"  # the step by which the script brings back the sentences of a draft


def _amount(label: Any) -> forms.Field:
    return fields.TradeNumberField(label=label, max_digits=phrases.MOST_DIGITS, decimal_places=phrases.MOST_DECIMALS)


def _unit(label: Any) -> forms.Field:
    return fields.CodeField(
        label=label, choices=fields.units, empty=_("unit"), sentence=_("Choose a unit from the list.")
    )


def _currency() -> forms.Field:
    return fields.CodeField(
        label=_("Currency"), choices=fields.currencies, sentence=_("Choose a currency from the list.")
    )


def _parts(kind: str, label: str) -> dict[str, forms.Field]:
    """The inputs of a slot by the part of the value that they hold; '' for a value of one part."""
    match kind:
        case "quantity":
            return {"amount": _amount(label), "unit": _unit(_("Unit"))}
        case "price":
            return {"amount": _amount(label), "currency": _currency(), "unit": _unit(_("Price is for one"))}
        case "money":
            return {"amount": _amount(label), "currency": _currency()}
        case "percent":
            return {"": fields.TradeNumberField(label=label, zero=True, max_digits=5, decimal_places=2)}
        case "count":
            return {"": fields.WholeInput(label=label, max_value=phrases.LARGEST_COUNT)}
        case "day":
            return {"": forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))}
        case "moment":
            return _moment(label)
        case "incoterm":
            choices = [("", _("Choose")), *((code, code) for code in INCOTERMS)]
            return {"": forms.ChoiceField(label=label, choices=choices)}
    return {"": fields.LineField(label=label, max_length=phrases.LONGEST_LINE)}


def _moment(label: str) -> dict[str, forms.Field]:
    zone = timezone.get_current_timezone_name()
    return {
        "day": forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")),
        "hour": forms.TimeField(label=_("Hour"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")),
        "zone": fields.CodeField(
            label=_("Time zone"),
            choices=zone_choices,
            initial=zone,
            sentence=_("Choose a time zone from the list."),
        ),
    }


class SlotForm(forms.Form):
    """The inputs of one sentence, named by slot and part: quantity-amount, quantity-unit, day."""

    def __init__(self, *args, phrase: phrases.Phrase, **kwargs):
        super().__init__(*args, **kwargs)
        self.phrase = phrase
        for slot in phrase.slots:
            for part, field in _parts(phrases.kind_name(slot), phrases.label_of(slot)).items():
                self.fields[f"{slot}-{part}" if part else slot] = field

    def values(self) -> dict[str, Any]:
        """Slot → value in the form that the service takes."""
        return {slot: self._value(slot) for slot in self.phrase.slots}

    def _value(self, slot: str) -> Any:
        given = self.cleaned_data
        if slot in given:
            return _plain(given[slot])
        if phrases.kind_name(slot) == "moment":
            at = f"{given[f'{slot}-day'].isoformat()}T{given[f'{slot}-hour'].isoformat('minutes')}"
            return {"at": at, "zone": given[f"{slot}-zone"]}
        parts = ("amount", "currency", "unit")
        return {part: _plain(given[f"{slot}-{part}"]) for part in parts if f"{slot}-{part}" in given}

    def field_of(self, slot: str) -> str:
        """The name of the first input of a slot, where what is wrong with it is shown."""
        return next(name for name in self.fields if name.partition("-")[0] == slot)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if hasattr(value, "isoformat") else value


def _inputs(slots: phrases.Slots) -> dict[str, Any]:
    """The values of inputs of a stored sentence, by slot and part."""
    inputs: dict[str, Any] = {}
    for slot, value in slots.items():
        kind = phrases.kind_name(slot)
        if kind == "moment":
            at = datetime.fromisoformat(value["at"])
            inputs |= {f"{slot}-day": at.date(), f"{slot}-hour": at.time(), f"{slot}-zone": value["zone"]}
        elif isinstance(value, Mapping):
            inputs |= {f"{slot}-{part}": Decimal(one) if part == "amount" else one for part, one in value.items()}
        elif kind == "day":
            inputs[slot] = date.fromisoformat(value)
        else:
            inputs[slot] = Decimal(value) if kind == "percent" else value
    return inputs


class Composer:
    """The sentences of a message form, read from what was sent. Without a request it is an empty form.

    Attributes:
        is_step: a button of the list was pressed: the page comes back and nothing is sent to the other side.
        words: what the list is narrowed by.
        action: where its buttons send the form; '' for the page itself.
        id: of its part of the page; forms of one page have composers of different names.
    """

    def __init__(
        self,
        request: HttpRequest | None = None,
        *,
        name: str = "",
        action: str = "",
        initial: Sequence[phrases.Stored] = (),
    ):
        """Read what was sent; a page that was only opened begins with the stored phrases of `initial`."""
        self.id, self.action = f"phrases-{name}" if name else "phrases", action
        self.data = request.POST if request is not None and request.method == "POST" else {}
        self._initial = {} if self.data else dict(enumerate(initial, 1))
        self.step, _colon, self._subject = self.data.get(STEP, "").partition(":")
        self.is_step = bool(self.step)
        self.words = self.data.get("phrase_words", "")[:100]
        self.numbered = list(self._chosen())
        if self.step == "add" and self._subject in phrases.book():
            number = max((number for number, _key in self.numbered), default=0) + 1
            self.numbered.append((number, self._subject))
        self.forms = [self._form(number, key) for number, key in self.numbered]

    def _chosen(self) -> Iterator[tuple[int, str]]:
        """(number of the row, key of the phrase) of the rows on the page that was sent."""
        yield from ((number, one["key"]) for number, one in self._initial.items() if one["key"] in phrases.book())
        rows = self.data.getlist("phrase")[: phrases.MOST + 1] if self.data else []
        for row in rows:
            number, _colon, key = row.partition(":")
            if not number.isdecimal() or len(number) > 4 or key not in phrases.book():
                continue
            if not (self.step == "drop" and self._subject == number):
                yield int(number), key

    def _form(self, number: int, key: str) -> SlotForm:
        prefix, phrase = f"phrase{number}", phrases.book()[key]
        auto_id = f"{self.id}_%s" if self.action else "id_%s"
        if number in self._initial:
            initial = _inputs(self._initial[number]["slots"])
            form = SlotForm(initial=initial, phrase=phrase, prefix=prefix, auto_id=auto_id)
        elif not self.is_step:
            form = SlotForm(self.data, phrase=phrase, prefix=prefix, auto_id=auto_id)
        else:  # what was typed, without judging it yet
            begins = f"{prefix}-"
            typed = {name.removeprefix(begins): self.data[name] for name in self.data if name.startswith(begins)}
            form = SlotForm(initial=typed, phrase=phrase, prefix=prefix, auto_id=auto_id)
        form.row = f"{number}:{key}"
        form.number = number
        return form

    @property
    def is_list_open(self) -> bool:
        """Whether the sentences to choose from are shown; not where a draft only comes back."""
        return self.is_step and self.step != KEPT

    @property
    def listed(self) -> list[tuple[str, list[phrases.Phrase]]]:
        """The sentences to choose from, by topic."""
        return phrases.listed(self.words)

    def is_valid(self) -> bool:
        return not self.has_errors

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms)  # `errors` judges a form, the page shows those of all

    def values(self) -> list[phrases.Stored]:
        """The sentences as the service takes them; call it when they are valid."""
        return [{"key": form.phrase.key, "slots": form.values()} for form in self.forms]

    def take(self, problem: ValidationError) -> ValidationError | None:
        """Show what the service refused beside the slot it is about; what is about no slot comes back, or None."""
        rest: dict[str, list[ValidationError]] = {}
        for path, errors in problem.error_dict.items():
            place, slot = _place_of(path)
            if slot and place < len(self.forms):
                form = self.forms[place]
                form.add_error(form.field_of(slot), errors)
            else:
                rest[path] = errors
        return ValidationError(rest) if rest else None


@contextmanager
def refusals_in_message(
    form: forms.Form, composer: Composer, names: Mapping[str, str] = MESSAGE_FIELDS
) -> Iterator[None]:
    """As `refusals_in_form`; what is wrong with a sentence is shown beside its slot."""
    with refusals_in_form(form, names):
        try:
            yield
        except ValidationError as problem:
            rest = composer.take(problem)
            if rest is not None:
                raise rest from problem


def _place_of(path: str) -> tuple[int, str]:
    """(1, "quantity") of phrases[1].slots.quantity; slot '' for any other."""
    head, _between, slot = path.partition("].slots.")
    place = head.removeprefix("phrases[")
    return (int(place), slot) if slot and place.isdecimal() else (0, "")


def languages_read_by(*companies: Company) -> str:
    """The names of the languages that the people of these companies read, in the active language."""
    people = User.objects.filter(companies__in=companies, is_active=True)
    codes = people.order_by().values_list("language", flat=True).distinct()
    return format_list(sorted({name_for_reader(code) for code in codes if code}))
