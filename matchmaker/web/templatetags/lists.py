"""Pieces that a list shows a hundred times, filled from moulds (web/moulds.py)."""

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString, mark_safe

from matchmaker.core.figures import quantity
from matchmaker.web.moulds import address_of, filled
from matchmaker.web.templatetags.trade import place, price
from matchmaker.web.templatetags.ui import category_art, direction, flag, number

register = template.Library()


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
    return mark_safe("".join(filled("components/facet_option.html", one) for one in values))  # pieces are safe


@register.simple_tag
def product_card(product) -> SafeString:
    """What a list shows of a product (public/parts/product_card_body.html): a `Product` or a card of the directory."""
    shown, original = product.text, product.original
    other = original if shown and original and original.language != shown.language else None
    image = next(iter(product.images if isinstance(product.images, list) else product.images.all()), None)
    values = {
        "url": address_of("product", product.uid),
        "name": product.name,
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
    return filled("public/parts/product_card_body.html", values)
