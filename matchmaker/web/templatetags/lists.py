"""Tags that show a product or a company on a public page: cards, rows and names."""

from django import template
from django.template import Context
from django.utils.text import capfirst

register = template.Library()


@register.inclusion_tag("public/parts/product_card.html", takes_context=True)
def product_card(context: Context, product) -> dict:
    """A product to browse: a row read with `for_cards`, or a card of the directory.

    A buyer (`buyer_company` in the context) also gets the button that puts the product on the shortlist.
    """
    shown, original = product.text, product.original
    images = product.images if isinstance(product.images, list) else product.images.all()
    return {
        "product": product,
        "shown": shown,
        "original": original,
        "has_other_name": bool(shown and original and original.language != shown.language),
        "image": images[0] if images else None,
        "buyer_company": context.get("buyer_company"),
        "shortlisted": context.get("shortlisted"),
        "request": context.get("request"),
    }


@register.inclusion_tag("public/parts/who.html")
def who(company, url: str = "", place: str = "") -> dict:
    """A company by its name in both scripts, and where it is: its country unless another place is given."""
    return {"company": company, "url": url, "place": place or company.country_name}


@register.inclusion_tag("public/parts/verification.html")
def verification(company) -> dict:
    """How sure we are who a company is."""
    return {"label": capfirst(company.get_verification_display()) if company.verification else ""}
