"""What comes with a product: its certificates with their papers, files to download, videos, and pictures."""

from types import SimpleNamespace

from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Strict
from matchmaker.api.permissions import EVERYONE, SIGNED_IN
from matchmaker.api.products import Certificate, File, Picture, ProductOut, Video, serialize
from matchmaker.api.uploads import PAPER, PICTURE, VIDEO, WithFiles, rename_file_errors, sealed
from matchmaker.catalogue import services
from matchmaker.catalogue.models import Product, ProductCertificate, ProductFile, ProductImage, ProductVideo
from matchmaker.catalogue.services.pictures import check_image
from matchmaker.companies.members import is_admin
from matchmaker.companies.models import Company, Document
from matchmaker.core.downloads import attachment
from matchmaker.core.files import check_file
from matchmaker.core.uploads import MOST_VIDEO_BYTES
from matchmaker.core.videos import check_video
from matchmaker.matching.tasks import start_matching

WRITE = "products:write"


class OfProduct(WithFiles):
    """`uid` in the address names the product; whoever may see it reads what comes with it, its company writes it."""

    lookup_url_kwarg = "key"

    def product(self) -> Product:
        """The one that is read."""
        return get_object_or_404(Product.objects.visible_to(self.request.user), uid=self.kwargs["uid"])

    def own(self) -> Product:
        """The one that is written to."""
        return get_object_or_404(
            Product.objects.filter(company__in=Company.objects.of(self.request.user)), uid=self.kwargs["uid"]
        )


class CertificateIn(Certificate):
    """`paper` is a PDF, or a photograph as JPEG, PNG or WebP; up to 10 MB; sent as multipart/form-data."""

    paper = serializers.FileField(required=False)

    class Meta(Certificate.Meta):
        fields = [*Certificate.Meta.fields, "paper"]


class PaperOut(Output):
    """`uid` names it among the company's documents, for its administrators; null for other members."""

    uid = serializers.SerializerMethodField()

    class Meta:
        model = Document
        fields = ["uid", "state", "refusal"]
        read_only_fields = fields

    def get_uid(self, paper) -> str | None:
        return str(paper.uid) if self.context["is_admin"] else None


class OwnCertificate(Certificate):
    paper = PaperOut(source="document", read_only=True, allow_null=True)

    class Meta(Certificate.Meta):
        fields = [*Certificate.Meta.fields, "paper"]
        read_only_fields = fields


class ProductCertificates(mixins.ListModelMixin, OfProduct):
    serializer_class = OwnCertificate
    checks = {"paper": check_file}
    policy = {"list": SIGNED_IN, "describe_certificate": WRITE}
    words = {
        "list": "Certificates of one of the caller's products, and what became of their papers",
        "describe_certificate": "Write down number, issuer and validity of a certificate, and send its paper",
    }
    notes = {
        "describe_certificate": "The product must have the certificate already. Sending a paper is for administrators "
        "of the company; the team compares it with what is written down. Without one, the paper so far stays.",
    }

    def get_queryset(self):
        return ProductCertificate.objects.filter(product=self.own()).select_related("document").order_by("code")

    def get_serializer_context(self):
        known = getattr(self, "swagger_fake_view", False)
        return {
            **super().get_serializer_context(),
            "is_admin": known or is_admin(self.request.user, self.own().company),
        }

    @extend_schema(
        request={"application/json": Certificate, "multipart/form-data": CertificateIn}, responses=ProductOut
    )
    def describe_certificate(self, request, uid):
        product, given = self.own(), self.given(CertificateIn).validated_data
        with rename_file_errors("paper"):
            services.describe_certificate(by=request.user, product=product, **given)
        transaction.on_commit(start_matching)
        return Response(serialize(product, request.user))


class FileIn(Strict):
    """`file` is a PDF, or a picture as JPEG, PNG or WebP; up to 10 MB."""

    kind = serializers.ChoiceField(ProductFile.Kind.choices)
    file = serializers.FileField()


class ProductFiles(mixins.ListModelMixin, OfProduct):
    serializer_class = File
    url_name = "api_product_file"
    checks = {"file": check_file}
    policy = {"list": EVERYONE, "content": EVERYONE, "create": WRITE, "remove": WRITE}
    words = {
        "list": "Files of a product",
        "create": "Add a file to a product",
        "content": "Download a file of a product",
        "remove": "Remove a file of a product",
    }
    notes = {
        "create": "Up to ten a product; whoever may see the product can download them. Judged by its content: a PDF "
        "that starts nothing by itself, or a picture, which is drawn again. The same one sent twice is kept once.",
    }

    def get_queryset(self):
        return ProductFile.objects.filter(product=self.product()).select_related("product")

    @extend_schema(request={"multipart/form-data": FileIn}, responses={201: File})
    def create(self, request, uid):
        product, given = self.own(), self.given(FileIn).validated_data
        with rename_file_errors("file"):
            row = services.add_product_file(by=request.user, product=product, **given)
        return Response(File(row).data, status=201)

    @extend_schema(responses=PAPER)
    @sealed
    def content(self, request, uid, key) -> FileResponse:
        rows = ProductFile.objects.visible_to(request.user)
        return attachment(get_object_or_404(rows, uid=key, product__uid=uid))

    @extend_schema(request=None, responses={204: None})
    def remove(self, request, uid, key):
        services.remove_product_file(by=request.user, file=get_object_or_404(self.own().files, uid=key))
        return Response(status=204)


