"""A supplier's products: the list, the form in several languages, and what can be done with each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from matchmaker.campaigns.services.company_imports import listed_goods
from matchmaker.catalogue import lots
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.services import (
    add_product_image,
    change_product_image,
    copy_product,
    keep_as_draft,
    open_pictures,
    pause_product,
    publish_product,
    publish_when_approved,
    remove_product_image,
    reserve_pictures,
    save_product,
    withdraw_product,
)
from matchmaker.catalogue.services.translations import Proposal, propose_names
from matchmaker.companies.members import is_admin
from matchmaker.companies.models import Company
from matchmaker.companies.services import update_company
from matchmaker.core import reference
from matchmaker.core.formats import capfirst
from matchmaker.core.languages import BUYERS, ENGLISH
from matchmaker.core.problems import Refused
from matchmaker.core.uploads import MOST_BYTES
from matchmaker.engines.language import detect
from matchmaker.imports.models import Reading
from matchmaker.imports.services import confirm_reading
from matchmaker.matching.models import Match
from matchmaker.matching.services import product_waits
from matchmaker.matching.services.gaps import Gap, gaps
from matchmaker.matching.tasks import start_matching
from matchmaker.web.access.decorators import supplier
from matchmaker.web.forms.double_submit import is_done
from matchmaker.web.forms.fields import limit_upload
from matchmaker.web.forms.readings import mark_read_fields, may_keep_picture, reading_in, start_context
from matchmaker.web.forms.refusals import add_to_form, add_to_messages, refusals_in_form, refusals_in_messages
from matchmaker.web.rendering.reading_ahead import read_ahead_matches, read_ahead_products
from matchmaker.web.supplier.codes import picked_codes, suggestions
from matchmaker.web.supplier.forms import (
    MAX_TEXTS,
    MAX_VARIANTS,
    ImageForm,
    LotForm,
    LotSet,
    PictureForm,
    ProductFileForm,
    ProductForm,
    ProductTextForm,
    ProductTextSet,
    VariantForm,
    VariantSet,
    VideoForm,
    lots_of,
    picture_id,
    pictures_of,
    terms_of,
    texts_of,
    variants_of,
)
from matchmaker.web.supplier.matches import match_context, seen_by
from matchmaker.web.templatetags.trade import certificate

BEST = 3  # matches above the form
SUGGESTING = ("suggest", "narrow", "pick_category", "pick_hs_code")
LOOKING = ("more", "take", *SUGGESTING)  # buttons that change the form and save nothing
STATES = {
    Product.Status.DRAFT: ("", "pencil"),
    Product.Status.PUBLISHED: ("met", "circle-check"),
    Product.Status.PAUSED: ("missing", "player-pause"),
    Product.Status.WITHDRAWN: ("", "archive"),
}


def own_product(request: HttpRequest, uid) -> Product:
    """A product of the company this person works for right now, or 404."""
    return get_object_or_404(Product.objects.visible_to(request.user).of(request.company).for_cards(), uid=uid)


def brand_context(request: HttpRequest) -> dict:
    """What `supplier/brand_field.html` needs; its answer is for administrators to give."""
    return {
        "brands": Company.Brand.choices,
        "brand_in_china": request.POST.get("brand_in_china", request.company.brand_in_china),
        "administers": is_admin(request.user, request.company),
    }


def found_matches(company: Company) -> dict[int, int]:
    """Primary key of each product → how many matches its people may see."""
    seen = Match.objects.filter(pk__in=Match.objects.for_supplier(company).values("pk"))
    return dict(seen.order_by().values_list("product").annotate(found=Count("pk")))


def state_of(product: Product) -> dict:
    tone, icon = STATES[product.status]
    return {"label": capfirst(product.get_status_display()), "tone": tone, "icon": icon}


def best_matches(request: HttpRequest, product: Product) -> dict:
    """What the page says of a product's matches: how many, the best of them, and whether more are about to come."""
    found = seen_by(request.company).filter(product=product)
    best = list(found.for_cards().order_by("-score", "id")[:BEST])
    read_ahead_matches(best)
    return {
        "matches": found.count(),
        "best": [match_context(match) for match in best] if product.status == Product.Status.PUBLISHED else [],
        "is_matching": product_waits(product),
    }


