"""What pages show of the Chinese label of a product: its lines, its versions and the code on the package."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue.models import Product
from matchmaker.core.site_prefix import script_prefix
from matchmaker.market_access import labels, sentences
from matchmaker.market_access.models import LabelVersion


@dataclass(frozen=True, slots=True)
class LabelLine:
    code: str
    label: str  # in Chinese, as on the package
    name: str  # in the language of the page
    text: str
    rule: str
    source_url: str
    is_required: bool
    is_missing: bool


def lines_of(texts: dict[str, str]) -> list[LabelLine]:
    """The items of the label for goods made today."""
    return [
        LabelLine(
            code=line.field.code,
            label=line.field.label,
            name=sentences.label_field(line.field.code),
            text=line.text,
            rule=sentences.label_rule(line.field.rule),
            source_url=line.field.source_url,
            is_required=line.is_required,
            is_missing=line.is_missing,
        )
        for line in labels.draft(texts, timezone.localdate())
    ]


def history_of(versions: list[LabelVersion]) -> list[dict[str, Any]]:
    """Versions, the newest first, each with the names of the items that it changed."""
    found = []
    before: dict[str, str] = {}
    for version in versions:
        changed = [code for code in labels.TYPED if version.texts.get(code) != before.get(code)]
        found.append({"version": version, "changed": [sentences.label_field(code) for code in changed]})
        before = version.texts
    return found[::-1]


def is_intact(versions: list[LabelVersion]) -> bool:
    return labels.is_intact((one.number, one.texts, one.digest) for one in versions)


def public_address(product: Product) -> str:
    """The address in the code on the package; it stays the same for all versions, and for all campaigns."""
    with script_prefix(""):
        return settings.SITE_URL + reverse("product_label", args=[product.uid])