class VideoIn(Strict):
    """Either `file` (MP4 with H.264 or AV1, or WebM, up to 25 MB) or `address`; `captions` is a WebVTT file."""

    file = serializers.FileField(required=False)
    address = serializers.CharField(required=False, max_length=300)
    words = serializers.CharField(max_length=2000)
    captions = serializers.FileField(required=False)


class ProductVideos(mixins.ListModelMixin, OfProduct):
    serializer_class = Video
    url_name = "api_product_video"
    most_bytes = MOST_VIDEO_BYTES
    checks = {"file": check_video}
    policy = {"list": EVERYONE, "content": EVERYONE, "create": WRITE, "remove": WRITE}
    words = {
        "list": "Videos of a product",
        "create": "Add a video to a product",
        "content": "Download a video of a product",
        "remove": "Remove a video of a product",
    }
    notes = {
        "create": "Up to three a product, each as a file or as an address with https. A file is stored without the "
        "place and the device that phones write into it. The same one sent twice is stored once.",
    }

    def get_queryset(self):
        shown = ProductVideo.objects.opened_to(self.request.user)
        return shown.filter(product=self.product()).select_related("product")

    def too_large(self) -> str:
        return _("A video may have up to 25 MB.")

    @extend_schema(request={"multipart/form-data": VideoIn}, responses={201: Video})
    def create(self, request, uid):
        product, given = self.own(), self.given(VideoIn).validated_data
        with rename_file_errors("file"):
            row = services.add_product_video(by=request.user, product=product, **given)
        return Response(Video(row).data, status=201)

    @extend_schema(responses=VIDEO)
    @sealed
    def content(self, request, uid, key) -> FileResponse:
        return attachment(get_object_or_404(self.get_queryset().exclude(file=""), uid=key))

    @extend_schema(request=None, responses={204: None})
    def remove(self, request, uid, key):
        services.remove_product_video(by=request.user, video=get_object_or_404(self.own().videos, uid=key))
        return Response(status=204)


class PictureIn(Strict, serializers.ModelSerializer):
    """`image` is a JPEG, PNG or WebP picture of up to 8 MB; `alt` is for people who cannot see it."""

    image = serializers.FileField()

    class Meta:
        model = ProductImage
        fields = ["image", "alt"]


class PictureChange(Strict, serializers.ModelSerializer):
    """Either alone or both. `place` counts from 1, the picture that lists show."""

    place = serializers.IntegerField(min_value=1, write_only=True)

    class Meta:
        model = ProductImage
        fields = ["alt", "place"]


class ProductPictures(mixins.ListModelMixin, OfProduct):
    """A picture is named by the SHA-256 of the file that was sent, so that its sender knows the name."""

    serializer_class = Picture
    lookup_field = "sha256"
    url_name = "api_product_picture"
    checks = {"image": check_image}
    policy = {"list": EVERYONE, "content": EVERYONE, "create": WRITE, "partial_update": WRITE, "remove": WRITE}
    words = {
        "list": "Pictures of a product",
        "create": "Add a picture to a product",
        "content": "Download a picture of a product",
        "partial_update": "Say anew what a picture shows, or move it",
        "remove": "Remove a picture of a product",
    }
    notes = {
        "list": "In the order they are shown. `sha256` is that of the file that was sent, and names the picture.",
        "create": "Up to ten a product. It is turned upright, made smaller and drawn again without its metadata. The "
        "same one sent twice is kept once.",
        "partial_update": "The others keep their order and make room.",
    }

    def get_queryset(self):
        return ProductImage.objects.opened_to(self.request.user).filter(product=self.product())

    def too_large(self) -> str:
        return _("A picture may have up to 8 MB.")

    @extend_schema(request={"multipart/form-data": PictureIn}, responses={201: Picture})
    def create(self, request, uid):
        product, given = self.own(), self.given(PictureIn).validated_data
        row = services.add_product_image(
            by=request.user, product=product, upload=given["image"], alt=given.get("alt", "")
        )
        return Response(Picture(row).data, status=201)

    @extend_schema(responses=PICTURE)
    @sealed
    def content(self, request, uid, key) -> FileResponse:
        row = get_object_or_404(self.get_queryset(), sha256=key)
        return attachment(SimpleNamespace(file=row.file, name=f"{key[:16]}.webp", content_type="image/webp"))

    @extend_schema(request={"application/json": PictureChange}, responses=Picture)
    def partial_update(self, request, uid, key):
        product = self.own()
        image = get_object_or_404(product.images, sha256=key)
        given = self.given(PictureChange, image).validated_data
        row = services.change_product_image(by=request.user, product=product, image=image, **given)
        return Response(Picture(row).data)

    @extend_schema(request=None, responses={204: None})
    def remove(self, request, uid, key):
        product = self.own()
        image = get_object_or_404(product.images, sha256=key)
        services.remove_product_image(by=request.user, product=product, image=image)
        return Response(status=204)