@supplier
@require_safe
def matching(request: HttpRequest, uid) -> HttpResponse:
    """The matches once they are there; until then 204, so that the page stays as it is."""
    product = own_product(request, uid)
    if product_waits(product):
        return HttpResponse(status=204)
    return render(request, "supplier/product_matches.html", {"product": product, **best_matches(request, product)})


@supplier
def index(request: HttpRequest) -> HttpResponse:
    found = found_matches(request.company)
    products = list(Product.objects.of(request.company).for_cards())
    read_ahead_products(products)
    rows = [
        {
            "product": product,
            "state": state_of(product),
            "completeness": completeness(product),
            "matches": found.get(product.pk, 0),
        }
        for product in products
    ]
    return render(request, "supplier/products.html", {"rows": rows, "company": request.company})


@supplier
def new(request: HttpRequest) -> HttpResponse:
    return _form_page(request, None)


@supplier
def edit(request: HttpRequest, uid) -> HttpResponse:
    return _form_page(request, own_product(request, uid))


def _form_page(request: HttpRequest, product: Product | None) -> HttpResponse:
    if request.method == "POST" and any(name in request.POST for name in LOOKING):
        return _look(request, product)
    if request.method != "POST":
        terms = terms_of(product) if product else _first_guess(request.company)
        texts = texts_of(product) if product else [{"language": "", "name": request.GET.get("name", "")[:200]}]
        if product is None and (reading := reading_in(request, Reading.Kind.PRODUCT)):
            return _read_form(request, terms, reading)
        return _render(
            request, product, ProductForm(initial=terms), ProductTextSet(initial=_beside(texts), prefix="texts")
        )
    form, text_set = ProductForm(request.POST), ProductTextSet(request.POST, prefix="texts")
    variants = VariantSet(request.POST, prefix="variants") if "variants-TOTAL_FORMS" in request.POST else None
    in_china = LotSet(request.POST, prefix="lots") if "lots-TOTAL_FORMS" in request.POST else None
    parts = [part for part in (form, text_set, variants, in_china) if part is not None]
    checked = [part.is_valid() for part in parts]  # each, so that every fault shows at once
    if all(checked):
        saved = _save(request, product, form, text_set, variants, in_china)
        if saved and ("publish" not in request.POST or _publish(request, saved, form)):
            return redirect("supplier_product_edit", saved.uid)
        product = saved or product
    if product:
        product = own_product(request, product.uid)  # as it is stored, not as it was tried
    return _render(request, product, form, text_set, variants=variants, in_china=in_china, status=422)


def _names_by_language(values: dict) -> dict[str, str]:
    """The names that stand in columns of their own: of `name_en` and `name_zh` by `en` and `zh`."""
    return {key.removeprefix("name_"): name for key, name in values.items() if key.startswith("name_") and name}


def _read_form(request: HttpRequest, terms: dict, reading: Reading) -> HttpResponse:
    """The form with the fields that were read from a picture or a text; nothing is saved yet."""
    values = reading.fields
    terms |= {name: value for name, value in values.items() if name in ProductForm.base_fields}
    texts = [{name: values.get(name, "") for name in ProductTextForm.base_fields}]
    texts += [
        {"language": code, "name": name, "description": values.get(f"description_{code}", "")}
        for code, name in _names_by_language(values).items()
        if code != values.get("language")
    ]
    variants = VariantSet(initial=[{"label": values["pack"]}] if "pack" in values else [], prefix="variants")
    return _render(
        request,
        None,
        ProductForm(initial=terms),
        ProductTextSet(initial=_beside(texts), prefix="texts"),
        variants=variants,
    )


def _first_guess(company: Company) -> dict:
    country = reference.countries().get(company.country, {})
    return {"origin": company.country, "currency": country.get("currency", "")}


def _beside(texts: list[dict]) -> list[dict]:
    """An empty place beside a single text, for the language that helps most: English, or that of the buyers."""
    if len(texts) != 1:
        return texts
    return [*texts, {"language": BUYERS if texts[0]["language"] == ENGLISH else ENGLISH}]


