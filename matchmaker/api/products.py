"""Products: published ones for everybody, one's own in every state."""

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, Q
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.changes import SINCE, SINCE_NOTE, WithChanges, changes_of
from matchmaker.api.companies import PublicCompany
from matchmaker.api.pagination import Filter, FitField, equal, search_words
from matchmaker.api.permissions import EVERYONE, SIGNED_IN
from matchmaker.catalogue import services
from matchmaker.catalogue.models import (
    Product,
    ProductCertificate,
    ProductFile,
    ProductImage,
    ProductText,
    ProductVariant,
    ProductVideo,
)
from matchmaker.catalogue.models import products as catalogue
from matchmaker.companies.models import Company
from matchmaker.matching import tasks


class Text(Strict, Output):
    class Meta:
        model = ProductText
        fields = ["language", "name", "description"]


class Variant(Strict, Output):
    class Meta:
        model = ProductVariant
        fields = ["label", "article", "price", "min_order"]


TERMS = [name for name in catalogue.TERMS if name != "category_id"]  # `category` here


class Certificate(Strict, Output):
    """What the supplier states of a certificate; `seen_on` is the day the campaign's team read its paper."""

    class Meta:
        model = ProductCertificate
        fields = ["code", "number", "issuer", "valid_until", "figure", "trait", "seen_on", "confirmed_by"]
        read_only_fields = ["trait", "seen_on", "confirmed_by"]
        extra_kwargs = {"number": {"required": True}, "issuer": {"required": True}, "valid_until": {"required": True}}


class File(Output):
    url = serializers.SerializerMethodField()

    class Meta:
        model = ProductFile
        fields = ["uid", "kind", "name", "content_type", "size", "url"]

    def get_url(self, file) -> str:
        return settings.SITE_URL + reverse("product_file", args=[file.product.uid, file.uid])


class Video(Output):
    """A file of this site (`url`, `content_type`, `size`) or a page elsewhere (`address`); `words` describe it."""

    url = serializers.SerializerMethodField()
    captions = serializers.SerializerMethodField()

    class Meta:
        model = ProductVideo
        fields = ["uid", "words", "address", "url", "content_type", "size", "captions"]
        read_only_fields = fields

    def get_url(self, video) -> str:
        return self._address("product_video", video) if video.file else ""

    def get_captions(self, video) -> str:
        """The address of its captions as WebVTT, or "" """
        return self._address("product_video_captions", video) if video.captions else ""

    @staticmethod
    def _address(name: str, video) -> str:
        return settings.SITE_URL + reverse(name, args=[video.product.uid, video.uid])


class Picture(Output):
    """`url` is that of the largest rendition, for whoever may see the product; `sha256` that of the file sent."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = ProductImage
        fields = ["sha256", "alt", "width", "height", "url"]
        read_only_fields = fields

    def get_url(self, picture) -> str:
        return settings.SITE_URL + picture.file.url


class ProductOut(Output):
    company = PublicCompany(read_only=True)
    category = serializers.CharField(source="category_id", read_only=True, allow_null=True)
    texts = Text(many=True, read_only=True)
    variants = Variant(many=True, read_only=True)
    certificates = serializers.SerializerMethodField()
    certificate_details = Certificate(source="certificates", many=True, read_only=True)
    files = File(many=True, read_only=True)
    pictures = Picture(source="images", many=True, read_only=True)
    videos = Video(many=True, read_only=True)
    fit = FitField()

    class Meta:
        model = Product
        fields = [
            *("uid", "company", "category", "texts", "variants", "certificates", "code_is_confirmed", *TERMS),
            *("certificate_details", "files", "pictures", "pictures_reserved", "videos"),
            *("status", "published_at", "updated_at", "revision"),
            "fit",
        ]
        read_only_fields = fields

    def get_certificates(self, product) -> list[str]:
        return [certificate.code for certificate in product.certificates.all()]


class ProductIn(Strict, serializers.ModelSerializer):
    """The first text is the supplier's own. `company` is needed only by members of several."""

    company = serializers.UUIDField(required=False)
    category = serializers.CharField(max_length=10, required=False, allow_null=True)
    texts = Text(many=True, required=False)
    variants = Variant(many=True, required=False)
    certificates = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=40)

    class Meta:
        model = Product
        fields = ["company", "category", "texts", "variants", "certificates", "code_is_confirmed", *TERMS]
        validators = []  # the verb checks what spans several fields, and says it in one place
        extra_kwargs = {"hs_code": {"validators": []}}

    def as_verb(self) -> dict:
        fields = dict(self.validated_data)
        fields.pop("company", None)
        if "category" in fields:
            fields["category_id"] = fields.pop("category")
        return fields


ProductChanges = changes_of(ProductOut, "Product")  # one for both lists: the document names it once


