"""How complete a product is: what buyers ask for first, and what matching can work with."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Product


@dataclass(frozen=True, slots=True)
class Completeness:
    """`percent` 0 to 100, and the sentences of what is missing, most useful first."""

    percent: int
    missing: tuple[str, ...]


def completeness(product: Product) -> Completeness:
    """Reads `texts`, `certificates` and `images`, which lists prefetch."""
    texts = list(product.texts.all())
    original = next((text for text in texts if text.is_original), None)
    asked = (
        (original is not None, _("Give it a name.")),
        (product.category_id is not None, _("Choose a category.")),
        (bool(product.origin), _("Say where it comes from.")),
        (original is not None and len(original.description) >= 40, _("Describe it in a few sentences.")),
        (bool(product.hs_code), _("Add the HS code: duty and entry rules depend on it.")),
        (product.price_low is not None, _("Add a price band: buyers compare it with their target.")),
        (product.min_order is not None, _("State the minimum order.")),
        (product.lead_time_days is not None, _("State the lead time.")),
        (len(texts) > 1, _("Add a text in English or Chinese.")),
        (bool(list(product.certificates.all())), _("Tick the certificates you hold.")),
        (bool(list(product.images.all())), _("Add a picture.")),
    )
    done = sum(1 for fulfilled, _sentence in asked if fulfilled)
    return Completeness(
        percent=round(100 * done / len(asked)),
        missing=tuple(sentence for fulfilled, sentence in asked if not fulfilled),
    )
