"""The template's own words: pictures, widgets, and numbers, money and dates in the reader's habit.

Formatting follows the active language through Babel (CLDR); nothing here reads the database.
"""

import zlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_skeleton, format_timedelta
from django import forms, template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from matchmaker.core import formats
from matchmaker.core.clocks import zone_name
from matchmaker.core.formats import current_locale, money, number, percent
from matchmaker.core.languages import base_of, current, find, is_rtl, site_code, site_languages, tag_of
from matchmaker.core.multilingual_forms import MultilingualInput
from matchmaker.engines.language import detect
from matchmaker.translation.services import Readable, Source, read
from matchmaker.web.page_language import Alternate
from matchmaker.web.templatetags import joined

register = template.Library()
register.filters |= joined.register.filters  # templates load one library
register.tags |= joined.register.tags
register.filter("capfirst", stringfilter(formats.capfirst), is_safe=True)  # in place of Django's

FLOWING_ICONS = frozenset(
    {"arrow-right", "arrow-left", "chevron-right", "chevron-left", "arrow-back-up", "arrow-forward-up", "send"}
)
CATEGORY_GROUPS = ("AGRI", "CONS", "TECH", "COMP", "SERV", "OUT")
AVATAR_TINTS = 8


BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "MicroMessenger": "WeChat",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


# -- what people wrote ------------------------------------------------------------------------------------------------
@register.simple_tag
def reading(
    text: str,
    language: str = "",
    hs_code: str = "",
    is_name: bool = False,
    category: str = "",
    as_written: bool = False,
) -> Readable:
    """A text for this reader: as written, or a translation or gloss with the original beside it."""
    code = base_of(language) if language else ""
    if as_written or not code or not text:
        return Readable(text, code, "owner")
    return read(Source({code: str(text)}, code, hs_code, is_name, str(category or "")), base_of(current()))


@register.filter
def language_of(text: str) -> str:
    """The language that a text seems to be in, for `components/text.html`; "" for none. Where one is stored, use it."""
    return detect(text) if text else ""


@register.simple_tag(takes_context=True)
def reading_here(context: template.Context) -> Readable:
    """`reading` of the parameters of `components/text.html`."""
    names = ("text", "lang", "goods_code", "inline", "goods_category", "as_written")
    text, *others = (context.get(name) or "" for name in names)
    return reading(text, *others)


@register.simple_tag
def in_its_language(text: str, language: str) -> str:
    """A text of the reference data; marked with its language where that is not the one of the page."""
    if not text or base_of(language) == base_of(current()):
        return text
    return format_html('<span lang="{}" dir="{}">{}</span>', tag_of(site_code(language)), direction(language), text)


@register.filter
def marking(sentence: str, names: Iterable[str]) -> SafeString:
    """A sentence in which each of the names is marked with the language it is written in."""
    marked = escape(sentence)
    for name in names:
        cite = format_html('<cite lang="{}" dir="auto">{}</cite>', tag_of(site_code(detect(name))), name)
        marked = SafeString(marked.replace(escape(name), cite))  # both are escaped
    return marked


# -- pictures ---------------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """An icon of static/img/icons.svg. With a label it speaks; without one it is decoration and stays silent."""
    classes = "ico" + (" ico-lg" if size == "lg" else "") + (" ico-flow" if name in FLOWING_ICONS else "")
    return _icon(name, classes, str(label))


@lru_cache(maxsize=512)
def _icon(name: str, classes: str, label: str) -> SafeString:
    address = f"{staticfiles_storage.url('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', classes, label, address)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, address)


@register.simple_tag
def flag(country: str, label: str = "") -> SafeString:
    """The 4x3 flag of an ISO 3166 two-letter code; nothing when there is no such flag. Decorative unless labelled."""
    return _flag(str(country or ""), str(label))


