"""What is offered."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models.codes import Category
from matchmaker.catalogue.models.wishes import PublishWish
from matchmaker.companies.models import Company, Document
from matchmaker.core import reference
from matchmaker.core.fields import amount_field, price_field
from matchmaker.core.files import FileRow, private_files
from matchmaker.core.ids import Public
from matchmaker.core.languages import base_of, current
from matchmaker.core.multilingual import Texts
from matchmaker.core.rendered import Rendered
from matchmaker.core.text import validate_name, validate_one_line, validate_text, video_address
from matchmaker.core.ttl_cache import cached_for
from matchmaker.translation import services as translation

INCOTERMS = [
    "EXW",
    "FCA",
    "CPT",
    "CIP",
    "DAP",
    "DPU",
    "DDP",
    "FAS",
    "FOB",
    "CFR",
    "CIF",
]  # ICC Incoterms 2020

# What a supplier says of a product in fields: form, API, import and services take these and no others.
TERMS = (
    *("article", "category_id", "hs_code", "national_line", "origin", "min_order", "min_order_unit"),
    *("price_low", "price_high", "currency", "price_unit", "price_valid_until", "incoterm", "incoterm_place"),
    *("capacity", "capacity_unit", "capacity_period", "lead_time_days", "shelf_life_days", "storage"),
    "lots_in_china",
)


# Of products and of quotes: the Chinese tariff has lines of eight digits, some divided into lines of ten.
validate_national_line = RegexValidator(r"^\d{8}(\d{2})?$", _("8 or 10 digits."))


@cached_for(600)
def _category_names() -> dict[str, Texts]:
    return dict(Category.objects.values_list("code", "name"))


def category_name(code: str) -> str:
    """The name of a category in the reader's language; "" for one that is not there."""
    return str(_category_names().get(code) or "")


class Period(models.TextChoices):
    """What a capacity is counted for."""

    NONE = "", _("not stated")
    MONTH = "month", _("a month")
    YEAR = "year", _("a year")


def is_public(prefix: str = "") -> Q:
    """Visible to the world: published, by an approved company. `prefix` leads to the product ("products__").

    With `Product.is_public` the only place that says it; querysets of products use `published`.
    """
    approved = {f"{prefix}company__status": Company.Status.APPROVED}
    return Q(**{f"{prefix}status": Product.Status.PUBLISHED}, **approved)


class ProductQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_public())

    def of(self, company):
        return self.filter(company=company)

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.published()
        own = Company.objects.of(user).values("pk")
        return self.filter(is_public() | Q(company__in=own))

    def for_cards(self):
        """Everything a card shows, in three queries whatever their number."""
        return self.select_related("company", "category").prefetch_related("texts", "certificates", "images")


