"""What suppliers do with their products."""

import hashlib
import io
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Product, ProductCertificate, ProductImage, ProductText
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core import reference
from matchmaker.core.problems import Refused

EDITABLE = [
    "article",
    "category_id",
    "hs_code",
    "origin",
    "min_order",
    "min_order_unit",
    "price_low",
    "price_high",
    "currency",
    "price_unit",
    "incoterm",
    "incoterm_place",
    "capacity",
    "capacity_unit",
    "capacity_period",
    "lead_time_days",
    "shelf_life_days",
    "storage",
]

MAX_IMAGES = 10
MAX_IMAGE_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000  # a 40-megapixel photograph; refused before it is decoded
IMAGE_SIDE = 1600  # pixels of the longer side that we keep

Text = Mapping[str, str]  # language, name, description


@transaction.atomic
def save_product(
    *,
    by: User,
    company: Company,
    product: Product | None = None,
    texts: Iterable[Text] | None = None,
    certificates: Iterable[str] | None = None,
    **fields,
) -> Product:
    """Write a product; the first text is the supplier's own. `None` leaves texts or certificates as they are.

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
        raise Refused("not_found", _("There is nothing here for you."), status=404)
    for name, value in fields.items():
        if name not in EDITABLE:
            raise ValueError(f"{name} is not for suppliers to write")
        setattr(product, name, value)
    _check(product, certificates)
    if not is_new:
        product.revision += 1
    product.save()
    if texts is not None:
        _write_texts(product, list(texts))
    if certificates is not None:
        _write_certificates(product, set(certificates))
    product._prefetched_objects_cache = {}
    if product.status == Product.Status.PUBLISHED:
        _check_publishable(product)
    record(
        by=by,
        verb="save_product",
        on=product,
        organisation=company,
        facts={"changed": sorted(fields), "new": is_new},
    )
    return product


def _check(product: Product, certificates: Iterable[str] | None) -> None:
    problems: dict = {}
    rules.check_product(product, None if certificates is None else list(certificates), problems)
    try:
        product.full_clean(exclude=[*problems, "category"])
    except ValidationError as error:
        problems = {**error.message_dict, **problems}
    if problems:
        raise ValidationError(problems)


def _write_texts(product: Product, texts: list[Text]) -> None:
    kept = []
    for place, text in enumerate(texts):
        language = text["language"].split("-")[0]
        if language not in reference.languages():
            raise ValidationError({"language": _("Choose a language from the list.")})
        row = ProductText.objects.filter(product=product, language=language).first() or ProductText(
            product=product, language=language
        )
        row.name, row.description, row.is_original = (
            text["name"].strip(),
            text.get("description", "").strip(),
            place == 0,
        )
        if place == 0:  # one original only: the old one steps down first
            ProductText.objects.filter(product=product, is_original=True).exclude(pk=row.pk).update(is_original=False)
        row.full_clean(exclude=["product"])
        row.save()
        kept.append(row.pk)
    ProductText.objects.filter(product=product).exclude(pk__in=kept).delete()


def _write_certificates(product: Product, codes: set[str]) -> None:
    ProductCertificate.objects.filter(product=product).exclude(code__in=codes).delete()
    present = set(product.certificates.values_list("code", flat=True))
    ProductCertificate.objects.bulk_create(
        [ProductCertificate(product=product, code=code) for code in sorted(codes - present)]
    )


def _check_publishable(product: Product) -> None:
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
            _("Your company is not approved yet. The product is kept as a draft; publish it then."),
        )
    _check_publishable(product)
    product.status = Product.Status.PUBLISHED
    product.published_at = product.published_at or timezone.now()
    product.revision += 1
    product.save(update_fields=["status", "published_at", "revision", "updated_at"])
    record(by=by, verb="publish_product", on=product, organisation=product.company)
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
    fields = {name: getattr(product, name) for name in EDITABLE if name != "article"}  # a number is one product's
    texts = [{"language": t.language, "name": t.name, "description": t.description} for t in product.texts.all()]
    codes = [certificate.code for certificate in product.certificates.all()]
    return save_product(by=by, company=product.company, texts=texts, certificates=codes, **fields)


@transaction.atomic
def add_product_image(*, by: User, product: Product, upload, alt: str = "") -> ProductImage:
    """Keep a picture: checked by content, turned upright, made smaller, re-encoded without its metadata.

    The same picture twice is kept once.

    Raises:
        ValidationError: `image_too_large`, `image_unreadable`, `too_many_images`.
    """
    require_member(by, product.company)
    if upload.size > MAX_IMAGE_BYTES:
        raise ValidationError({"image": ValidationError(_("A picture may have up to 8 MB."), "image_too_large")})
    content = upload.read()
    digest = hashlib.sha256(content).hexdigest()
    if found := product.images.filter(sha256=digest).first():
        return found
    if product.images.count() >= MAX_IMAGES:
        raise ValidationError(
            {"image": ValidationError(_("A product can have up to ten pictures."), "too_many_images")}
        )
    image = ProductImage(product=product, sha256=digest, alt=alt, position=product.images.count())
    # Django measures the picture only when the content carries a name.
    image.file.save("", ContentFile(_re_encoded(content), name="picture.webp"), save=False)
    image.save()
    record(by=by, verb="add_product_image", on=product, organisation=product.company)
    return image


def _re_encoded(content: bytes) -> bytes:
    refusal = ValidationError(
        {"image": ValidationError(_("This is not a picture we can read. Use JPEG, PNG or WebP."), "image_unreadable")}
    )
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as picture:
            if picture.width * picture.height > MAX_PIXELS or getattr(picture, "n_frames", 1) > 1:
                raise refusal
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((IMAGE_SIDE, IMAGE_SIDE))
            out = io.BytesIO()
            upright.convert("RGB").save(out, "WEBP", quality=82)
            return out.getvalue()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise refusal from None


@transaction.atomic
def remove_product_image(*, by: User, product: Product, image: ProductImage) -> None:
    """Take the row away now, and its file once that is certain."""
    require_member(by, product.company)
    name, storage = image.file.name, image.file.storage
    image.delete()
    transaction.on_commit(lambda: storage.delete(name or ""))