@lru_cache(maxsize=1024)
def _flag(country: str, label: str) -> SafeString:
    path = f"img/flags/{country.lower()}.svg"
    if len(country) != 2 or not _exists(path):
        return mark_safe("")
    return format_html(
        '<img class="flag" src="{}" alt="{}" width="20" height="15">',
        staticfiles_storage.url(path),
        label,
    )


@register.simple_tag
def avatar(name: str, size: str = "", image: str = "") -> SafeString:
    """Initials on a tint chosen by the name: a company looks the same everywhere. Decorative: name it beside."""
    classes = f"avatar tint-{zlib.crc32(str(name).encode()) % AVATAR_TINTS}" + (f" avatar-{size}" if size else "")
    if image:
        return format_html('<span class="{}" aria-hidden="true"><img src="{}" alt=""></span>', classes, image)
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, initials(str(name)))


def initials(name: str) -> str:
    """Two letters of a Latin name; the first sign of a Chinese, Japanese or Korean one.

    >>> initials("Surin Rice Mill"), initials("武汉中百集团"), initials("")
    ('SR', '武', '?')
    """
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    if words[0][0] >= "\u2e80":
        return words[0][0]
    return "".join(word[0] for word in words[:2]).upper()


@register.simple_tag
def category_art(code: str, label: str = "", shape: str = "") -> SafeString:
    """Our own drawing of a category (`AGRI-06`), else of its group. Decorative unless labelled."""
    return _category_art(str(code or ""), str(label), shape)


@lru_cache(maxsize=1024)
def _category_art(code: str, label: str, shape: str) -> SafeString:
    return format_html(
        '<img class="art drawn{}" src="{}" alt="{}" width="480" height="360" loading="lazy">',
        f" art-{shape}" if shape else "",
        staticfiles_storage.url(art_path(code)),
        label,
    )


def art_path(code: str) -> str:
    """The drawing's path below static/: the category's own, else its group's, else the open crate of OUT."""
    own = f"img/categories/{code}.svg"
    if _exists(own):
        return own
    group = code.split("-")[0]
    return f"img/categories/{group if group in CATEGORY_GROUPS else 'OUT'}.svg"


@cache
def _exists(path: str) -> bool:
    return "/" not in path.rsplit("/", 1)[-1] and finders.find(path) is not None


@register.simple_tag
def joint(score) -> SafeString:
    """Two pieces that slot together: closed at 100, apart at 0. Decorative; the number stands beside it."""
    gap = round((100 - _within(score, 0, 100)) * 0.14, 2)
    return format_html(
        '<svg class="score-joint" viewBox="0 0 72 36" aria-hidden="true">'
        '<path class="half-a" d="M0 0h27v11h10v14H27v11H0z"/>'
        '<path class="half-b" transform="translate({} 0)" d="M28.5 0H58v36H28.5V26.500h10v-17h-10z"/></svg>',
        gap,
    )


@register.simple_tag
def bar(value, maximum=100, tone: str = "") -> SafeString:
    """A silent bar; the number it shows is always written beside it."""
    width = round(100 * _within(value, 0, maximum) / (float(maximum) or 1), 1)
    return format_html(
        '<svg class="bar{}" viewBox="0 0 100 7" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ground" width="100" height="7"/><rect class="fill" width="{}" height="7"/></svg>',
        f" bar-{tone}" if tone else "",
        width,
    )


def _within(value, low: float, high: float) -> float:
    try:
        return min(max(float(value), float(low)), float(high))
    except (TypeError, ValueError):
        return float(low)