def _look(request: HttpRequest, product: Product | None) -> HttpResponse:
    """One more language, a suggestion, a pick: everything typed stays, nothing is judged or saved yet."""
    terms, texts = read_typed_form(request.POST)
    if "more" in request.POST and len(texts) < MAX_TEXTS:
        texts.append({})
    if "take" in request.POST:
        _take_proposal(texts, request.POST["take"], terms["hs_code"])
    form = ProductForm(initial={**terms, **picked_codes(request.POST)})
    variants = VariantSet(initial=_typed_variants(request.POST), prefix="variants")
    in_china = LotSet(initial=_typed_rows(request.POST, "lots", LotForm.base_fields, lots.MOST), prefix="lots")
    text_set = ProductTextSet(initial=texts, prefix="texts")
    return _render(request, product, form, text_set, variants=variants, in_china=in_china)


def _take_proposal(texts: list[dict], language: str, hs_code: str) -> None:
    """Put the proposed name of a language into its row of the form, where its owner can correct it."""
    proposal = next((one for one in _proposals(texts, hs_code) if one.language == language), None)
    if proposal is None:
        return
    free = (text for text in texts[1:] if not text.get("name") and text.get("language") in ("", language, None))
    row = next(free, None)
    if row is None:
        row = {"description": ""}
        texts.append(row)
    row |= {"language": language, "name": proposal.name}


def _proposals(texts: list[dict], hs_code: str) -> list[Proposal]:
    """Names in Chinese and English that the site proposes for what stands in the form."""
    named = [text for text in texts if (text.get("name") or "").strip()]
    names = {text.get("language") or detect(text["name"]): text["name"] for text in named}
    return propose_names(names, hs_code)


def read_typed_form(post) -> tuple[dict, list[dict]]:
    """What stands in the form right now, unjudged."""
    terms = {
        name: post.getlist(name) if name == "certificates" else post.get(name, "") for name in ProductForm.base_fields
    }
    texts = _typed_rows(post, "texts", ("language", "name", "description"), MAX_TEXTS)
    return terms, texts or [{"language": "", "name": "", "description": ""}]


def _typed_variants(post) -> list[dict]:
    return _typed_rows(post, "variants", VariantForm.base_fields, MAX_VARIANTS)


def _typed_rows(post, prefix: str, names: Iterable[str], most: int) -> list[dict]:
    total = post.get(f"{prefix}-TOTAL_FORMS", "0")
    count = min(int(total), most) if total.isascii() and total.isdigit() and len(total) < 4 else 0
    return [{name: post.get(f"{prefix}-{place}-{name}", "") for name in names} for place in range(count)]


def _save(
    request: HttpRequest, product: Product | None, form: ProductForm, text_set, variants, in_china
) -> Product | None:
    content = dict(form.cleaned_data)
    if in_china is not None:
        content["lots_in_china"] = in_china.cleaned_rows()
    brand = request.POST.get("brand_in_china", "")
    content["category_id"] = content.pop("category") or None
    with refusals_in_form(form):
        if brand and _asks_for_brand(request, product):
            update_company(by=request.user, company=request.company, brand_in_china=brand)
        saved = save_product(
            by=request.user,
            company=request.company,
            product=product,
            texts=text_set.texts(),
            certificates=content.pop("certificates"),
            variants=None if variants is None else variants.cleaned_rows(),
            **content,
        )
        if reading := reading_in(request, Reading.Kind.PRODUCT):
            keep_picture = "keep_picture" in request.POST and may_keep_picture(reading, request, request.company)
            confirm_reading(
                by=request.user, reading=reading, company=request.company, product=saved, keep_picture=keep_picture
            )
        # The draft is kept even where it cannot be published yet, and the form comes back.
        is_done(request, see=reverse("supplier_product_edit", args=[saved.uid]))
        if "publish" not in request.POST:
            if saved.publishes_when_approved:
                keep_as_draft(by=request.user, row=saved)
            messages.success(request, _("Saved."))
        transaction.on_commit(start_matching)
        for name, language in text_set.detected():
            values = {"name": name, "language": reference.name(reference.languages().get(language), language)}
            messages.info(
                request, _("“%(name)s” was read as %(language)s. Change its language if that is wrong.") % values
            )
        return saved
    return None


def _publish(request: HttpRequest, product: Product, form: ProductForm) -> bool:
    """True when there is nothing left to show on the form: published, or kept until the company is approved."""
    waits = not request.company.is_approved
    try:
        if waits:
            publish_when_approved(by=request.user, row=product)
        else:
            publish_product(by=request.user, product=product)
    except Refused as problem:
        add_to_messages(request, problem)
        return True
    except ValidationError as problem:
        add_to_form(form, problem)
        return False
    if waits:
        messages.success(request, _("Saved. It is published by itself as soon as your company is approved."))
        return True
    transaction.on_commit(start_matching)
    messages.success(request, _("Published. Buyers it may suit appear under Matches within seconds."))
    return True


