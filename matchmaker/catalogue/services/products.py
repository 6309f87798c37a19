"""What suppliers do with their products."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Product, ProductCertificate, ProductText, ProductVariant
from matchmaker.catalogue.models.products import TERMS
from matchmaker.catalogue.services.translations import request_product_translations
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core import reference
from matchmaker.core.fields import validate
from matchmaker.core.problems import NotFound, Refused

MAX_VARIANTS = 30

Text = Mapping[str, str]  # language, name, description
Variant = Mapping[str, Any]  # label, article, price, min_order


@transaction.atomic
def save_product(
    *,
    by: User,
    company: Company,
    product: Product | None = None,
    texts: Iterable[Text] | None = None,
    certificates: Iterable[str] | None = None,
    variants: Iterable[Variant] | None = None,
    code_is_confirmed: bool = True,
    **fields,
) -> Product:
    """Write a product; the first text is the supplier's own. `None` leaves texts, certificates or variants as they are.

    `code_is_confirmed` says whether a person chose or typed the category and code that are given.

    A change of what is published raises the revision, which is what matching waits for.

    Raises:
        ValidationError: by field.
        Refused: `wrong_role` for a company that does not sell, `not_found` for a stranger.
    """
    require_member(by, company)
    if not company.is_supplier:
        raise Refused("wrong_role", _("Only suppliers list products."), status=403)
    is_new = product is None
    product = product or Product(company=company)
    if product.company_id != company.pk:
        raise NotFound()
    before = {name: getattr(product, name) for name in fields if name in TERMS}
    if {"hs_code", "category_id"} & fields.keys():
        product.code_is_confirmed = code_is_confirmed
    write_product(product, fields, texts=texts, certificates=certificates, variants=variants)
    record(
        by=by,
        verb="save_product",
        on=product,
        organisation=company,
        facts={"new": is_new, **_differences(before, product)},
    )
    return product


def write_product(
    product: Product,
    fields: Mapping[str, Any],
    *,
    texts: Iterable[Text] | None = None,
    certificates: Iterable[str] | None = None,
    variants: Iterable[Variant] | None = None,
) -> None:
    """Check and write a product by every rule there is. Rights and the audit are left to the caller.

    Raises:
        ValidationError: by field.
    """
    for name, value in fields.items():
        if name not in TERMS:
            raise ValueError(f"{name} is not for suppliers to write")
        setattr(product, name, value)
    if "hs_code" in fields and "national_line" not in fields and not product.national_line.startswith(product.hs_code):
        product.national_line = ""  # it belonged to the code before
    _check(product, certificates)
    if product.pk is not None:
        product.revision += 1
    product.save()
    if texts is not None:
        _write_texts(product, list(texts))
    if certificates is not None:
        _write_certificates(product, set(certificates))
    if variants is not None:
        _write_variants(product, list(variants))
    product.refresh_from_db()  # also forgets prefetched texts, certificates and variants
    if product.status == Product.Status.PUBLISHED:
        check_publishable(product)
        request_product_translations(product)


def _differences(before: Mapping[str, Any], product: Product) -> dict[str, dict[str, str]]:
    """What fields said before and say now, as texts; only those that differ. Words and pictures are not repeated."""
    now = {name: getattr(product, name) for name in before}
    changed = [name for name, value in before.items() if value != now[name] and (value or now[name])]
    return {
        "before": {name: "" if before[name] is None else str(before[name]) for name in changed},
        "after": {name: "" if now[name] is None else str(now[name]) for name in changed},
    }


def _check(product: Product, certificates: Iterable[str] | None) -> None:
    problems: dict = {}
    rules.check_product(product, None if certificates is None else list(certificates), problems)
    validate(product, problems, exclude=["category"])


def _write_texts(product: Product, texts: list[Text]) -> None:
    text_keys = []
    for place, text in enumerate(texts):
        language = text["language"].split("-")[0]
        if language not in reference.languages():
            raise ValidationError({"language": _("Choose a language from the list.")})
        row = ProductText.objects.filter(product=product, language=language).first() or ProductText(
            product=product, language=language
        )
        fill_text(row, text, place)
        if place == 0:  # one original only: the old one steps down first
            ProductText.objects.filter(product=product, is_original=True).exclude(pk=row.pk).update(is_original=False)
        row.full_clean(exclude=["product"])
        row.save()
        text_keys.append(row.pk)
    ProductText.objects.filter(product=product).exclude(pk__in=text_keys).delete()


def fill_text(row: ProductText, text: Text, place: int) -> ProductText:
    """Put words into a text; the first of a product is the supplier's own."""
    row.name, row.description = text["name"].strip(), text.get("description", "").strip()
    row.is_original = place == 0
    return row


