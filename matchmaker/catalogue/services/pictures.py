"""Pictures of a product."""

import hashlib
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product, ProductImage
from matchmaker.companies.services import require_member
from matchmaker.core.pictures import NotAPicture, re_encoded

MAX_IMAGES = 10
MAX_IMAGE_BYTES = 8 * 1024 * 1024
SIDES = (1600, 960, 480)  # pixels of the longer side of the renditions that are kept


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
    try:
        (_width, largest), *smaller = re_encoded(content, *SIDES)
    except NotAPicture:
        said = _("This is not a picture we can read. Use JPEG, PNG or WebP.")
        raise ValidationError({"image": ValidationError(said, "image_unreadable")}) from None
    image = ProductImage(product=product, sha256=digest, alt=alt, position=product.images.count())
    # Django measures the picture only when the content carries a name.
    image.file.save("", ContentFile(largest, name="picture.webp"), save=False)
    image.widths = [width for width, _bytes in smaller]
    for (_wide, name), (_same, rendition) in zip(image.file_names()[1:], smaller, strict=True):
        image.file.storage.save(name, ContentFile(rendition))
    image.save()
    product.save(update_fields=["updated_at"])
    record(by=by, verb="add_product_image", on=product, organisation=product.company)
    return image


@transaction.atomic
def remove_product_image(*, by: User, product: Product, image: ProductImage) -> None:
    """Take the row away now, and its files once that is certain."""
    require_member(by, product.company)
    names, storage = [name for _width, name in image.file_names()], image.file.storage
    image.delete()
    product.save(update_fields=["updated_at"])
    for name in names:
        transaction.on_commit(partial(storage.delete, name))