def _render(
    request, product, form, text_set, *, variants=None, in_china=None, status: int = 200, **forms
) -> HttpResponse:
    context = {
        "product": product,
        "company": request.company,
        "form": form,
        "texts": text_set,
        "variants": variants or VariantSet(initial=variants_of(product), prefix="variants"),
        "lots": in_china or LotSet(initial=lots_of(product), prefix="lots"),
        "wants_codes": not (form["category"].value() and form["hs_code"].value()),
        "can_add_text": len(text_set.forms) < MAX_TEXTS,
        "action": reverse("supplier_product_edit", args=[product.uid]) if product else reverse("supplier_product_new"),
        "image_form": ImageForm(),
        "file_form": ProductFileForm(),
        "video_form": VideoForm(),
        "proposals": _proposals([_values(text) for text in text_set], form["hs_code"].value() or ""),
    }
    if product:
        context |= {
            "state": state_of(product),
            "completeness": completeness(product, gaps(product)),
            "pictures": pictures_of(product),
            **best_matches(request, product),
            "certificates": product.certificates.select_related("document"),
        }
    reading = reading_in(request, Reading.Kind.PRODUCT)
    if reading:
        _mark_read_fields(reading, form, text_set, context["variants"])
    if product is None:
        context |= {"reading": reading, "may_keep_picture": may_keep_picture(reading, request, request.company)}
        context |= start_context(Reading.Kind.PRODUCT) | {"listed_goods": listed_goods(request.company)}
    if _asks_for_brand(request, product):
        context |= brand_context(request)
    context |= forms
    if any(name in request.POST for name in SUGGESTING):  # otherwise the page asks for them when it is shown
        context["suggestions"] = suggestions(request.POST)
    template = "supplier/product.html"
    if request.htmx and ("more" in request.POST or "take" in request.POST):
        template += "#texts"
    return render(request, template, context, status=status)


def _asks_for_brand(request: HttpRequest, product: Product | None) -> bool:
    """Asked on the form until it is answered, and only before something is shown: after that it is too late."""
    if product is not None and product.status == Product.Status.PUBLISHED:
        return False
    return not request.company.brand_in_china and is_admin(request.user, request.company)


def _mark_read_fields(reading: Reading, form: ProductForm, text_set, variants) -> None:
    mark_read_fields(form, reading)
    for text in text_set.forms[:1]:
        mark_read_fields(text, reading)
    for variant in variants.forms[:1] if "pack" in reading.fields else ():
        mark_read_fields(variant, reading, ["label"])


def _values(form) -> dict[str, str]:
    """What stands in the fields of a text right now."""
    return {name: form[name].value() or "" for name in ("language", "name")}


def page_of(request: HttpRequest, product: Product, status: int = 422, **forms) -> HttpResponse:
    """The product's page with what is wrong with a picture (`image_form`), a file or a video beside it."""
    text_set = ProductTextSet(initial=_beside(texts_of(product)), prefix="texts")
    return _render(request, product, ProductForm(initial=terms_of(product)), text_set, status=status, **forms)


@supplier
def publish(request: HttpRequest, uid) -> HttpResponse:
    return _act(request, uid, publish_product, _("Published. Buyers it may suit appear under Matches within seconds."))


@supplier
def pause(request: HttpRequest, uid) -> HttpResponse:
    return _act(request, uid, pause_product, _("Paused. Buyers no longer see it; its matches rest."))


@supplier
def withdraw(request: HttpRequest, uid) -> HttpResponse:
    if request.method != "POST":
        return render(request, "supplier/withdraw.html", {"product": own_product(request, uid)})
    return _act(request, uid, withdraw_product, _("Withdrawn. You can publish it again at any time."))


@supplier
def copy(request: HttpRequest, uid) -> HttpResponse:
    return _act(request, uid, copy_product, _("This is a copy, kept as a draft. Change what differs, then publish it."))


def _act(request: HttpRequest, uid, verb: Callable[..., Product], sentence: str) -> HttpResponse:
    """One button: the verb, then the product's page. An address opened by hand only shows the product."""
    product = own_product(request, uid)
    if request.method == "POST":
        with refusals_in_messages(request):
            product = verb(by=request.user, product=product)
            transaction.on_commit(start_matching)
            messages.success(request, sentence)
    return redirect("supplier_product_edit", product.uid)


