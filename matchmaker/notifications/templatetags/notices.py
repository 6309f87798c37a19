"""What the templates of notices need: the recipient's language for values that came as plain JSON."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from babel.dates import format_skeleton, get_datetime_format
from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale

from matchmaker.core import reference
from matchmaker.core.formats import clock, day, decimal, isolate, money, per_unit, quantity
from matchmaker.core.languages import base_of, current, tag_of
from matchmaker.core.multilingual_texts import Texts, is_language
from matchmaker.engines.language import is_readable
from matchmaker.notifications import reasons
from matchmaker.notifications.models import Announcement
from matchmaker.notifications.typesetting import correct_spacing

register = template.Library()
HOLE = re.compile(r"\{\w+\}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?P<clock> \d{2}:\d{2})?")
MONEY = re.compile(r"(\d+(?:\.\d+)?) ([A-Z]{3})(?:/(\w+))?")
LATIN_PHRASE = re.compile(r"(?=.*[A-Za-z]).* .*")  # of one line
ADDRESS = re.compile(
    r"(https?://[^\s\u2069<>\"'，。、；：！？）】》」』]*[^\s\u2069<>\"'，。、；：！？）】》」』.,;:!?)\]])"
)


@register.filter
def in_language(texts: Any) -> Any:
    """The entry of {"en": …, "zh-hans": …} in the language set; what stands in for it where it is missing."""
    if not isinstance(texts, dict):
        return texts
    read = Texts(texts)
    return read.get(read.language(), "")


@register.filter
def legible(text: str) -> str:
    """A text whose letters readers of the language set know, else ""."""
    return text if is_readable(str(text), base_of(current())) else ""


def localize_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a notice as its templates see it: in the language set, with days and money as it writes them."""
    return {name: _localize(value) for name, value in context.items()}


def _localize(value: Any) -> Any:
    if isinstance(value, dict) and _is_by_language(value):
        value = in_language(value)
    if not isinstance(value, str):
        return value
    if (hit := MONEY.fullmatch(value)) and hit[2] in reference.currencies():
        return per_unit(money(hit[1], hit[2]), hit[3])
    if not (hit := MOMENT.fullmatch(value)):
        return _apart(value)
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return value  # no such day
    if not hit["clock"]:
        return day(moment.date(), "long")
    locale = to_locale(get_language() or "en")
    date = format_skeleton("yMMMEd", moment, locale=locale)
    return str(get_datetime_format("medium", locale=locale)).replace("{1}", date).replace("{0}", clock(moment))


def _marked(value: Any, shown: Any) -> Any:
    """What is shown of a text in several languages; marked with its language where that is not the reader's."""
    if not (isinstance(value, dict) and _is_by_language(value) and isinstance(shown, str) and shown):
        return shown
    language = Texts(value).language()
    if base_of(language) == base_of(current()):
        return shown
    return format_html('<span lang="{}" dir="auto">{}</span>', tag_of(language), shown)


def _apart(text: str) -> str:
    """A name or phrase in Latin letters keeps its full stop in a line from right to left; codes stay as they are."""
    return isolate(text) if LATIN_PHRASE.fullmatch(text) else text


def _is_by_language(value: Mapping[str, Any]) -> bool:
    """Texts that stand in one of the languages of their author at least; every key is a language code."""
    return any(code in value for code in settings.STAFF_LANGUAGES) and all(map(is_language, value))


@register.filter
def country(code: str) -> str:
    """The name of a country by its ISO 3166-1 code."""
    return reference.name(reference.countries().get(code), code)


@register.filter
def with_unit(amount: str, unit: str) -> str:
    """A quantity that came as plain JSON, with its unit: 20.00 and t are 20 t; what is no number stays as it is."""
    value = decimal(amount)
    return amount if value is None else quantity(value.normalize(), unit)


@register.filter
def in_currency(amount: str, currency: str) -> str:
    """An amount that came as plain JSON, as money: 12000.00 and CNY are ¥12,000; what is no number stays as it is."""
    return amount if decimal(amount) is None else money(amount, currency)


@register.filter
def announced(uid: str) -> dict[str, Any]:
    """Subject, body and sender of an announcement in the language set."""
    row = Announcement.objects.filter(uid=uid).first()
    if row is None:
        return {"subject": "", "body": "", "sender": ""}
    return {**in_language(row.texts), "sender": in_language(row.sender)}


@register.filter
def without_names(subject: str) -> str:
    """The subject of a kind of mail for reading: an ellipsis where its placeholders stand ("… is open")."""
    return HOLE.sub("…", subject)


@register.filter
def linked(text: str) -> SafeString:
    """Text of a person with its addresses as links; a Chinese full stop behind one does not belong to it."""
    pieces = enumerate(ADDRESS.split(text))
    shown = (format_html('<a href="{0}">{0}</a>', piece) if number % 2 else piece for number, piece in pieces)
    return format_html_join("", "{}", ((piece,) for piece in shown))


@register.filter
def reason_text(reason: str) -> str:
    """Why something did not leave, as its row keeps it, in the language set."""
    return reasons.translate_reason(reason)


@register.simple_tag
def notice_line(notice) -> SafeString:
    """The sentence of a notice for the list on the site.

    A title of a person, and a text that is not in the reader's language, are marked as what they are: a notice is not
    written again when its reader chooses another language.
    """
    facts = localize_context(notice.context)
    shown = {name: _marked(notice.context[name], value) for name, value in facts.items()}
    shown |= {name: format_html("<bdi>{}</bdi>", shown[name]) for name in ("subject", "title") if shown.get(name)}
    line = render_to_string(f"notifications/{notice.kind}.line.html", {**shown, "path": notice.path})
    return mark_safe(correct_spacing(line.strip(), facts))  # rendered with its escapes a line above
