"""How files leave the house: what a page makes, pictures for whoever may see the product, private ones to download."""

import re
from typing import Any, Protocol

from django.core.files import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.csp import CSP
from django.utils.http import content_disposition_header
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Product, ProductFile, ProductImage
from matchmaker.web.access import everyone

SEALED: dict[str, Any] = {"default-src": [CSP.NONE], "sandbox": True}  # nothing in a file runs here


class Stored(Protocol):
    """A row with a file that was checked when it came in."""

    file: File
    name: str
    content_type: str


def download(content: bytes | str, *, name: str, content_type: str, inline: bool = False) -> HttpResponse:
    """A file a page has just made, under its name; `inline` where a browser may show it first (a PDF to be printed).

    That its type is not guessed and that nobody's copy is kept on the way is said of every answer, by the middleware.
    """
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(not inline, name) or ""  # None: without a name
    return answer


def attachment(row: Stored) -> FileResponse:
    """Always a download: nothing in it may run here (B57)."""
    return FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name, content_type=row.content_type)


@everyone
@require_safe
@csp_override(SEALED)
def product_file(request: HttpRequest, uid, key) -> FileResponse:
    """A data sheet or the like, for whoever may see the product."""
    rows = ProductFile.objects.visible_to(request.user)
    return attachment(get_object_or_404(rows, uid=key, product__uid=uid))


@everyone
@require_safe
@csp_override(SEALED)
def picture(request: HttpRequest, path: str) -> FileResponse:
    """A rendition of a picture of a product this person may see; its name changes with its content, so it keeps."""
    whole = re.sub(r"-\d{1,5}(?=\.webp$)", "", path)
    products = Product.objects.visible_to(request.user)
    image = get_object_or_404(ProductImage.objects.filter(product__in=products), file=whole)
    if path not in [name for _width, name in image.file_names()]:
        raise Http404
    try:
        answer = FileResponse(image.file.storage.open(path), content_type="image/webp")
    except FileNotFoundError:  # a backup was put back without its files
        raise Http404 from None
    anybody = Product.objects.published().filter(pk=image.product_id).exists()
    answer["Cache-Control"] = "public, max-age=604800, immutable" if anybody else "private, no-store"
    return answer
