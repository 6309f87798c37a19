"""The phrase book: ready-made sentences with slots. A message stores keys and slots; each reader reads her language.

The sentences stand in `data/trade/phrases.toml`. Plain Python and Babel: no tables are read here.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.catalogue import rules
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.core import formats, reference
from matchmaker.core.clocks import known_zone, zone_name
from matchmaker.core.languages import base_of, current
from matchmaker.core.lists import join_label
from matchmaker.core.text import validate_one_line
from matchmaker.engines.language import detect

MOST = 20  # phrases of one message
LONGEST_LINE = 200  # characters of a slot that takes words
MOST_DIGITS, MOST_DECIMALS = 14, 4
LARGEST_COUNT = 1_000_000

Slots = dict[str, Any]  # name of a slot → its value, as JSON
Stored = dict[str, Any]  # a phrase of a message: {"key": …, "slots": …}

_SLOT = re.compile(r"\{(\w+)\}")
_FULL_STOPS = (".", "。")
_BETWEEN_ISOLATES = "\u2069 \u2068"  # FOB and its port are one run from left to right in an Arabic line


@dataclass(frozen=True)
class Phrase:
    """One sentence of the book.

    Attributes:
        sentences: its text by language ("zh"), with slots such as {quantity}.
        retired: no longer offered; messages that have it are shown as before.
    """

    key: str
    topic: str
    sentences: Mapping[str, str]
    retired: bool

    @property
    def slots(self) -> list[str]:
        """The names of its slots, in the order of the sentence in the active language."""
        return _SLOT.findall(self.sentence)

    @property
    def sentence(self) -> str:
        """Its text in the active language, with slots; English where the book lacks the language."""
        return self.sentences.get(base_of(current())) or self.sentences["en"]

    @property
    def outline(self) -> str:
        """The same with the name of each slot in brackets, for lists and forms."""
        return _SLOT.sub(lambda slot: f"[{label_of(slot[1])}]", self.sentence)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((settings.DATA_DIR / "trade/phrases.toml").read_text(encoding="utf-8"))


@cache
def book() -> dict[str, Phrase]:
    """Key → phrase, in the order of the file."""
    rows = {key: dict(row) for key, row in _data().items() if key != "topics"}
    return {
        key: Phrase(key, row.pop("topic"), retired=row.pop("retired", False), sentences=row)
        for key, row in rows.items()
    }


def topics() -> dict[str, Mapping[str, str]]:
    """Key of a topic → its name by language, in the order of the list."""
    return _data()["topics"]


def topic_name(topic: str) -> str:
    """The name of a topic in the active language."""
    names = topics()[topic]
    return names.get(base_of(current())) or names["en"]


def listed(words: str = "") -> list[tuple[str, list[Phrase]]]:
    """(name of a topic, its phrases) in the active language: those that have all of the words, all without words."""
    wanted = words.casefold().split()
    groups = []
    for topic in topics():
        name = topic_name(topic)
        phrases = [phrase for phrase in book().values() if phrase.topic == topic and not phrase.retired]
        fits = [phrase for phrase in phrases if all(word in f"{name} {phrase.sentence}".casefold() for word in wanted)]
        if fits:
            groups.append((name, fits))
    return groups


# -- kinds of slots ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """What a slot takes.

    Attributes:
        label: its name for people.
        check: from what was given to the value that is stored; raises ValidationError.
        show: the value in the active language.
        is_words: what people write freely is shown as it stands.
    """

    label: Any
    check: Callable[[Any], Any]
    show: Callable[[Any], str]
    is_words: bool = False


def kind_of(slot: str) -> Kind:
    """The kind of a slot by its name: {day} and {day_2} are days."""
    return KINDS[kind_name(slot)]


def kind_name(slot: str) -> str:
    return slot.partition("_")[0]


def label_of(slot: str) -> str:
    """The name of a slot for people, in the active language: Day, and Day 2 for the second of a sentence."""
    kind, _line, number = slot.partition("_")
    return f"{KINDS[kind].label} {number}".strip()


def _wrong(sentence: str, code: str) -> ValidationError:
    return ValidationError(sentence, code)


def _parts(value: Any, names: tuple[str, ...]) -> list[Any]:
    """The parts of a value that consists of several, such as amount and unit."""
    if not isinstance(value, Mapping) or set(value) - set(names):
        raise _wrong(_("Give an object with: %(names)s.") % {"names": ", ".join(names)}, "invalid")
    if any(value.get(name) in (None, "") for name in names):
        raise _wrong(_("Fill in every part."), "required")
    return [value[name] for name in names]


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise _wrong(_("Write the amount in digits, such as %(example)s.") % {"example": "1250.5"}, "invalid")
    return number


def _amount(value: Any) -> str:
    number = _decimal(value)
    if number <= 0:
        raise _wrong(_("Write an amount above 0."), "not_positive")
    number = number.normalize()
    _sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or -exponent > MOST_DECIMALS or len(digits) + exponent > MOST_DIGITS:
        raise _wrong(_("This amount is too large. Compare the number and its unit."), "too_large")
    return f"{number:f}"


def _unit(value: Any) -> str:
    if not isinstance(value, str) or value not in reference.units():
        raise _wrong(str(rules.UNIT), "unknown_unit")
    return value


def _currency(value: Any) -> str:
    if not isinstance(value, str) or value not in reference.currencies():
        raise _wrong(str(rules.CURRENCY), "unknown_currency")
    return value


def _quantity(value: Any) -> dict[str, str]:
    amount, unit = _parts(value, ("amount", "unit"))
    return {"amount": _amount(amount), "unit": _unit(unit)}


def _money(value: Any) -> dict[str, str]:
    amount, currency = _parts(value, ("amount", "currency"))
    return {"amount": _amount(amount), "currency": _currency(currency)}


def _price(value: Any) -> dict[str, str]:
    amount, currency, unit = _parts(value, ("amount", "currency", "unit"))
    return {"amount": _amount(amount), "currency": _currency(currency), "unit": _unit(unit)}


def _percent(value: Any) -> str:
    number = _decimal(value)
    if not 0 <= number <= 100:
        raise _wrong(_("Write a percentage from 0 to 100."), "out_of_range")
    if -int(number.normalize().as_tuple().exponent) > 2:
        raise _wrong(_("At most two digits may follow the point."), "max_decimal_places")
    return f"{number.normalize():f}"


def _count(value: Any) -> int:
    number = _decimal(value)
    if number != number.to_integral_value() or not 0 <= number <= LARGEST_COUNT:
        raise _wrong(_("Write a whole number in digits, such as 30."), "invalid")
    return int(number)


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _wrong(_("Write a day as year, month, day: 2026-12-31."), "invalid") from None


def _moment(value: Any) -> dict[str, str]:
    at, zone = _parts(value, ("at", "zone"))
    try:
        moment = datetime.fromisoformat(at)
    except (TypeError, ValueError):
        raise _wrong(_("Write day and hour like this: 2026-12-31T14:30."), "invalid") from None
    if moment.tzinfo is not None:
        raise _wrong(_("Write day and hour like this: 2026-12-31T14:30."), "invalid")
    if not isinstance(zone, str) or known_zone(zone) is None:
        raise _wrong(_("Choose a time zone from the list."), "unknown_zone")
    return {"at": moment.isoformat(timespec="minutes"), "zone": zone}


def _incoterm(value: Any) -> str:
    if value not in INCOTERMS:
        raise _wrong(_("Choose a term of Incoterms 2020 from the list."), "unknown_incoterm")
    return value


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(_("Write this in one line."), "invalid")
    text = value.strip()
    if not text:
        raise _wrong(_("Fill in every part."), "required")
    if len(text) > LONGEST_LINE:
        raise _wrong(_("At most %(most)d characters.") % {"most": LONGEST_LINE}, "too_long")
    validate_one_line(text)
    return text


def _show_percent(value: str) -> str:
    ratio = Decimal(value) / 100
    return formats.percent(ratio, max(0, -int(Decimal(value).as_tuple().exponent)))


def _show_moment(value: Mapping[str, str]) -> str:
    at = datetime.fromisoformat(value["at"])
    return formats.isolate(f"{formats.moment(at)} {zone_name(value['zone'], at=at)}")


KINDS: dict[str, Kind] = {
    "quantity": Kind(gettext_lazy("Quantity"), _quantity, lambda one: formats.quantity(one["amount"], one["unit"])),
    "price": Kind(
        gettext_lazy("Price"),
        _price,
        lambda one: formats.per_unit(formats.money(one["amount"], one["currency"]), one["unit"]),
    ),
    "money": Kind(gettext_lazy("Sum of money"), _money, lambda one: formats.money(one["amount"], one["currency"])),
    "percent": Kind(gettext_lazy("Percent"), _percent, _show_percent),
    "count": Kind(gettext_lazy("Number"), _count, formats.number),
    "day": Kind(gettext_lazy("Day"), _day, lambda one: formats.day(date.fromisoformat(one))),
    "moment": Kind(gettext_lazy("Day and hour"), _moment, _show_moment),
    "incoterm": Kind(gettext_lazy("Incoterm 2020"), _incoterm, formats.isolate),
    "place": Kind(gettext_lazy("Port or place"), _line, lambda one: formats.isolate(reference.place(one)), True),
    "name": Kind(gettext_lazy("Name"), _line, formats.isolate, True),
    "text": Kind(gettext_lazy("A few words"), _line, formats.isolate, True),
}


# -- checking and showing what a message has ---------------------------------------------------------------------------


def check(given: Iterable[Any]) -> list[Stored]:
    """The phrases as they are stored.

    Args:
        given: mappings with `key` and `slots`; a slot has the form that docs/messaging.md names.

    Raises:
        ValidationError: by `phrases`, `phrases[1].key` or `phrases[1].slots.quantity`; each sentence names the phrase
            by its number, counted from 1, and the slot.
    """
    phrases, problems, stored = list(given), {}, []
    if len(phrases) > MOST:
        sentence = _("A message may have up to %(most)d ready-made sentences.") % {"most": MOST}
        raise ValidationError({"phrases": ValidationError(sentence, "too_many")})
    for place, one in enumerate(phrases):
        phrase = book().get(str(one.get("key", ""))) if isinstance(one, Mapping) else None
        if phrase is None:
            sentence = _("The phrase book has no such sentence.")
            problems[f"phrases[{place}].key"] = _placed(ValidationError(sentence, "unknown_phrase"), place, "")
            continue
        values, wrong = _check_slots(phrase, one.get("slots") or {})
        for slot, problem in wrong.items():
            problems[f"phrases[{place}].slots.{slot}"] = _placed(problem, place, slot)
        stored.append({"key": phrase.key, "slots": values})
    if problems:
        raise ValidationError(problems)
    return stored


def _check_slots(phrase: Phrase, given: Any) -> tuple[Slots, dict[str, ValidationError]]:
    given = given if isinstance(given, Mapping) else {}
    values: Slots = {}
    wrong = {
        str(name)[:40]: ValidationError(_("This sentence has no such slot."), "unknown_slot")
        for name in set(given) - set(phrase.slots)
    }
    for slot in phrase.slots:
        try:
            if given.get(slot) in (None, "", {}):
                raise _wrong(_("Fill in every part."), "required")
            values[slot] = kind_of(slot).check(given[slot])
        except ValidationError as problem:
            wrong[slot] = problem
    return values, wrong


def _placed(problem: ValidationError, place: int, slot: str) -> ValidationError:
    """The problem with the number of its phrase and the name of its slot in front."""
    label = label_of(slot) if kind_name(slot) in KINDS else slot
    where = (
        _("Sentence %(number)d, %(slot)s") % {"number": place + 1, "slot": label}
        if slot
        else _("Sentence %(number)d") % {"number": place + 1}
    )
    return ValidationError(join_label(where, " ".join(problem.messages)), problem.code)


def sentences(stored: Iterable[Stored]) -> list[str]:
    """The phrases of a message in the active language, one text a phrase."""
    return [_sentence(one) for one in stored]


def _sentence(one: Stored) -> str:
    phrase = book().get(one["key"])
    if phrase is None:  # written by a newer version of the site
        return one["key"]
    pieces = _SLOT.split(phrase.sentence)  # words, slot, words, slot, …, words
    text = pieces[0]
    for slot, after in zip(pieces[1::2], pieces[2::2], strict=True):
        text += _filled(slot, one["slots"][slot], after) + after
    return text.replace(_BETWEEN_ISOLATES, " ")


def _filled(slot: str, value: Any, after: str) -> str:
    """A value as it is read; where a full stop follows it has none of its own, such as that of the unit «шт.»."""
    kind, ends = kind_of(slot), after.startswith(_FULL_STOPS)
    if kind.is_words:
        return kind.show(value.rstrip(" .。") or value if ends else value)
    shown = kind.show(value)
    return shown.removesuffix(".") if ends else shown


def own_words(stored: Iterable[Stored], text: str) -> str:
    """What a person wrote herself: her free text and the words in the slots, without the sentences of the book."""
    words = (value for one in stored for slot, value in one["slots"].items() if kind_name(slot) in ("name", "text"))
    return "\n".join(filter(None, (*words, text)))


@dataclass(frozen=True)
class Note:
    """What a person wrote into a form beside its fields: ready-made sentences, free text, or both."""

    phrases: list[Stored]
    text: str

    def __bool__(self) -> bool:
        return bool(self.phrases or self.text)

    def __str__(self) -> str:
        return self.for_reader

    @property
    def language(self) -> str:
        """The language of the free text, as it is detected."""
        return detect(self.text)

    @property
    def sentences(self) -> str:
        """Its phrases in the active language, one a line."""
        return "\n".join(sentences(self.phrases))

    @property
    def for_reader(self) -> str:
        """All of it: the phrases in the active language, then the free text as it was written."""
        return "\n".join(filter(None, (self.sentences, self.text)))