class Product(Public, PublishWish):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        PAUSED = "paused", _("paused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Storage(models.TextChoices):
        NONE = "", _("not stated")
        AMBIENT = "ambient", _("ambient")
        CHILLED = "chilled", _("chilled")
        FROZEN = "frozen", _("frozen")

    company = models.ForeignKey(Company, models.CASCADE, related_name="products")
    article = models.CharField(_("article number"), max_length=60, blank=True, validators=[validate_one_line])
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="products")
    hs_code = models.CharField(
        _("HS code"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^\d{6}$", _("Six digits, such as 100630."))],
    )
    # The line of the Chinese tariff below the code, where the supplier or the importer knows it: duty depends on it.
    national_line = models.CharField(
        _("national line"), max_length=10, blank=True, default="", db_default="", validators=[validate_national_line]
    )
    # A person chose or typed category and code; a system that fills them in by itself says no.
    code_is_confirmed = models.BooleanField(default=True, db_default=True)
    origin = models.CharField(_("country of origin"), max_length=2, blank=True)
    min_order = amount_field(_("minimum order"))
    min_order_unit = models.CharField(_("unit"), max_length=10, blank=True)
    price_low = price_field(_("price from"))
    price_high = price_field(_("price to"))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    price_unit = models.CharField(_("price is for one"), max_length=10, blank=True)
    price_valid_until = models.DateField(_("price holds until"), null=True, blank=True)
    incoterm = models.CharField(_("Incoterm"), max_length=3, blank=True, choices=[(i, i) for i in INCOTERMS])
    incoterm_place = models.CharField(_("named place"), max_length=100, blank=True, validators=[validate_one_line])
    capacity = amount_field(_("capacity"))
    capacity_unit = models.CharField(_("unit"), max_length=10, blank=True)
    capacity_period = models.CharField(_("period"), max_length=10, blank=True, choices=Period)
    lead_time_days = models.PositiveSmallIntegerField(_("lead time in days"), null=True, blank=True)
    shelf_life_days = models.PositiveSmallIntegerField(_("shelf life in days"), null=True, blank=True)
    storage = models.CharField(_("storage"), max_length=10, blank=True, choices=Storage)
    # Pictures and videos only for buyers with whom both sides said yes; see `PictureQuerySet.opened_to`.
    pictures_reserved = models.BooleanField(default=False, db_default=False)
    # Goods that are in China already; `catalogue.lots` says what a lot is.
    lots_in_china = models.JSONField(_("in China already"), default=list, db_default=[], blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1)  # raised by every change that matching must see

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("product")
        constraints = [
            models.CheckConstraint(
                condition=Q(price_low__isnull=True) | Q(price_high__isnull=True) | Q(price_high__gte=F("price_low")),
                name="product_price_band_in_order",
                violation_error_message=_("The upper price must not be below the lower one."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="published_product_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["company", "article"],
                condition=~Q(article=""),
                name="product_article_once_per_company",
                violation_error_message=_("Another product of yours has this article number."),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "category"], name="product_by_category"),
            models.Index(fields=["updated_at"], name="product_by_change"),  # what the directory follows
        ]

    def __str__(self):
        return self.name

    @property
    def text(self) -> "ProductText | MadeText | None":
        """The text for this reader, see `text_for_reader`."""
        return text_for_reader(list(self.texts.all()), self.hs_code, self.category_id)

    @property
    def original(self) -> "ProductText | None":
        return next((t for t in self.texts.all() if t.is_original), None)

    @property
    def name(self) -> str:
        return Rendered(self.text.name if self.text else _("product without a name"))

    @property
    def is_public(self) -> bool:
        """What `is_public` is for a query."""
        return self.status == self.Status.PUBLISHED and self.company.is_approved

    @property
    def tariff_code(self) -> str:
        """The longest code that is known, by which the tariff is read; empty where none is given."""
        return self.national_line or self.hs_code

    @property
    def open_pictures(self) -> "list[ProductImage]":
        """Those that everybody may see who may see the product: what lists, previews and search engines get."""
        return [] if self.pictures_reserved else list(self.images.all())

    @property
    def price_has_ended(self) -> bool:
        return self.price_valid_until is not None and self.price_valid_until < timezone.localdate()

    @property
    def origin_name(self) -> str:
        return reference.name(reference.countries().get(self.origin), self.origin)


@dataclass(frozen=True)
class MadeText:
    """A text of a product that its owner did not write, in the reader's language.

    Attributes:
        language: of the name.
        description_language: the description is as its owner wrote it where no machine translated it.
        origin: `machine` or `gloss`, see `translation.services.Readable`.
        engine: the name of the engine, for `machine`.
    """

    language: str
    name: str
    description: str
    description_language: str
    origin: str
    engine: str = ""
    is_original: bool = False


def text_for_reader(texts: Sequence[Any], hs_code: str = "", category_id: str | None = None) -> Any:
    """What a reader sees of one product's texts (or rows of them); None without any text.

    The owner's text in the reader's language; else a translation or a gloss of the name (`MadeText`); else the owner's
    English; else the original.
    """
    reader = base_of(current())
    own = {text.language: text for text in texts}
    if reader in own or not texts:
        return own.get(reader)
    original = next((text for text in texts if text.is_original), texts[0])
    best = own.get("en", original)
    names = {language: text.name for language, text in own.items()}
    category = category_name(category_id) if category_id else ""
    words = {language: text.description for language, text in own.items() if getattr(text, "description", "")}
    name, description = translation.read_many(
        [
            translation.Source(names, original.language, hs_code, category=category),
            translation.Source(words, original.language, is_name=False),
        ],
        reader,
    )
    if name.origin == "other":
        return best
    return MadeText(reader, name.text, description.text, description.language, name.origin, name.engine)


class ProductText(models.Model):
    """Name and description in one language; several stand side by side."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    name = models.CharField(_("product name"), max_length=200, validators=[validate_name])
    description = models.TextField(
        _("description"), max_length=5000, blank=True, validators=[validate_text, MaxLengthValidator(5000)]
    )
    is_original = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_original", "language"]
        constraints = [
            models.UniqueConstraint(fields=["product", "language"], name="product_text_once_per_language"),
            models.UniqueConstraint(
                fields=["product"], condition=Q(is_original=True), name="product_has_one_original_text"
            ),
        ]

    def __str__(self):
        return self.name


class ProductVariant(models.Model):
    """A size, pack or colour of a product with what is its own; currency and units are the product's."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    label = models.CharField(_("variant"), max_length=120, validators=[validate_one_line])
    article = models.CharField(_("article number"), max_length=60, blank=True, validators=[validate_one_line])
    price = price_field(_("price"))
    min_order = amount_field(_("minimum order"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "label"], name="product_variant_once")]

    def __str__(self):
        return self.label