def _write_variants(product: Product, variants: list[Variant]) -> None:
    """As they are given, in that order; one that is said twice is refused."""
    if len(variants) > MAX_VARIANTS:
        sentence = _("A product can have up to %(n)d variants.") % {"n": MAX_VARIANTS}
        raise ValidationError({"variants": ValidationError(sentence, "too_many_variants")})
    rows = [ProductVariant(product=product, position=place, **variant) for place, variant in enumerate(variants)]
    if len({row.label.casefold() for row in rows}) < len(rows):
        raise ValidationError({"variants": ValidationError(_("Two variants have the same name."), "variant_twice")})
    if any(row.price is not None for row in rows) and not product.currency:
        raise ValidationError({"currency": _("Say which currency the price is in.")})
    if any(row.min_order is not None for row in rows) and not product.min_order_unit:
        raise ValidationError({"min_order_unit": _("Say which unit the minimum order is in.")})
    for row in rows:
        row.full_clean(exclude=["product"], validate_unique=False, validate_constraints=False)
    product.variants.all().delete()
    ProductVariant.objects.bulk_create(rows)


def _write_certificates(product: Product, codes: set[str]) -> None:
    ProductCertificate.objects.filter(product=product).exclude(code__in=codes).delete()
    present = set(product.certificates.values_list("code", flat=True))
    ProductCertificate.objects.bulk_create(
        [ProductCertificate(product=product, code=code) for code in sorted(codes - present)]
    )


def check_publishable(product: Product) -> None:
    """Whether it has all that a published product has.

    Raises:
        ValidationError: by field.
    """
    has_text = ProductText.objects.filter(product=product, is_original=True).exists()
    problems = rules.publishable(has_text=has_text, category=product.category_id, origin=product.origin)
    if problems:
        raise ValidationError(problems)


@transaction.atomic
def publish_product(*, by: User, product: Product) -> Product:
    """Show the product to the world and let matching see it.

    Raises:
        ValidationError: by field, when something needed is missing.
        Refused: when the company is not approved yet.
    """
    require_admin(by, product.company)
    if not product.company.is_approved:
        raise Refused(
            "company_not_approved",
            _("Saved as a draft. Your company is not approved yet; once it is, publish the product here."),
        )
    check_publishable(product)
    product.status = Product.Status.PUBLISHED
    product.published_at = product.published_at or timezone.now()
    product.revision += 1
    product.save(update_fields=["status", "published_at", "revision", "updated_at"])
    record(by=by, verb="publish_product", on=product, organisation=product.company)
    request_product_translations(product)
    return product


def _set_status(by: User, product: Product, status: str, verb: str) -> Product:
    require_admin(by, product.company)
    product.status = status
    product.revision += 1
    product.save(update_fields=["status", "revision", "updated_at"])
    record(by=by, verb=verb, on=product, organisation=product.company)
    return product


@transaction.atomic
def pause_product(*, by: User, product: Product) -> Product:
    """Hide it for a while; its matches rest."""
    return _set_status(by, product, Product.Status.PAUSED, "pause_product")


@transaction.atomic
def withdraw_product(*, by: User, product: Product) -> Product:
    """Take it out for good; answers already given are kept."""
    return _set_status(by, product, Product.Status.WITHDRAWN, "withdraw_product")


@transaction.atomic
def copy_product(*, by: User, product: Product) -> Product:
    """A draft like this one, to change and publish."""
    fields = {name: getattr(product, name) for name in TERMS if name != "article"}  # a number is one product's
    texts = [{"language": t.language, "name": t.name, "description": t.description} for t in product.texts.all()]
    codes = [certificate.code for certificate in product.certificates.all()]
    variants = [{"label": v.label, "price": v.price, "min_order": v.min_order} for v in product.variants.all()]
    made = save_product(by=by, company=product.company, texts=texts, certificates=codes, variants=variants, **fields)
    made.pictures_reserved = product.pictures_reserved
    made.save(update_fields=["pictures_reserved"])
    return made
