"""The digital label of a product, which the code on its package opens: no sign-in, no advertising, all versions."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Product
from matchmaker.web.access.decorators import everyone
from matchmaker.web.rendering.label_pages import history_of, is_intact, lines_of, public_address
from matchmaker.web.rendering.qr import qr


@everyone
@require_safe
def show(request: HttpRequest, uid) -> HttpResponse:
    """The latest version that its supplier shows, or the one that `v` names."""
    product = get_object_or_404(Product.objects.published().select_related("company"), uid=uid)
    versions = list(product.labels.all())
    shown = [version for version in versions if version.is_public]
    wanted = request.GET.get("v", "")
    if wanted:
        shown = [version for version in shown if str(version.number) == wanted]
    if not shown:
        raise Http404
    version = shown[-1]
    public = [row for row in history_of(versions) if row["version"].is_public]
    context = {
        "product": product,
        "version": version,
        "is_latest": version.pk == public[0]["version"].pk,
        "lines": [line for line in lines_of(version.texts) if line.text],
        "versions": public,
        "is_intact": is_intact(versions),
        "address": public_address(product),
        "qr": qr(public_address(product)),
    }
    return render(request, "public/label.html", context)
