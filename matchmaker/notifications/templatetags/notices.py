"""What the templates of notices need: the recipient's language for values that came as plain JSON."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from babel.dates import format_date
from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from matchmaker.core import reference
from matchmaker.notifications.models import Announcement

register = template.Library()
ADDRESS = re.compile(r"(https?://[^\s<>\"'，。、；：！？）】》」』]*[^\s<>\"'，。、；：！？）】》」』.,;:!?)\]])")


@register.filter
def in_language(texts: Any) -> Any:
    """The entry of {"en": …, "zh-hans": …} in the language set; English, or whatever there is, where it is missing."""
    if not isinstance(texts, dict):
        return texts
    language = get_language() or "en"
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def spoken(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a notice as its templates see it: of what it holds in several languages, the one that is set."""
    known = dict(settings.LANGUAGES)
    return {
        name: in_language(value) if isinstance(value, dict) and value and value.keys() <= known.keys() else value
        for name, value in context.items()
    }


@register.filter
def day(value: str | dt.date) -> str:
    """A date, also as ISO text, the way the reader writes it."""
    if not value:
        return ""
    if not isinstance(value, str | dt.date):
        return str(value)
    moment = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return format_date(moment, "long", locale=to_locale(get_language() or "en"))


@register.filter
def country(code: str) -> str:
    """The name of a country by its ISO 3166-1 code."""
    return reference.name(reference.countries().get(code), code)


@register.filter
def announced(uid: str) -> dict[str, Any]:
    """Subject, body and sender of an announcement in the language set."""
    row = Announcement.objects.filter(uid=uid).first()
    if row is None:
        return {"subject": "", "body": "", "sender": ""}
    return {**in_language(row.texts), "sender": in_language(row.sender)}


@register.filter
def linked(text: str) -> SafeString:
    """Text of a person with its addresses as links; a Chinese full stop behind one does not belong to it."""
    pieces = enumerate(ADDRESS.split(text))
    shown = (format_html('<a href="{0}">{0}</a>', piece) if number % 2 else piece for number, piece in pieces)
    return format_html_join("", "{}", ((piece,) for piece in shown))


@register.simple_tag
def notice_line(notice) -> SafeString:
    """The sentence of a notice for the list on the site."""
    return render_to_string(f"notifications/{notice.kind}.line.html", {**spoken(notice.context), "path": notice.path})