# -- forms and lists --------------------------------------------------------------------------------------------------
@register.simple_tag
def control(field: forms.BoundField, placeholder: str = "", extra_class: str = "") -> SafeString:
    """The field's widget with our class on it; Django itself adds aria-describedby and aria-invalid."""
    widget = field.field.widget
    attrs = {}
    css = {
        forms.CheckboxInput: "form-check-input",
        forms.RadioSelect: "",
        forms.CheckboxSelectMultiple: "",
        forms.Select: "form-select",
        forms.SelectMultiple: "form-select",
    }
    kind = next((cls for cls in (*css, forms.Widget) if isinstance(widget, cls)), forms.Widget)
    if isinstance(widget, forms.RadioSelect):
        kind = forms.RadioSelect
    elif isinstance(widget, forms.CheckboxSelectMultiple):
        kind = forms.CheckboxSelectMultiple
    classes = " ".join(filter(None, [widget.attrs.get("class"), css.get(kind, "form-control"), extra_class]))
    if classes:
        attrs["class"] = classes
    if placeholder:
        attrs["placeholder"] = placeholder
    if help_id := _help_id(field):
        attrs["aria-describedby"] = help_id
    return field.as_widget(attrs=attrs)


def _help_id(field: forms.BoundField) -> str:
    parts = [f"{field.auto_id}_helptext"] if field.help_text else []
    if field.errors:
        parts.append(f"{field.auto_id}_error")
    return " ".join(parts) if field.auto_id else ""


MANY = 12  # check boxes; more of them scroll in a list that opens


@register.filter
def field_kind(field: forms.BoundField) -> str:
    """'check', 'choices', 'ticks' (many), 'languages', 'file' or 'text': which markup the field needs."""
    widget = field.field.widget
    if isinstance(widget, MultilingualInput):
        return "languages"
    if isinstance(widget, forms.CheckboxSelectMultiple) and len(list(widget.choices)) > MANY:
        return "ticks"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    return "file" if isinstance(widget, forms.FileInput) else "text"


@register.simple_tag
def facet_option(facet: str, option: Mapping[str, Any], form_id: str = "") -> SafeString:
    """One check box of a filter, with its words, its flag and how many entries it would leave.

    `option` has value, label, and optionally count, checked, flag, deep, and `facet`: the parameter of the address
    where it is not the one of the list. A page of the directory shows about a hundred of them, so this is a tag and
    not a template.
    """
    count = option.get("count")
    return _facet_option(
        option.get("facet") or facet,
        f"{option['value']}",
        f"{option['label']}",  # plain text: what is escaped never depends on what was cached first
        "" if count is None else number(count),
        str(option.get("flag") or ""),
        (bool(option.get("deep")), bool(option.get("checked"))),
        str(form_id or ""),
    )


@lru_cache(maxsize=4096)
def _facet_option(
    name: str, value: str, label: str, count: str, country: str, states: tuple[bool, bool], form_id: str
) -> SafeString:
    is_deep, is_checked = states
    return format_html(
        '<li><label class="facet-option{}"><input class="form-check-input" type="checkbox" id="f-{}-{}" name="{}"'
        ' value="{}"{}{}>{} <span class="name">{}</span> {}</label></li>',
        " facet-option--deep" if is_deep else "",
        name,
        value,
        name,
        value,
        format_html(' form="{}"', form_id) if form_id else "",
        mark_safe(" checked") if is_checked else "",
        _flag(country, ""),
        label,
        format_html('<span class="count">{}</span>', count) if count else "",
    )


@register.simple_tag
def elided(page) -> Iterable:
    """Page numbers with gaps for a pager: 1 … 4 5 6 … 20."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def reason_text(reason) -> str:
    """The sentence of a reason, whether it comes as a string or as a mapping with `text`."""
    return reason.get("text", "") if isinstance(reason, dict) else str(getattr(reason, "text", reason))


# -- languages --------------------------------------------------------------------------------------------------------
@register.filter
@stringfilter
def direction(language: str) -> str:
    """'rtl' for Arabic, Hebrew, Persian, Urdu and their like, else 'ltr'; 'auto' when the language is not known."""
    return "auto" if not language else "rtl" if is_rtl(language) else "ltr"


@register.filter
@stringfilter
def language_short(code: str) -> str:
    """A language's own name; of a language of the site, as its table writes it."""
    language = find(code)
    if language and language.code == code.lower():
        return language.name
    try:
        return Locale.parse(code, sep="-").get_display_name() or code
    except (UnknownLocaleError, ValueError):
        return code


