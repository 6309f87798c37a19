"""How complete a product is: what buyers ask for first, and what open demands for such goods ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.matching.services.gaps import Gap
from matchmaker.web.templatetags.trade import certificate

MOST = 5  # sentences about demands


@dataclass(frozen=True, slots=True)
class Wanted:
    sentence: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """`percent` 0 to 100, and the sentences of what is missing, most useful first; `wanted` are those of demands."""

    percent: int
    missing: tuple[str, ...]
    wanted: tuple[Wanted, ...] = ()


def completeness(product: Product, gaps: Sequence[Gap] = ()) -> Completeness:
    """Reads `texts`, `certificates` and `images`, which lists prefetch."""
    texts = list(product.texts.all())
    original = next((text for text in texts if text.is_original), None)
    asked = (
        ("name", original is not None, _("Give it a name.")),
        ("category", product.category_id is not None, _("Choose a category.")),
        ("origin", bool(product.origin), _("Say where it comes from.")),
        (
            "description",
            original is not None and len(original.description) >= 40,
            _("Describe it in a few sentences."),
        ),
        ("hs", bool(product.hs_code), _("Add the HS code: duty and entry rules depend on it.")),
        ("price", product.price_low is not None, _("Add a price band: buyers compare it with their target.")),
        ("minimum_order", product.min_order is not None, _("State the minimum order.")),
        ("delivery", product.lead_time_days is not None, _("State the lead time.")),
        ("texts", len(texts) > 1, _("Add a text in English or Chinese.")),
        ("certificates", bool(list(product.certificates.all())), _("Tick the certificates you hold.")),
        ("images", bool(list(product.images.all())), _("Add a picture.")),
    )
    said = {gap.code for gap in gaps[:MOST]}
    done = sum(1 for _code, fulfilled, _sentence in asked if fulfilled)
    return Completeness(
        percent=round(100 * done / len(asked)),
        missing=tuple(sentence for code, fulfilled, sentence in asked if not fulfilled and code not in said),
        wanted=tuple(_about(gap) for gap in gaps[:MOST]),
    )


def _about(gap: Gap) -> Wanted:
    """What to do, and how many demands ask for it."""
    many = ngettext(
        "%(n)d of %(of)d open demand line for such goods", "%(n)d of %(of)d open demand lines for such goods", gap.of
    )
    said = {
        "certificates": _("Tick %(what)s if you hold it."),
        "verification": _("Send the team a paper about your company, to be shown as “%(what)s”."),
        "origin": _("Say where it comes from."),
        "price": _("Add your price: they name what they want to pay."),
        "minimum_order": _("State your minimum order: they name a quantity."),
        "delivery": _("State your lead time: they have a last day of delivery."),
        "capacity": _("State your capacity."),
        "size": _("Say on your company's page how many people work there."),
        "language": _("Name on your company's page the languages you speak."),
        "years": _("Add on your company's page the year of founding."),
    }[gap.code]
    what = certificate(gap.detail) if gap.code == "certificates" else ""
    if gap.code == "verification":
        what = str(Company.Verification(int(gap.detail)).label)
    return Wanted(said % {"what": what}, many % {"n": gap.lines, "of": gap.of})
