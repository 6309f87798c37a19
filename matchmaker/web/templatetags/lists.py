"""Pieces that a list shows a hundred times, filled from moulds (web/moulds.py)."""

from collections.abc import Iterable, Mapping

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

from matchmaker.core.figures import quantity
from matchmaker.web.moulds import address_of, filled, filled_each
from matchmaker.web.templatetags.trade import place, price
from matchmaker.web.templatetags.ui import category_art, direction, flag, number

register = template.Library()
CARD, STAR, HEADER = "public/parts/product_card.html", "public/parts/star.html", "components/site_header.html"


@register.simple_tag
def facet_options(facet: Mapping, form_id: str = "") -> SafeString:
    """The options of one filter (components/facet_option.html)."""
    values = (
        {
            "facet": option.get("facet", facet["name"]),
            "deep": "deep" if option.get("deep") else "",
            "value": str(option["value"]),
            "form": form_id or "",
            "checked": "checked" if option.get("checked") else "",
            "flag": flag(option["flag"]) if option.get("flag") else "",
            "label": str(option["label"]),
            "count": "" if option.get("count") is None else number(option["count"]),
        }
        for option in facet["options"]
    )
    return filled_each("components/facet_option.html", values)


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
def site_header(context: Context) -> SafeString:
    """The header of every page; for somebody who is not signed in it differs by the place alone, and is a mould."""
    user, request = context.get("user"), context.get("request")
    if request is None or user is None or user.is_authenticated:
        return get_template(HEADER).template.render(context)
    values = {"page_address": request.get_full_path(), "csrf_token": str(context.get("csrf_token") or "")}
    return filled(HEADER, values, area=context.get("area"), nav=tuple(context.get("nav") or ()))
