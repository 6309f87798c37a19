"""Geographical indication, footprint and green certificates: what the goods are, with the evidence behind it."""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import ProductCertificate
from matchmaker.catalogue.services import describe_certificate
from matchmaker.core import reference
from tests import factories


def test_kinds_of_traits_are_those_that_pages_name():
    from matchmaker.web.public.products import TRAITS

    assert {row["trait"] for row in reference.certificates().values()} == {"", *TRAITS}


@pytest.fixture
def cheese(db):
    product = factories.product(certificates=["PDO", "PCF", "HACCP"])
    return product


def test_a_figure_that_is_changed_has_not_been_seen_any_more(cheese):
    by = factories.member_of(cheese.company)
    given = {"number": "1", "issuer": "AFNOR", "valid_until": None}
    describe_certificate(by=by, product=cheese, code="PCF", figure="2.4 kg CO2e for one kilogram", **given)
    ProductCertificate.objects.filter(code="PCF").update(seen_on=dt.date(2026, 1, 1))
    describe_certificate(by=by, product=cheese, code="PCF", **given)
    row = ProductCertificate.objects.get(code="PCF")
    assert (row.figure, row.seen_on, row.trait) == ("2.4 kg CO2e for one kilogram", dt.date(2026, 1, 1), "footprint")
    describe_certificate(by=by, product=cheese, code="PCF", figure="1.9 kg", **given)
    row.refresh_from_db()
    assert (row.figure, row.seen_on) == ("1.9 kg", None)


def test_the_page_shows_traits_with_their_evidence_and_no_ended_one(client, cheese):
    seen = {"seen_on": dt.date(2026, 5, 1), "confirmed_by": "INAO"}
    ProductCertificate.objects.filter(code="PDO").update(**seen)
    ProductCertificate.objects.filter(code="PCF").update(valid_until=dt.date(2020, 1, 1))
    traits = client.get(reverse("product", args=[cheese.uid])).context["traits"]
    assert [(kind, [one.code for one in rows]) for kind, rows in traits] == [("Geographical indication", ["PDO"])]
    page = client.get(reverse("product", args=[cheese.uid])).content.decode()
    assert "INAO" in page


def test_only_a_footprint_has_a_field_for_its_figure(client, cheese):
    client.force_login(factories.member_of(cheese.company))
    for code, asked in (("PCF", True), ("PDO", False)):
        form = client.get(reverse("supplier_product_certificate", args=[cheese.uid, code])).context["form"]
        assert ("figure" in form.fields) is asked
