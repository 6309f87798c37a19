"""Videos of a product: a file that this site shows, or the address of a page elsewhere."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product, ProductVideo
from matchmaker.catalogue.services.translations import request_product_translations
from matchmaker.companies.services import require_member
from matchmaker.core.fields import validate
from matchmaker.core.files import check_first
from matchmaker.core.problems import Refused
from matchmaker.core.videos import check_captions, check_video

MAX_VIDEOS = 3
OF_THE_FILE = ("file", "name", "suffix", "content_type", "sha256")  # empty for an address, else written by `store`


@check_first("file", check_video)
@transaction.atomic
def add_product_video(
    *, by: User, product: Product, words: str, file=None, address: str = "", captions=None
) -> ProductVideo:
    """Add a video as a file or as an address; the same one is stored once.

    Args:
        words: what it shows and says, for people who cannot see or hear it.
        file: MP4 or WebM, as `check_video` lets it in.
        captions: a WebVTT file in the language of the product's original text; for a file only.

    Raises:
        ValidationError: by field; `files` and `captions` for what is in the files, `file` where both or neither came.
        Refused: 409 `too_many_videos`; `not_found` for a stranger.
    """
    require_member(by, product.company)
    address = address.strip()
    if bool(file) == bool(address):
        sentence = _("Send a file or write an address, one of the two.")
        raise ValidationError({"file": ValidationError(sentence, "file_or_address")})
    checked = check_video(file) if file else None
    Product.objects.select_for_update().get(pk=product.pk)  # the count and the row are one step
    same = product.videos.filter(sha256=checked.sha256) if checked else product.videos.filter(address=address)
    if row := same.first():
        return row
    if product.videos.count() >= MAX_VIDEOS:
        raise Refused("too_many_videos", _("A product can have up to three videos. Remove one first."))
    row = ProductVideo(product=product, address=address, words=words.strip(), uploaded_by=by, size=0)
    row.captions = check_captions(captions) if checked and captions else ""
    validate(row, {}, exclude=OF_THE_FILE, validate_constraints=False)
    if checked:
        row.store(checked)
    else:
        row.save()
    if product.status == Product.Status.PUBLISHED:
        request_product_translations(product)
    product.save(update_fields=["updated_at"])
    facts = {"sha256": row.sha256, "address": row.address}
    record(by=by, verb="add_product_video", on=product, organisation=product.company, facts=facts)
    return row


@transaction.atomic
def remove_product_video(*, by: User, video: ProductVideo) -> None:
    """Take the row away now, and its file once that is certain."""
    require_member(by, video.product.company)
    video.product.save(update_fields=["updated_at"])
    facts = {"sha256": video.sha256, "address": video.address}
    record(by=by, verb="remove_product_video", on=video.product, organisation=video.product.company, facts=facts)
    if video.file:
        video.delete_with_file()
    else:
        video.delete()
