"""Pieces that a list shows a hundred times, filled from moulds (web/moulds.py)."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext

from matchmaker.core.figures import quantity
from matchmaker.web.moulds import address_of, filled, filled_each
from matchmaker.web.templatetags.trade import place, price
from matchmaker.web.templatetags.ui import avatar, category_art, direction, flag, number

register = template.Library()
CARD, STAR, HEADER = "public/parts/product_card.html", "public/parts/star.html", "components/site_header.html"
SELLER, GOOD = "public/parts/supplier_row.html", "public/parts/supplier_good.html"
WHO, VERIFICATION = "public/parts/who.html", "public/parts/verification.html"
_NUMBER = "\ue002"  # private use: in place of an option's number


@register.simple_tag
def facet_options(facet: Mapping, form_id: str = "") -> SafeString:
    """The options of one filter (components/facet_option.html)."""
    language, found = get_language() or "en", []
    for option in facet["options"]:
        before, after = _option(
            language,
            option.get("facet", facet["name"]),
            str(option["value"]),
            str(option["label"]),
            form_id or "",
            option.get("flag") or "",
            bool(option.get("deep")),
            bool(option.get("checked")),
            option.get("count") is not None,
        )
        found += (before, "" if option.get("count") is None else number(option["count"]), after)
    return SafeString("".join(found))  # numbers between pieces of a mould


@lru_cache(maxsize=1 << 13)
def _option(
    _language: str,
    facet: str,
    value: str,
    label: str,
    form: str,
    flagged: str,
    deep: bool,
    checked: bool,
    counted: bool,
) -> tuple[str, str]:
    """An option before and behind its number: that alone changes from page to page."""
    values = {
        "facet": facet,
        "deep": "deep" if deep else "",
        "value": value,
        "form": form,
        "checked": "checked" if checked else "",
        "flag": flag(flagged) if flagged else "",
        "label": label,
        "count": _NUMBER if counted else "",
    }
    text = filled("components/facet_option.html", values)
    # An address may hold any character, this one too; the number is what stands last.
    before, _number, after = text.rpartition(_NUMBER) if counted else (text, "", "")
    return before, after


@register.simple_tag
def facet_select(select: Mapping, form_id: str = "") -> SafeString:
    """A choice that stands above the options of a filter (components/facet_select.html)."""
    given = {"name": select["name"], "label": select["label"], "chosen": select["value"]}
    return filled("components/facet_select.html", {"form": form_id or ""}, options=tuple(select["options"]), **given)


@register.simple_tag(takes_context=True)
def product_cards(context: Context, products: Iterable) -> SafeString:
    """Products to browse, as rows read with `for_cards` or cards of the directory; for a buyer (`buyer_company`,
    `shortlisted`), each with the star that keeps it."""
    star = get_template(STAR).template if context.get("buyer_company") else None
    values = []
    for product in products:
        values.append(_on_card(product))
        if star:
            with context.push(product=product, words=False):
                values[-1]["star"] = star.render(context)
    return filled_each(CARD, values)


def product_card(product) -> SafeString:
    """One of them."""
    return filled(CARD, _on_card(product))


def _on_card(product) -> dict[str, str]:
    shown, original = product.text, product.original
    other = original if shown and original and original.language != shown.language else None
    image = next(iter(product.images if isinstance(product.images, list) else product.images.all()), None)
    values = {
        "url": address_of("product", product.uid),
        "name": shown.name if shown else product.name,
        "lang": shown.language if shown else "",
        "dir": direction(shown.language if shown else ""),
        "other": other.name if other else "",
        "other_lang": other.language if other else "",
        "other_dir": direction(other.language) if other else "",
        "flag": flag(product.origin),
        "origin": product.origin_name,
        "company": product.company.display_name,
        "price": price(product),
        "amount": quantity(product.min_order, product.min_order_unit),
        "incoterm": product.incoterm,
        "place": place(product.incoterm_place) if product.incoterm else "",
    }
    if image:
        size = {"image_width": str(image.width), "image_height": str(image.height)}
        words = {"image_alt": image.alt, "image_lang": original.language if original else ""}  # the supplier's own
        values |= {"image": image.small_url, **words, **size}
    else:
        values["art"] = category_art(product.category_id)
    return values


@register.simple_tag(takes_context=True)
def supplier_rows(context: Context, companies: Iterable) -> SafeString:
    """Suppliers to browse, as web/public/suppliers reads them; a buyer (`buyer_company`) may tick them to compare."""
    values = []
    for company in companies:
        url, many = address_of("supplier", company.uid), company.product_count
        more = ngettext("%(n)s product", "All %(n)s products", many) % {"n": number(many)}
        values.append({
            "url": url,
            "who": who(company, url),
            "name": company.display_name,
            "compare": str(company.uid) if context.get("buyer_company") else "",
            "verification": verification(company),
            "is_first": "yes" if company.first_time_exporter else "",
            "goods": filled_each(GOOD, map(_good, company.shown)),
            "more": more if many > len(company.shown) else "",
        })  # fmt: skip
    return filled_each(SELLER, values)


def _good(product) -> dict[str, str]:
    shown = product.text
    return {
        "url": address_of("product", product.uid),
        "name": shown.name,
        "lang": shown.language,
        "dir": direction(shown.language),
    }


@register.simple_tag
def who(company, url: str = "", place: str = "") -> SafeString:
    """A company by its name in both scripts, and where it is: its country unless another place is given."""
    other = company.other_name
    values = {
        "avatar": avatar(company.display_name),
        "url": url,
        "name": company.display_name,
        "other": other,
        "is_zh": "yes" if other == company.name_zh else "",
        "flag": flag(company.country),
        "place": place or company.country_name,
    }
    return filled(WHO, values)


@register.simple_tag
def verification(company) -> SafeString:
    """How sure we are who a company is."""
    return filled(VERIFICATION, {"label": capfirst(company.get_verification_display()) if company.verification else ""})


@register.simple_tag(takes_context=True)
def site_header(context: Context) -> SafeString:
    """The header of every page; for somebody who is not signed in it differs by the place alone, and is a mould."""
    user, request = context.get("user"), context.get("request")
    if request is None or user is None or user.is_authenticated:
        return get_template(HEADER).template.render(context)
    values = {"page_address": request.get_full_path(), "csrf_token": str(context.get("csrf_token") or "")}
    return filled(HEADER, values, area=context.get("area"), nav=tuple(context.get("nav") or ()))
