"""Pictures of a product."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product, ProductImage
from matchmaker.companies.services import require_member
from matchmaker.core.pictures import NotAPicture, reencode
from matchmaker.core.problems import NotFound

MAX_IMAGES = 10
MAX_IMAGE_BYTES = 8 * 1024 * 1024
SIDES = (1600, 960, 480)  # pixels of the longer side of the renditions that are stored


@dataclass(frozen=True)
class CheckedPicture:
    """A picture that was read and may be stored; `sha256` is that of the file that was sent."""

    name: str
    size: int
    sha256: str
    renditions: Sequence[tuple[int, bytes]]  # (width, WebP), the largest first


def check_image(upload) -> CheckedPicture:
    """Read an upload (with `name`, `size` and `read()`): turned upright, made smaller, without its metadata.

    What was read before (`CheckedPicture`) is returned as it is.

    Raises:
        ValidationError: on `image`, with `image_too_large` or `image_unreadable`.
    """
    if isinstance(upload, CheckedPicture):
        return upload
    if upload.size > MAX_IMAGE_BYTES:
        raise ValidationError({"image": ValidationError(_("A picture may have up to 8 MB."), "image_too_large")})
    content = upload.read()
    try:
        renditions = reencode(content, *SIDES)
    except NotAPicture:
        sentence = _("This is not a picture we can read. Use JPEG, PNG or WebP.")
        raise ValidationError({"image": ValidationError(sentence, "image_unreadable")}) from None
    return CheckedPicture(upload.name, len(content), hashlib.sha256(content).hexdigest(), renditions)


def add_product_image(*, by: User, product: Product, upload, alt: str = "") -> ProductImage:
    """Keep a picture, read by `check_image`. The same picture twice is stored once.

    Raises:
        ValidationError: `image_too_large`, `image_unreadable`, `too_many_images`.
    """
    require_member(by, product.company)
    picture = check_image(upload)  # seconds, so before the transaction: see `core.files.check_first`
    return _store(by, product, picture, alt)


def _same_or_room(product: Product, digest: str) -> ProductImage | None:
    """The same picture where the product has it; it refuses where there is no room for another."""
    if same := product.images.filter(sha256=digest).first():
        return same
    if product.images.count() >= MAX_IMAGES:
        raise ValidationError(
            {"image": ValidationError(_("A product can have up to ten pictures."), "too_many_images")}
        )
    return None


@transaction.atomic
def _store(by: User, product: Product, picture: CheckedPicture, alt: str) -> ProductImage:
    Product.objects.select_for_update().get(pk=product.pk)  # the count and the row are one step
    if same := _same_or_room(product, picture.sha256):
        return same
    (_width, largest), *smaller = picture.renditions
    image = ProductImage(product=product, sha256=picture.sha256, alt=alt, position=product.images.count())
    image.widths = [width for width, _bytes in smaller]
    _write(image, [largest, *(rendition for _width, rendition in smaller)])
    image.save()
    product.save(update_fields=["updated_at"])
    record(by=by, verb="add_product_image", on=product, organisation=product.company)
    return image


def _write(image: ProductImage, renditions: list[bytes]) -> None:
    """Store all renditions, or none: the disk may be full after the first."""
    storage = image.file.storage
    try:
        # Django measures the picture only when the content carries a name.
        image.file.save("", ContentFile(renditions[0], name="picture.webp"), save=False)
        for (_width, name), content in zip(image.file_names()[1:], renditions[1:], strict=True):
            storage.save(name, ContentFile(content))
    except OSError:
        for _width, name in image.file_names():
            if name:
                storage.delete(name)
        raise


@transaction.atomic
def change_product_image(
    *, by: User, product: Product, image: ProductImage, alt: str | None = None, place: int | None = None
) -> ProductImage:
    """Say anew what a picture shows, or give it another place; the picture in the first place, 1, stands in lists.

    Places are absolute, so that a change that is sent twice moves the picture once.

    Raises:
        ValidationError: by field; `no_such_place`.
        Refused: `not_found` for a picture that was removed meanwhile.
    """
    require_member(by, product.company)
    Product.objects.select_for_update().get(pk=product.pk)  # two who arrange at once do so one after the other
    rows = list(product.images.select_for_update())
    if image not in rows:
        raise NotFound(_("This picture was removed."))
    before = rows.index(image) + 1
    row = rows[before - 1]
    if place is not None and not 1 <= place <= len(rows):
        sentence = _("Choose a place from 1 to %(count)s.") % {"count": len(rows)}
        raise ValidationError({"place": ValidationError(sentence, "no_such_place")})
    if alt is not None and alt.strip() != row.alt:
        row.alt = alt.strip()
        row.clean_fields(exclude={field.name for field in row._meta.fields} - {"alt"})
        row.save(update_fields=["alt"])
    elif place in (None, before):
        return row
    if place is not None:
        rows.insert(place - 1, rows.pop(before - 1))
        for position, one in enumerate(rows):
            one.position = position
        ProductImage.objects.bulk_update(rows, ["position"])
    product.save(update_fields=["updated_at"])
    record(by=by, verb="change_product_image", on=product, organisation=product.company)
    return row


@transaction.atomic
def remove_product_image(*, by: User, product: Product, image: ProductImage) -> None:
    """Take the row away now, and its files once that is certain."""
    require_member(by, product.company)
    names, storage = [name for _width, name in image.file_names()], image.file.storage
    image.delete()
    product.save(update_fields=["updated_at"])
    record(by=by, verb="remove_product_image", on=product, organisation=product.company)
    for name in names:
        transaction.on_commit(partial(storage.delete, name))


def reserve_pictures(*, by: User, product: Product) -> Product:
    """Show the product's pictures and videos only to buyers with whom both sides said yes, see `opened_to`."""
    return _reserve(by, product, True, "reserve_pictures")


def open_pictures(*, by: User, product: Product) -> Product:
    """Show the product's pictures and videos to everybody who may see the product."""
    return _reserve(by, product, False, "open_pictures")


@transaction.atomic
def _reserve(by: User, product: Product, reserved: bool, verb: str) -> Product:
    require_member(by, product.company)
    row = Product.objects.select_for_update().get(pk=product.pk)
    if row.pictures_reserved != reserved:
        row.pictures_reserved = reserved
        row.save(update_fields=["pictures_reserved", "updated_at"])
        record(by=by, verb=verb, on=row, organisation=product.company)
    return row
