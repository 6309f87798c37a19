"""Files of products by their address: papers to download, videos and pictures, for those who may see them."""

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Product, ProductFile, ProductImage, ProductVideo
from matchmaker.core.downloads import SEALED, attachment, in_ranges
from matchmaker.web.access.decorators import everyone


@everyone
@require_safe
@csp_override(SEALED)
def product_file(request: HttpRequest, uid, key) -> FileResponse:
    """A data sheet or the like, for anyone who may see the product."""
    rows = ProductFile.objects.visible_to(request.user)
    return attachment(get_object_or_404(rows, uid=key, product__uid=uid))


@everyone
@require_safe
@csp_override(SEALED)
def video(request: HttpRequest, uid, key) -> HttpResponseBase:
    """A video file, whole or in the parts that a player asks for."""
    rows = ProductVideo.objects.visible_to(request.user).exclude(file="")
    return in_ranges(request, get_object_or_404(rows, uid=key, product__uid=uid))


@everyone
@require_safe
def captions(request: HttpRequest, uid, key) -> HttpResponse:
    rows = ProductVideo.objects.visible_to(request.user).exclude(captions="")
    row = get_object_or_404(rows, uid=key, product__uid=uid)
    return HttpResponse(row.captions, content_type="text/vtt; charset=utf-8")


@everyone
@require_safe
@csp_override(SEALED)
def picture(request: HttpRequest, path: str) -> FileResponse:
    """A rendition of a picture this person may see; its name changes with its content, so it keeps."""
    whole = re.sub(r"-\d{1,5}(?=\.webp$)", "", path)
    image = get_object_or_404(ProductImage.objects.visible_to(request.user), file=whole)
    if path not in [name for _width, name in image.file_names()]:
        raise Http404
    try:
        answer = FileResponse(image.file.storage.open(path), content_type="image/webp")
    except FileNotFoundError:  # a backup was put back without its files
        raise Http404 from None
    anybody = Product.objects.published().filter(pk=image.product_id, pictures_reserved=False).exists()
    answer["Cache-Control"] = "public, max-age=604800, immutable" if anybody else "private, no-store"
    return answer
