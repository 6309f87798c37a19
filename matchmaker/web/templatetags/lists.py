"""Tags that show a product or a company on a public page: cards, rows and names."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from matchmaker.core.formats import capfirst
from matchmaker.core.ttl_cache import cached_for
from matchmaker.directory.cards import ProductCard

register = template.Library()


@register.simple_tag(takes_context=True)
def product_card(context: Context, product) -> SafeString:
    """A product to browse: a row read with `for_cards`, or a card of the directory.

    A buyer (`buyer_company` in the context) also gets the button that puts the product on the shortlist. The button
    belongs to the viewer, so it is not part of the cached HTML.
    """
    if isinstance(product, ProductCard):
        body = _cached_card_body(product, get_language() or "en")
    else:
        body = _card_body(product)
    star = _star(context, product) if context.get("buyer_company") else ""
    return format_html('<article class="card card-link product">{}{}</article>', body, star)


@cached_for(600)  # shorter than the life of a signed address of a picture, which is an hour
def _cached_card_body(product: ProductCard, _language: str) -> SafeString:
    """The HTML of a card of the directory. A changed product has another card, so nothing has to be deleted."""
    return _card_body(product)


def _card_body(product) -> SafeString:
    shown, original = product.text, product.original
    images = product.images if isinstance(product, ProductCard) else product.open_pictures
    context: dict[str, Any] = {
        "product": product,
        "shown": shown,
        "original": original,
        "has_other_name": bool(shown and original and original.language != shown.language),
        "image": images[0] if images else None,
    }
    return render_to_string("public/parts/product_card.html", context)


def _star(context: Context, product) -> SafeString:
    names = ("shortlisted", "request", "csrf_token")
    return render_to_string(
        "public/parts/star.html", {"product": product, **{name: context.get(name) for name in names}}
    )


@register.inclusion_tag("public/parts/who.html")
def who(company, url: str = "", place: str = "") -> dict:
    """A company by its name in both scripts, and where it is: its country unless another place is given."""
    return {"company": company, "url": url, "place": place or company.country_name}


@register.inclusion_tag("public/parts/verification.html")
def verification(company) -> dict:
    """How sure we are who a company is."""
    return {"label": capfirst(company.get_verification_display()) if company.verification else ""}
