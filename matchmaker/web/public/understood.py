"""What a search made of the words, said to the person who typed them, with a way to narrow each or to undo it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.catalogue.models import HSCode
from matchmaker.core.formats import isolate
from matchmaker.core.languages import base_of, current
from matchmaker.core.lists import format_list
from matchmaker.core.ttl_cache import cached_for
from matchmaker.engines.language import is_readable
from matchmaker.engines.search import QueryInterpretation
from matchmaker.web.public.addresses import address
from matchmaker.web.templatetags.trade import hs, language_name

LONGEST = 90  # characters of a tariff text
NAMES = 3  # in other languages that are written out
GLOSSES = 4  # words of a gloss that are shown


def sentences(request, understood: QueryInterpretation | None) -> list[dict[str, str]]:
    """[{text, url, url_label}]; url is empty where there is nothing to do about it."""
    if request.GET.get("exactly"):
        undo = {"url": address(request, drop={"exactly": None}), "url_label": _("Search by meaning too")}
        return [{"text": _("Only the words as they were typed."), **undo}]
    if understood is None:
        return []
    found = []
    if understood.is_cut:
        found.append({"text": _("Only the first 200 characters were read.")})
    if understood.number:
        found.append({"text": _("Read as the number of a company or a certificate.")})
    for typed, read in understood.spelling:
        words = {"typed": isolate(typed), "read": isolate(read)}
        found.append({"text": _("“%(typed)s” was read as “%(read)s”.") % words})
    if understood.named:
        named = format_list(map(isolate, understood.named[:GLOSSES]))
        found.append({"text": _("Read as “%(words)s”.") % {"words": named}})
    elif understood.gloss:
        named = format_list(map(isolate, dict.fromkeys(understood.gloss.split()[: 2 * GLOSSES])))
        found.append({"text": _("Read as “%(words)s”.") % {"words": named}})
    elif understood.language and understood.language not in ("en", "zh"):
        found.append({"text": _("Read as %(language)s.") % {"language": language_name(understood.language)}})
    found += _heading(request, understood) + _other_languages(understood)
    if understood.gloss or understood.named or understood.spelling or understood.language:
        undo = {"url": address(request, drop={}, add={"exactly": "1"}), "url_label": _("Only these words")}
        found.append({"text": "", **undo})
    return found


def _other_languages(understood: QueryInterpretation) -> list[dict[str, str]]:
    """Names that the reader can read, and in how many more languages there are some."""
    reader = base_of(current())
    readable = [name for _language, name in understood.others if is_readable(name, reader)][:NAMES]
    if not readable:
        return []
    names = " · ".join(map(isolate, readable))
    more = len(understood.others) - len(readable)
    if more:
        words = ngettext(" and in %(count)d more language", " and in %(count)d more languages", more)
        names += words % {"count": more}
    return [{"text": _("In other languages: %(names)s.") % {"names": names}}]


def _heading(request, understood: QueryInterpretation) -> list[dict[str, str]]:
    code = understood.hs_code or understood.heading
    row = _hs_code(code) if code else None
    if row is None:
        return []
    text = row.description
    text = text if len(text) <= LONGEST else text[: LONGEST - 2].rstrip(" ,;") + "…"
    values = {"code": _code_to_read(row), "text": text}
    if understood.hs_code:
        return [{"text": _("HS %(code)s: “%(text)s”") % values}]
    narrow = {"url": address(request, drop={}, add={"q": row.code}), "url_label": _("Only these")}
    return [{"text": _("Most of the best stand under HS %(code)s: “%(text)s”") % values, **narrow}]


def _code_to_read(row: HSCode) -> str:
    """With its chapter where its own text is not in the reader's language: there are everyday names at best."""
    title = row.chapter_title
    if not title:
        return hs(row.code)
    values = {"code": hs(row.code), "chapter": row.code[:2], "title": title}
    return _("%(code)s (chapter %(chapter)s, %(title)s)") % values


@cached_for(600)
def _hs_code(code: str) -> HSCode | None:
    return HSCode.objects.select_related("parent__parent").filter(pk=code).first()


def demand_from(query: str) -> str:
    """Where the words of a search become a demand."""
    return reverse("buyer_demand_new", query={"text": query} if query else None)