# Pictures of a product.


@limit_upload(MOST_BYTES)
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
def remove_image(request: HttpRequest, uid, pk: int) -> HttpResponse:
    product = own_product(request, uid)
    if request.method == "POST":
        remove_product_image(by=request.user, product=product, image=get_object_or_404(product.images, pk=pk))
        messages.success(request, _("The picture is removed."))
    return _back(product)


@supplier
def reserve(request: HttpRequest, uid) -> HttpResponse:
    product = own_product(request, uid)
    if request.method == "POST":
        reserve_pictures(by=request.user, product=product)
        messages.success(request, _("Pictures and videos are shown only after mutual interest."))
    return _back(product)


@supplier
def open_to_all(request: HttpRequest, uid) -> HttpResponse:
    product = own_product(request, uid)
    if request.method == "POST":
        open_pictures(by=request.user, product=product)
        messages.success(request, _("Everybody who sees the product sees its pictures and videos."))
    return _back(product)


def _back(product) -> HttpResponse:
    return redirect(f"{reverse('supplier_product_edit', args=[product.uid])}#pictures")


# How complete a product is: what buyers ask for first, and what open demands for such goods ask for.


MOST = 5  # sentences about demands


@dataclass(frozen=True, slots=True)
class MissingFact:
    sentence: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """`percent` 0 to 100, and the sentences of what is missing, most useful first; `wanted` are those of demands."""

    percent: int
    missing: tuple[str, ...]
    wanted: tuple[MissingFact, ...] = ()


def completeness(product: Product, gaps: Sequence[Gap] = ()) -> Completeness:
    """Reads `texts`, `certificates` and `images`, which lists prefetch."""
    texts = list(product.texts.all())
    original = next((text for text in texts if text.is_original), None)
    checks = (
        ("name", original is not None, _("Give it a name.")),
        ("category", product.category_id is not None, _("Choose a category.")),
        ("origin", bool(product.origin), _("Say where it comes from.")),
        (
            "description",
            original is not None and len(original.description) >= 40,
            _("Describe it in a few sentences."),
        ),
        ("hs", bool(product.hs_code), _("Add the HS code: duty and entry rules depend on it.")),
        ("price", product.price_low is not None, _("Add a price band: buyers compare it with their target.")),
        ("minimum_order", product.min_order is not None, _("State the minimum order.")),
        ("delivery", product.lead_time_days is not None, _("State the lead time.")),
        ("texts", len(texts) > 1, _("Add a text in English or Chinese.")),
        ("certificates", bool(list(product.certificates.all())), _("Tick the certificates you hold.")),
        ("images", bool(list(product.images.all())), _("Add a picture.")),
    )
    codes = {gap.code for gap in gaps[:MOST]}
    done = sum(1 for _code, fulfilled, _sentence in checks if fulfilled)
    return Completeness(
        percent=round(100 * done / len(checks)),
        missing=tuple(sentence for code, fulfilled, sentence in checks if not fulfilled and code not in codes),
        wanted=tuple(_about(gap) for gap in gaps[:MOST]),
    )


def _about(gap: Gap) -> MissingFact:
    """What to do, and how many demands ask for it."""
    many = ngettext(
        "%(n)d of %(of)d open demand line for such goods", "%(n)d of %(of)d open demand lines for such goods", gap.of
    )
    templates = {
        "certificates": _("Tick %(what)s if you hold it."),
        "verification": _("Send the team a paper about your company, to be shown as “%(what)s”."),
        "origin": _("Say where it comes from."),
        "price": _("Add your price: they name what they want to pay."),
        "minimum_order": _("State your minimum order: they name a quantity."),
        "delivery": _("State your lead time: they have a last day of delivery."),
        "capacity": _("State your capacity."),
        "size": _("Say on your company's page how many people work there."),
        "language": _("Name on your company's page the languages you speak."),
        "years": _("Add on your company's page the year of founding."),
    }[gap.code]
    what = certificate(gap.detail) if gap.code == "certificates" else ""
    if gap.code == "verification":
        what = str(Company.Verification(int(gap.detail)).label)
    return MissingFact(templates % {"what": what}, many % {"n": gap.lines, "of": gap.of})