class Products(WithChanges, mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = ProductOut
    url_name = "api_product"
    policy = {
        "list": EVERYONE,
        "retrieve": EVERYONE,
        "mine": SIGNED_IN,
        "changes": EVERYONE,
        "my_changes": SIGNED_IN,
        "create": "products:write",
        "partial_update": "products:write",
        "publish": "products:write",
        "pause": "products:write",
        "withdraw": "products:write",
        "reserve_pictures": "products:write",
        "open_pictures": "products:write",
    }
    words = {
        "list": "Published products",
        "retrieve": "One product",
        "mine": "The caller's products in every state",
        "changes": "Published products that changed, and what is published no longer",
        "my_changes": "The caller's products that changed",
        "create": "Write down a product, as a draft",
        "partial_update": "Change a product",
        "publish": "Publish a product: it is found and matched",
        "pause": "Pause a product",
        "withdraw": "Withdraw a product",
        "reserve_pictures": "Show pictures and videos of a product only after mutual interest",
        "open_pictures": "Show pictures and videos of a product to everybody",
    }
    notes = {
        "changes": SINCE_NOTE,
        "my_changes": SINCE_NOTE,
        "partial_update": "Only what is named is changed; `texts` and `variants` are replaced as a whole.",
        "publish": "Matches follow within seconds.",
        "pause": "It is no longer found nor matched until it is published again.",
        "reserve_pictures": "They are shown to buyers' companies with which a match of any of the company's products "
        "became mutual. What somebody has loaded already cannot be taken back.",
    }
    is_versioned = True
    change_times = ("updated_at", "company__updated_at")
    filters = {
        "category": equal("category", "Code of a category."),
        "group": equal("category__group", "Group of its category."),
        "origin": equal("origin", "Country of origin, ISO 3166-1 alpha-2."),
        "hs_code": Filter(
            "How the HS code begins.", lambda queryset, value: queryset.filter(hs_code__startswith=value)
        ),
        "certificate": equal("certificates__code", "Code of a certificate it has."),
        "company": equal("company__uid", "Its supplier."),
        "q": search_words(
            "products",
            Product.objects.published,
            lambda value: Q(texts__name__icontains=value) | Q(texts__description__icontains=value),
        ),
    }
    orderings = {"newest": ["-published_at", "-pk"], "oldest": ["published_at", "pk"]}

    def get_queryset(self):
        user = self.request.user
        if self.action in ("list", "changes"):
            return _whole(self.of_site(Product.objects.published(), "supplier"), user).order_by("-pk")
        if self.action == "retrieve":
            return _whole(Product.objects.visible_to(user), user)
        return _whole(Product.objects.filter(company__in=Company.objects.of(user)), user)

    @extend_schema(responses=ProductOut(many=True))
    def mine(self, request):
        return self.listed(self.get_queryset().order_by("-pk"), ProductOut)

    @extend_schema(responses=ProductChanges, parameters=SINCE)
    def changes(self, request):
        return self.changed(ProductOut)

    @extend_schema(responses=ProductChanges, parameters=SINCE)
    def my_changes(self, request):
        return self.changed(ProductOut, is_own=True)

    @extend_schema(request=ProductIn, responses={201: ProductOut})
    def create(self, request):
        given = self.given(ProductIn)
        product = services.save_product(by=request.user, company=self.company(is_supplier=True), **given.as_verb())
        return Response(self.serialize(product), status=201)

    @extend_schema(request=ProductIn, responses=ProductOut)
    def partial_update(self, request, uid):
        product = self.get_object()
        given = self.given(ProductIn, product)
        services.save_product(by=request.user, company=product.company, product=product, **given.as_verb())
        transaction.on_commit(tasks.start_matching)
        return Response(self.serialize(product))

    def _turn(self, verb):
        product = self.get_object()
        verb(by=self.request.user, product=product)
        transaction.on_commit(tasks.start_matching)
        return Response(self.serialize(product))

    @extend_schema(request=None, responses=ProductOut)
    def publish(self, request, uid):
        return self._turn(services.publish_product)

    @extend_schema(request=None, responses=ProductOut)
    def pause(self, request, uid):
        return self._turn(services.pause_product)

    @extend_schema(request=None, responses=ProductOut)
    def withdraw(self, request, uid):
        return self._turn(services.withdraw_product)

    @extend_schema(request=None, responses=ProductOut)
    def reserve_pictures(self, request, uid):
        return self._turn(services.reserve_pictures)

    @extend_schema(request=None, responses=ProductOut)
    def open_pictures(self, request, uid):
        return self._turn(services.open_pictures)

    def serialize(self, product):
        return serialize(product, self.request.user)


def serialize(product, user) -> dict:
    """A product as `user` may see it."""
    return ProductOut(_whole(Product.objects.all(), user).get(pk=product.pk)).data


def _whole(products, user):
    """With everything of `ProductOut` that `user` may see, in seven queries whatever their number."""
    images = Prefetch("images", ProductImage.objects.opened_to(user))
    videos = Prefetch("videos", ProductVideo.objects.opened_to(user).select_related("product"))
    rows = products.select_related("company", "category")
    return rows.prefetch_related("texts", "certificates", images, "variants", "files__product", videos)
