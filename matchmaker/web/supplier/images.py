"""Pictures of a product."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from matchmaker.catalogue.services import add_product_image, change_product_image, remove_product_image
from matchmaker.core.uploads import MOST_BYTES
from matchmaker.web.access.decorators import supplier
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.forms.uploads import limited
from matchmaker.web.supplier.forms import ImageForm, PictureForm, picture_id, pictures_of
from matchmaker.web.supplier.products import own_product, page_of


@limited(MOST_BYTES)
@supplier
def add(request: HttpRequest, uid) -> HttpResponse:
    product = own_product(request, uid)
    if request.method != "POST":
        return _back(product)
    if getattr(request, "too_large", False):
        messages.error(request, _("A picture may have up to 8 MB."))
        return page_of(request, product, image_form=ImageForm(), status=413)
    form = ImageForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals_in_form(form):
            add_product_image(
                by=request.user, product=product, upload=form.cleaned_data["image"], alt=form.cleaned_data["alt"]
            )
            messages.success(request, _("The picture is kept."))
            return _back(product)
    return page_of(request, product, image_form=form)


@supplier
def change(request: HttpRequest, uid, pk: int) -> HttpResponse:
    """What it shows and where it stands, in one form: a move keeps what was typed beside it."""
    product = own_product(request, uid)
    image = get_object_or_404(product.images, pk=pk)
    if request.method != "POST":
        return _back(product)
    form, refused = PictureForm(request.POST, auto_id=picture_id(image)), True
    if form.is_valid():
        with refusals_in_form(form):
            change_product_image(by=request.user, product=product, image=image, **form.cleaned_data)
            refused = False
    pictures = pictures_of(product, (image, form) if refused else None)
    if request.htmx:
        context = {"product": product, "pictures": pictures, "said": "" if refused else _("The pictures are changed.")}
        return render(request, "supplier/pictures.html", context, status=422 if refused else 200)
    if refused:
        return page_of(request, product, pictures=pictures)
    messages.success(request, _("The pictures are changed."))
    return _back(product)


@supplier
def remove(request: HttpRequest, uid, pk: int) -> HttpResponse:
    product = own_product(request, uid)
    if request.method == "POST":
        remove_product_image(by=request.user, product=product, image=get_object_or_404(product.images, pk=pk))
        messages.success(request, _("The picture is removed."))
    return _back(product)


def _back(product) -> HttpResponse:
    return redirect(f"{reverse('supplier_product_edit', args=[product.uid])}#pictures")
