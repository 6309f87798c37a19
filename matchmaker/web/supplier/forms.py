"""What a supplier types: a product in several languages with its terms, pictures, and filters of her matches."""

from django import forms
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue import lots
from matchmaker.catalogue.models import Category, Period, Product, ProductFile, ProductImage
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.catalogue.services.products import MAX_VARIANTS
from matchmaker.engines.language import detect_typed
from matchmaker.web.forms import fields

NO_UNIT = _("unit")


def categories() -> list:
    """By group, in the reader's language."""
    groups: dict[str, list] = {}
    for category in Category.objects.all():
        groups.setdefault(category.get_group_display(), []).append((category.code, str(category.name)))
    return list(groups.items())


def _unit(label):
    return fields.CodeField(
        label=label,
        choices=fields.units,
        required=False,
        empty=NO_UNIT,
        sentence=_("Choose a unit from the list."),
    )


def _amount(label, places: int = 2, digits: int = 14, help_text: str = ""):
    return fields.TradeNumberField(
        label=label, max_digits=digits, decimal_places=places, required=False, help_text=help_text
    )


class ProductForm(forms.Form):
    """Codes and terms; the field names are those of `save_product`, `category` stands for `category_id`."""

    article = fields.LineField(
        label=_("Article number"),
        max_length=60,
        required=False,
        help_text=_("Your own number. A sheet with the same number changes this product."),
    )
    category = fields.CodeField(
        label=_("Category"),
        choices=categories,
        required=False,
        sentence=_("Choose a category from the list."),
        help_text=_("Buyers browse by it."),
    )
    hs_code = fields.HSCodeField(
        label=_("HS code"),
        required=False,
        help_text=_("Six digits, such as 100630. Leave it empty if you are not sure."),
    )
    origin = fields.CodeField(
        label=_("Country of origin"),
        choices=fields.countries,
        required=False,
        sentence=_("Choose a country or region from the list."),
        help_text=_("Duty and entry rules depend on it."),
    )
    price_low = _amount(_("Price from"), places=4, digits=18)
    price_high = _amount(_("Price to"), places=4, digits=18)
    currency = fields.CodeField(
        label=_("Currency"),
        choices=fields.currencies,
        required=False,
        sentence=_("Choose a currency from the list, such as USD or CNY."),
    )
    price_unit = _unit(_("Price is for one"))
    price_valid_until = forms.DateField(
        label=_("Price holds until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty while the price is open-ended."),
    )
    incoterm = forms.ChoiceField(
        label=_("Incoterm"), choices=[("", _("not stated")), *((code, code) for code in INCOTERMS)], required=False
    )
    incoterm_place = fields.LineField(label=_("Named place"), max_length=100, required=False)
    min_order = _amount(_("Minimum order"))
    min_order_unit = _unit(_("Unit of the minimum order"))
    capacity = _amount(_("Capacity"))
    capacity_unit = _unit(_("Unit of the capacity"))
    capacity_period = forms.ChoiceField(label=_("Capacity per"), choices=Period.choices, required=False)
    lead_time_days = fields.WholeInput(label=_("Lead time in days"), required=False, max_value=3650)
    shelf_life_days = fields.WholeInput(label=_("Shelf life in days"), required=False, max_value=32000)
    storage = forms.ChoiceField(label=_("Storage"), choices=Product.Storage.choices, required=False)
    certificates = fields.CodesField(
        label=_("Certificates"),
        choices=fields.certificates,
        required=False,
        sentence=_("Choose certificates from the list."),
        help_text=_("Tick what you hold and could show."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["certificates"].choices = fields.ticked_first(fields.certificates(), self["certificates"].value())


class ProductTextForm(forms.Form):
    """Name and description in one language; an empty one is left out."""

    language = fields.CodeField(
        label=_("Language"),
        choices=fields.languages,
        required=False,
        empty=_("Detect from the text"),
        sentence=_("Choose a language from the list."),
    )
    name = fields.LineField(label=_("Product name"), max_length=200, required=False)
    description = fields.TextField(
        label=_("Description"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    detected = ""  # the language that was found in the text, where none was chosen

    def clean(self):
        found = super().clean() or {}
        name, description = found.get("name"), found.get("description")
        if description and not name and "name" not in self.errors:
            self.add_error("name", _("Give the product a name in this language, or empty its description."))
        if name and not found.get("language") and "language" not in self.errors:
            found["language"] = self.detected = detect_typed(f"{name}\n{description or ''}")
        return found

    @property
    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get("name"))


class ProductTexts(forms.BaseFormSet):
    """The supplier's own text first, the others beside it."""

    def clean(self):
        if not self.forms:
            raise forms.ValidationError(_("Give the product a name in your own language."))
        seen = set()
        for form in self.forms:
            if any(form.errors) or not form.is_filled:
                continue
            language = form.cleaned_data["language"]
            if language in seen:
                form.add_error("language", _("There is already a text in this language above."))
            seen.add(language)
        first = self.forms[0]
        if not any(first.errors) and not first.is_filled:
            first.add_error("name", _("Give the product a name in your own language."))

    def detected(self) -> list[tuple[str, str]]:
        """(name of the product, language found in it) of texts for which no language was chosen."""
        return [(form.cleaned_data["name"], form.detected) for form in self.forms if form.detected]

    def texts(self) -> list[dict[str, str]]:
        """As `save_product` takes them."""
        return [
            {name: form.cleaned_data[name] for name in ("language", "name", "description")}
            for form in self.forms
            if form.is_filled
        ]


MAX_TEXTS = 12
ProductTextSet = forms.formset_factory(
    ProductTextForm, formset=ProductTexts, extra=0, min_num=1, max_num=MAX_TEXTS, absolute_max=MAX_TEXTS
)


class VariantForm(forms.Form):
    """A size, pack or colour; an empty one is left out."""

    label = fields.LineField(label=_("Size, pack or colour"), max_length=120, required=False)
    article = fields.LineField(label=_("Article number"), max_length=60, required=False)
    price = _amount(_("Price"), places=4, digits=18)
    min_order = _amount(_("Minimum order"))

    def clean(self):
        found = super().clean() or {}
        is_filled = any(found.get(name) not in (None, "") for name in ("article", "price", "min_order"))
        if is_filled and not found.get("label") and "label" not in self.errors:
            self.add_error("label", _("Say what this variant is, such as 5 kg bag."))
        return found


class Variants(forms.BaseFormSet):
    def cleaned_rows(self) -> list[dict]:
        """As `save_product` takes them."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("label")]


ROOM = 2  # empty places for variants
VariantSet = forms.formset_factory(
    VariantForm, formset=Variants, extra=0, max_num=MAX_VARIANTS, absolute_max=MAX_VARIANTS
)


def variants_of(product: Product | None) -> list[dict]:
    """The variants as initial values, with room for more."""
    rows = product.variants.all() if product else ()
    held = [{name: getattr(row, name) for name in VariantForm.base_fields} for row in rows]
    return [*held, *[{}] * min(ROOM, MAX_VARIANTS - len(held))]


class LotForm(forms.Form):
    """Goods that are in China already; an empty one is left out."""

    place = fields.CodeField(
        label=_("Place"),
        choices=fields.ports_of_china,
        required=False,
        sentence=_("Choose a port from the list."),
    )
    customs = forms.ChoiceField(
        label=_("Customs"),
        choices=[("", _("not stated")), ("bonded", _("bonded")), ("cleared", _("cleared"))],
        required=False,
    )
    quantity = _amount(_("Quantity"))
    unit = _unit(_("Unit"))
    until = forms.DateField(
        label=_("There until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class Lots(forms.BaseFormSet):
    def cleaned_rows(self) -> list[dict]:
        """As `save_product` takes them."""
        return [lots.from_form(form.cleaned_data) for form in self.forms if any(form.cleaned_data.values())]


LotSet = forms.formset_factory(LotForm, formset=Lots, extra=0, max_num=lots.MOST, absolute_max=lots.MOST)


def lots_of(product: Product | None) -> list[dict]:
    """The lots as initial values, with room for more."""
    held = list(product.lots_in_china) if product else []
    return [*held, *[{}] * min(ROOM, lots.MOST - len(held))]


class ImageForm(forms.Form):
    """One picture. Its content is checked by the verb, which decodes it with limits; here it is only a file."""

    image = forms.FileField(
        label=_("Picture"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": _("Choose a picture first."),
            "empty": _("This file is empty. Choose the picture again."),
        },
    )
    alt = fields.LineField(
        label=_("What the picture shows"),
        max_length=200,
        required=False,
        help_text=_("One sentence for people who cannot see it."),
    )


class VideoForm(forms.Form):
    """One video; the verb checks what is in the files."""

    file = forms.FileField(
        label=_("Video file"), required=False, widget=forms.FileInput(attrs={"accept": "video/mp4,video/webm"})
    )
    address = fields.WebsiteField(
        label=_("Address of a video elsewhere"),
        max_length=300,
        required=False,
        help_text=_("It is shown as a link. Many sites cannot be reached from China: a file can."),
    )
    words = fields.TextField(
        label=_("What the video shows and says"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For people who cannot see or hear it."),
    )
    captions = forms.FileField(
        label=_("Captions"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
        help_text=_("A WebVTT file (.vtt), if people speak in the video."),
    )


class PictureForm(forms.Form):
    """A stored picture: what it shows, and the button that moves it, which names the place it shall have."""

    alt = fields.LineField(label=_("What the picture shows"), max_length=200, required=False)
    place = forms.IntegerField(required=False, widget=forms.HiddenInput)


def pictures_of(product: Product, bound: tuple[ProductImage, PictureForm] | None = None) -> list[dict]:
    """Every picture with its form; `said` is one with a form that was refused, shown as it was typed."""
    return [
        {
            "image": image,
            "form": bound[1]
            if bound and bound[0] == image
            else PictureForm(initial={"alt": image.alt}, auto_id=picture_id(image)),
        }
        for image in ProductImage.objects.filter(product=product)  # as they are now, not as the page read them
    ]


def picture_id(image: ProductImage) -> str:
    """Several of these forms stand on a page."""
    return f"picture-{image.pk}-%s"


PAPERS = ".pdf,image/jpeg,image/png,image/webp"


class ProductFileForm(forms.Form):
    """A data sheet or the like; its content is judged by the verb."""

    kind = forms.ChoiceField(label=_("Kind of file"), choices=ProductFile.Kind.choices)
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": PAPERS}),
        error_messages={"required": _("Choose a file first.")},
    )


class MatchFilter(forms.Form):
    """Which matches to list; an unknown value filters nothing."""

    STATES = (
        ("", _("All")),
        ("unanswered", _("Waiting for your answer")),
        ("answered", _("Answered")),
        ("mutual", _("Both said yes")),
    )
    state = forms.ChoiceField(label=_("Show"), choices=STATES, required=False)
    product = forms.ChoiceField(label=_("Product"), required=False)

    def __init__(self, data, *, products):
        super().__init__(data)
        self.fields["product"].widget.attrs["translate"] = "no"  # the supplier's own words
        self.fields["product"].choices = [("", _("All products")), *((str(p.uid), p.name) for p in products)]

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {"state": self.cleaned_data.get("state", ""), "product": self.cleaned_data.get("product", "")}


def terms_of(product: Product) -> dict:
    """The product's own values, as the form's initial ones."""
    values = {
        name: getattr(product, name) for name in ProductForm.base_fields if name not in ("category", "certificates")
    }
    return {
        **values,
        "category": product.category_id or "",
        "certificates": [certificate.code for certificate in product.certificates.all()],
    }


def texts_of(product: Product) -> list[dict[str, str]]:
    return [{"language": t.language, "name": t.name, "description": t.description} for t in product.texts.all()]
