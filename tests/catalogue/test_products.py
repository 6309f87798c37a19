"""What suppliers do with their products, by the verbs that every door calls."""

import io
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue import services
from matchmaker.catalogue.models import Product
from matchmaker.core.problems import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db

THAI = {"language": "th", "name": "ข้าวหอมมะลิ", "description": "ข้าวใหม่"}


@pytest.fixture
def company():
    make.hs_code("100630")
    make.category("AGRI-06")
    return make.supplier()


def save(company, product=None, **fields):
    return services.save_product(by=make.member_of(company), company=company, product=product, **fields)


def test_a_product_keeps_its_texts_with_the_first_as_the_original(company):
    row = save(company, texts=[THAI, {"language": "en", "name": "Hom Mali rice"}], origin="TH")
    assert [(t.language, t.is_original) for t in row.texts.all()] == [("th", True), ("en", False)]
    assert AuditEntry.objects.filter(verb="save_product").count() == 1


def test_the_original_can_change_its_place(company):
    row = save(company, texts=[THAI, {"language": "en", "name": "Rice"}])
    row = save(company, row, texts=[{"language": "en", "name": "Rice"}])
    assert [(t.language, t.is_original) for t in row.texts.all()] == [("en", True)]


def test_every_change_raises_the_revision(company):
    row = save(company, texts=[THAI])
    assert save(company, row, origin="TH").revision == row.revision == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"hs_code": "100699"}, "hs_code"),
        ({"hs_code": "1006.30"}, "hs_code"),
        ({"hs_code": "１００６３０"}, "hs_code"),
        ({"category_id": "AGRI-99"}, "category"),
        ({"origin": "XX"}, "origin"),
        ({"price_low": Decimal(5)}, "currency"),
        ({"price_low": Decimal(5), "price_high": Decimal(4), "currency": "USD"}, "price_high"),
        ({"currency": "ZZZ"}, "currency"),
        ({"min_order": Decimal(5)}, "min_order_unit"),
        ({"min_order": Decimal(-1), "min_order_unit": "t"}, "min_order"),
        ({"certificates": ["MOON"]}, "certificates"),
        ({"texts": [{"language": "xx", "name": "Rice"}]}, "language"),
        ({"texts": [{"language": "en", "name": "a\x00b"}]}, "name"),
        ({"texts": [{"language": "en", "name": "\u202eab"}]}, "name"),
        ({"texts": [{"language": "en", "name": "x" * 201}]}, "name"),
    ],
)
def test_what_cannot_be_is_refused_by_field(company, fields, field):
    with pytest.raises(ValidationError) as refusal:
        save(company, **{"texts": [THAI], **fields})
    assert list(refusal.value.message_dict) == [field]
    assert Product.objects.count() == 0


def test_only_declared_fields_can_be_written(company):
    with pytest.raises(ValueError, match="status is not for suppliers"):
        save(company, status="published")


@pytest.mark.parametrize(
    ("texts", "fields", "missing"),
    [
        ([], {"category_id": "AGRI-06", "origin": "TH"}, "name"),
        ([THAI], {"origin": "TH"}, "category"),
        ([THAI], {"category_id": "AGRI-06"}, "origin"),
    ],
)
def test_publishing_asks_for_what_buyers_need(company, texts, fields, missing):
    row = save(company, texts=texts, **fields)
    with pytest.raises(ValidationError) as refusal:
        services.publish_product(by=make.member_of(company), product=row)
    assert list(refusal.value.message_dict) == [missing]


def test_a_company_that_is_not_approved_cannot_publish(company):
    row = make.product(company=make.supplier(status="pending"), status="draft")
    with pytest.raises(Refused) as refusal:
        services.publish_product(by=make.member_of(row.company), product=row)
    assert refusal.value.code == "company_not_approved"


def test_a_published_product_cannot_lose_what_buyers_need(company):
    row = make.product(company=company)
    with pytest.raises(ValidationError):
        save(company, row, origin="")
    row.refresh_from_db()
    assert row.origin == "TH"


def test_publish_pause_and_publish_keep_the_first_day(company):
    by = make.member_of(company)
    row = make.product(company=company, status="draft", published_at=None)
    first = services.publish_product(by=by, product=row).published_at
    services.pause_product(by=by, product=row)
    assert not Product.objects.published().exists()
    assert services.publish_product(by=by, product=row).published_at == first


@pytest.mark.parametrize("verb", ["publish_product", "pause_product", "withdraw_product", "copy_product"])
def test_strangers_find_nothing_to_act_on(company, verb):
    row = make.product(company=company)
    with pytest.raises(Refused) as refusal:
        getattr(services, verb)(by=make.user(), product=row)
    assert refusal.value.status == 404


def test_a_buyer_lists_no_product():
    company = make.buyer()
    with pytest.raises(Refused) as refusal:
        save(company, texts=[THAI])
    assert (refusal.value.code, refusal.value.status) == ("wrong_role", 403)


def test_a_copy_is_a_draft_with_everything_but_the_pictures(company):
    row = make.product(company=company, certificates=("HACCP",), price_low=Decimal(9), currency="USD")
    copy = services.copy_product(by=make.member_of(company), product=row)
    assert (copy.status, copy.name, copy.price_low) == ("draft", row.name, row.price_low)
    assert [c.code for c in copy.certificates.all()] == ["HACCP"]


# -- pictures ---------------------------------------------------------------------------------------------------------
def picture(size=(40, 30), kind="PNG") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return SimpleUploadedFile("../../x.php", out.getvalue())


def test_a_picture_is_kept_once_as_webp_under_a_name_of_ours(company):
    row, by = make.product(company=company), make.member_of(company)
    first = services.add_product_image(by=by, product=row, upload=picture())
    again = services.add_product_image(by=by, product=row, upload=picture())
    assert first.pk == again.pk
    assert first.file.name == f"products/{row.uid}/{first.sha256[:16]}.webp"
    with Image.open(first.file.path) as kept:
        assert kept.format == "WEBP"


@pytest.mark.parametrize(
    "content", [b"", b"<?php", b"GIF89a" + b"\x00" * 40, b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"<svg/>"]
)
def test_what_is_no_picture_is_refused(company, content):
    with pytest.raises(ValidationError) as refusal:
        services.add_product_image(
            by=make.member_of(company),
            product=make.product(company=company),
            upload=SimpleUploadedFile("x.png", content),
        )
    assert list(refusal.value.message_dict) == ["image"]


@pytest.mark.slow
def test_a_picture_too_large_to_hold_is_refused_before_it_is_decoded(company):
    with pytest.raises(ValidationError):
        services.add_product_image(
            by=make.member_of(company), product=make.product(company=company), upload=picture((8000, 5001), "JPEG")
        )
