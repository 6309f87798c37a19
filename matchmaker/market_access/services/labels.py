"""Drafts of the Chinese label of a product: versions that are only added to."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product
from matchmaker.companies.services import require_member
from matchmaker.core import reference
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_text
from matchmaker.market_access import labels
from matchmaker.market_access.models import LabelVersion, Registration
from matchmaker.market_access.number_formats import is_in_form

FOOD_NUMBERS = ("GACC-FOOD", "GACC")


def proposed_texts(product: Product) -> dict[str, str]:
    """What the label would say by the product's own data; items that it does not have are left out."""
    country = reference.countries().get(product.origin)
    name = product.texts.filter(language="zh").first()
    found = {
        "name": name.name if name else "",
        "origin": reference.name_in(country, "zh-hans") if country else "",
        "registration": _food_number(product),
        "shelf_life": labels.shelf_life(product.shelf_life_days),
        "storage": labels.STORAGE.get(product.storage, ""),
    }
    return {code: text for code, text in found.items() if text}


def _food_number(product: Product) -> str:
    """The number of the plant that holds today, where one in its usual form is on record."""
    rows = Registration.objects.on(timezone.localdate()).filter(
        Q(product=product) | Q(company=product.company_id, product__isnull=True), code__in=FOOD_NUMBERS
    )
    return next((row.number for row in rows if is_in_form(row.code, row.number)), "")


def label_texts(product: Product) -> dict[str, str]:
    """The latest version, or what the product's data propose where there is none."""
    latest = product.labels.last()
    return dict(latest.texts) if latest else proposed_texts(product)


@transaction.atomic
def save_label(*, by: User, product: Product, texts: Mapping[str, Any], is_public: bool) -> LabelVersion:
    """Add a version of the label; earlier ones stay as they are.

    Raises:
        Refused: `not_found` for a stranger, `nothing_changed` where it says what the latest version says.
        ValidationError: by item.
    """
    require_member(by, product.company)
    Product.objects.select_for_update(of=("self",)).get(pk=product.pk)  # numbers follow each other
    given = _check_texts(texts)
    latest = product.labels.last()
    if latest and latest.texts == given and latest.is_public == is_public:
        raise Refused("nothing_changed", _("This is what the latest version says."))
    number = latest.number + 1 if latest else 1
    row = LabelVersion.objects.create(
        product=product,
        number=number,
        texts=given,
        is_public=is_public,
        digest=labels.digest(latest.digest if latest else "", number, given),
        made_by=by,
    )
    facts = {"number": number, "digest": row.digest, "public": is_public}
    record(by=by, verb="save_label", on=product, organisation=product.company, facts=facts)
    return row


def _check_texts(texts: Mapping[str, Any]) -> dict[str, str]:
    problems: dict[str, Any] = {}
    given = {}
    for code in labels.TYPED:
        text = str(texts.get(code) or "").strip()
        if not text:
            continue
        given[code] = text
        try:
            validate_text(text)
        except ValidationError as error:
            problems[code] = error
        if len(text) > labels.LONGEST:
            problems[code] = _("At most %(n)d characters.") % {"n": labels.LONGEST}
    if problems:
        raise ValidationError(problems)
    if not given:
        raise ValidationError({"name": _("Fill in at least one item.")})
    return given