@register.filter
@stringfilter
def language_tag(code: str) -> str:
    """A code as the attribute `lang` writes it: zh-Hans."""
    return tag_of(code)


@register.filter
@stringfilter
def og_locale(code: str) -> str:
    """A language with the country where most of its readers live, as Open Graph wants it: zh_CN (CLDR)."""
    base = base_of(code)
    return f"{base}_{get_global('likely_subtags').get(base, base).rsplit('_', 1)[-1]}"


@register.simple_tag
def language_buttons() -> SafeString:
    """A button for each language of the site, by its own name. On every page, so this is a tag and not a template."""
    here = current()
    return format_html_join(
        "",
        '<button type="submit" name="language" value="{}" lang="{}" dir="{}"{}>{}</button>',
        (
            (one.code, one.tag, one.direction, mark_safe(' aria-current="true"') if one.code == here else "", one.name)
            for one in site_languages()
        ),
    )


@register.simple_tag
def alternate_links(alternates: Iterable[Alternate]) -> SafeString:
    """For the head of a public page: its address in each language, and which one is this page's own."""
    by_language = {one.language: one.url for one in alternates}
    links = ((language.tag, url) for language, url in by_language.items())
    own = next((url for language, url in by_language.items() if language.code == current()), "")
    return format_html(
        '{}<link rel="canonical" href="{}"><meta property="og:url" content="{}">',
        format_html_join("", '<link rel="alternate" hreflang="{}" href="{}">', links),
        own,
        own,
    )


# -- numbers, money, dates --------------------------------------------------------------------------------------------
register.filter("money", money)  # `{{ quote.price|money:"USD" }}`
register.filter("number", number)  # `{{ count|number }}`, `{{ price|number:2 }}`
register.filter("isolated", formats.isolate)
register.filter("percent", percent)  # `{{ rate|percent:1 }}`


@register.filter
def day(value: date | datetime | None, style: str = "medium") -> str:
    """A date: short, medium, long, full, or a CLDR pattern; a datetime is first brought to the current time zone."""
    if isinstance(value, datetime):
        value = (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return formats.day(value, style)


@register.filter
def month(value: date | None) -> str:
    """The month of a date with its year, in the reader's order: Dec 2026, 2026年12月."""
    return format_skeleton("yMMM", value, locale=current_locale()) if value else ""


@register.filter
def moment(value: datetime | None, style: str = "medium") -> str:
    """A date and time in the current time zone, without seconds."""
    if not value:
        return ""
    # UTC is shown where the zone of the reader is not known, and is named then.
    is_utc = timezone.is_aware(value) and timezone.get_current_timezone_name() == "UTC"
    value = timezone.localtime(value) if timezone.is_aware(value) else value
    text = formats.moment(value, style)
    return f"{text} UTC" if is_utc else text


@register.filter
def clock(value: datetime | time | None) -> str:
    """Hours and minutes on the reader's clock."""
    if not value:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return formats.clock(value)


@register.filter
def ago(value: datetime | None) -> str:
    """How long since or until: '3 days ago', '3天前', 'in 2 hours'."""
    if not value:
        return ""
    return format_timedelta(value - timezone.now(), add_direction=True, locale=current_locale())


@register.filter
def moment_in(value: datetime | None, zone: str) -> str:
    """A datetime on the clock of the named zone (`Asia/Shanghai`): the event's own time, beside the viewer's."""
    return moment(timezone.localtime(value, ZoneInfo(zone)).replace(tzinfo=None)) if value else ""


@register.filter
def zone(value: ZoneInfo | str) -> str:
    """A time zone as people say it: Beijing time (UTC+8)."""
    return zone_name(str(value))


@register.filter
def browser(agent: str) -> str:
    """The browser and the system of a user agent, as people call them; what it says of itself where we know neither."""
    name = next((name for sign, name in BROWSERS.items() if f"{sign}/" in agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    if name and system:
        return gettext("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or agent[:60] or gettext("an unknown browser")