class ProductCertificate(models.Model):
    product = models.ForeignKey(Product, models.CASCADE, related_name="certificates")
    code = models.CharField(_("certificate"), max_length=20)
    number = models.CharField(_("number"), max_length=80, blank=True, validators=[validate_one_line])
    issuer = models.CharField(_("issued by"), max_length=120, blank=True, validators=[validate_one_line])
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    # What the paper says in figures, such as the footprint of one kilogram.
    figure = models.CharField(
        _("figure on it"), max_length=80, default="", db_default="", blank=True, validators=[validate_one_line]
    )
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="certificates")
    seen_on = models.DateField(null=True, blank=True)  # the team read the paper and it says what stands here
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # The body whose list says the same; "" where only the paper was seen.
    confirmed_by = models.CharField(_("confirmed by"), max_length=120, blank=True, validators=[validate_one_line])

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="product_certificate_once")]

    def __str__(self):
        return self.code

    @property
    def name(self) -> str:
        return reference.name(reference.certificates().get(self.code), self.code)

    @property
    def trait(self) -> str:
        """`gi`, `footprint` or `green` where the certificate says what the goods are; "" for all others."""
        row = reference.certificates().get(self.code)
        return row["trait"] if row else ""

    @property
    def is_valid(self) -> bool:
        return self.holds_on(timezone.localdate())

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_until is None or self.valid_until >= day


def product_file_path(row: "ProductFile", _filename: str) -> str:
    """Never the name that was uploaded."""
    return f"product-files/{row.product.uid}/{row.uid}{row.suffix}"


class ProductFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of visible products."""
        return self.filter(product__in=Product.objects.visible_to(user))


class PictureQuerySet(ProductFileQuerySet):
    """Pictures and videos of products."""

    def opened_to(self, user):
        """Without those of products whose pictures are reserved.

        Reserved ones are for the product's company, and for a buyer's company with which a match of any of that
        company's products became mutual.
        """
        for_all = Q(product__pictures_reserved=False)
        if not user.is_authenticated:
            return self.filter(for_all)
        own = Company.objects.of(user).values("pk")
        sellers = Product.objects.filter(matches__mutual_at__isnull=False, matches__line__demand__company__in=own)
        return self.filter(for_all | Q(product__company__in=own) | Q(product__company__in=sellers.values("company")))

    def visible_to(self, user):
        return super().visible_to(user).opened_to(user)


class ProductFile(Public, FileRow):
    """A data sheet or the like that comes with a product; it can be downloaded only."""

    class Kind(models.TextChoices):
        DATA = "data", _("data sheet")
        TEST = "test", _("test report")
        LABEL = "label", _("label or packaging")
        BROCHURE = "brochure", _("brochure")
        OTHER = "other", _("something else")

    product = models.ForeignKey(Product, models.CASCADE, related_name="files")
    kind = models.CharField(_("what it is"), max_length=10, choices=Kind)
    file = models.FileField(storage=private_files, upload_to=product_file_path, max_length=200)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = ProductFileQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "sha256"], name="product_file_once")]


def image_path(image: "ProductImage", _filename: str) -> str:
    """Never the name that was uploaded."""
    return f"products/{image.product.uid}/{image.sha256[:16]}.webp"


class ProductImage(models.Model):
    """Always re-encoded by us; `sha256` is that of the upload, so that the same picture is stored once."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    file = models.ImageField(upload_to=image_path, width_field="width", height_field="height", max_length=200)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    widths = models.JSONField(default=list)  # of the smaller renditions beside it
    alt = models.CharField(_("what the picture shows"), max_length=200, blank=True, validators=[validate_one_line])
    sha256 = models.CharField(max_length=64)
    position = models.PositiveSmallIntegerField(default=0)

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "sha256"], name="product_image_once")]

    def __str__(self):
        return self.alt or self.sha256[:8]

    def file_names(self) -> list[tuple[int, str]]:
        """(width, name) of every rendition, the largest first."""
        name = self.file.name or ""
        return [(self.width, name), *((width, f"{name.removesuffix('.webp')}-{width}.webp") for width in self.widths)]

    @property
    def srcset(self) -> str:
        """For `srcset`, so that a phone loads what it can show."""
        return ", ".join(f"{self.file.storage.url(name)} {width}w" for width, name in self.file_names())

    @property
    def small_url(self) -> str:
        """Of the smallest rendition, for lists."""
        return self.file.storage.url(self.file_names()[-1][1])


def video_path(row: "ProductVideo", _filename: str) -> str:
    """Never the name that was uploaded."""
    return f"product-videos/{row.product.uid}/{row.uid}{row.suffix}"


class ProductVideo(Public, FileRow):
    """A video of a product: a file that this site shows, or the address of a page elsewhere that is only linked.

    Nothing from elsewhere is embedded: a player of another site would learn who looks at which product.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="videos")
    address = models.CharField(_("address of the video"), max_length=300, blank=True, validators=[video_address])
    file = models.FileField(storage=private_files, upload_to=video_path, max_length=200, blank=True)
    words = models.CharField(_("what the video shows and says"), max_length=2000, validators=[validate_text])
    captions = models.TextField(blank=True)  # WebVTT; in the language of the product's original text
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "sha256"], condition=~Q(sha256=""), name="product_video_file_once"
            ),
            models.UniqueConstraint(
                fields=["product", "address"], condition=~Q(address=""), name="product_video_address_once"
            ),
            models.CheckConstraint(
                condition=(Q(address="") & ~Q(file="")) | (~Q(address="") & Q(file="")),
                name="product_video_file_or_address",
            ),
        ]

    @property
    def host(self) -> str:
        """Where an address leads, without "www."; "" for a file."""
        return (urlsplit(self.address).hostname or "").removeprefix("www.")


class ShortlistItem(models.Model):
    """A product a buying company keeps an eye on, with a note that only its own people see."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="shortlist")
    product = models.ForeignKey(Product, models.CASCADE, related_name="shortlisted")
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_text])
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["company", "product"], name="shortlisted_once")]

    def __str__(self):
        return f"{self.company} ☆ {self.product}"
