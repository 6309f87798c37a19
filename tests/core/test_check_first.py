"""Files are looked at before a transaction begins: meanwhile everybody else can write."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue import services as catalogue
from matchmaker.catalogue.models import ProductCertificate
from matchmaker.catalogue.services import pictures
from matchmaker.companies.documents import add_document
from matchmaker.core import files
from matchmaker.messaging import services as messaging
from tests import factories
from tests.files import paper, picture
from tests.messaging.conftest import TEXT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def looked(monkeypatch):
    """Whether a transaction was open, for each file that was looked at."""
    found = []

    def noting(look):
        def look_and_note(*args):
            found.append(connection.in_atomic_block)
            return look(*args)

        return look_and_note

    monkeypatch.setattr(files, "inspect_pdf", noting(files.inspect_pdf))
    monkeypatch.setattr(pictures, "reencode", noting(pictures.reencode))
    return found


@pytest.fixture
def product():
    return factories.product(factories.supplier())


@pytest.fixture
def order():
    """A step of a deal that its supplier stated."""
    product, buyer = factories.product(factories.supplier()), factories.buyer()
    demand = factories.demand(buyer, lines=1)
    factories.match(product, demand.lines.get())
    asked = messaging.ask(by=factories.member_of(buyer), company=buyer, product=product, text=TEXT)
    stated = {"rung": "order", "happened_on": timezone.localdate() - dt.timedelta(days=1)}
    return messaging.say_step(by=factories.member_of(product.company), enquiry=asked, **stated)


def test_papers_and_pictures_of_a_company_are_looked_at_before_the_transaction(product, looked):
    who = {"by": factories.member_of(product.company), "product": product}
    ProductCertificate.objects.create(product=product, code="HALAL")
    stated = {"code": "HALAL", "number": "7", "issuer": "", "valid_until": None}
    add_document(by=who["by"], company=product.company, kind="register", file=paper())
    catalogue.add_product_file(**who, kind="brochure", file=paper())
    catalogue.describe_certificate(**who, **stated, paper=paper())
    catalogue.add_product_image(**who, upload=SimpleUploadedFile("p.png", picture()))
    assert looked == [False] * 4


def test_files_of_messages_and_steps_are_looked_at_before_the_transaction(client, order, looked):
    seller = factories.member_of(order.enquiry.supplier)
    messaging.reply(by=seller, enquiry=order.enquiry, text="Please see the sheet.", files=[paper()])
    messaging.back_step(by=seller, step=order, file=paper())
    client.force_login(seller)
    sent = {"rung": "intent", "happened_on": timezone.localdate().isoformat(), "paper": paper("b.pdf")}
    client.post(reverse("deal_step", args=[order.enquiry.uid]), sent)
    assert order.enquiry.steps.get(rung="intent").papers.count() == 1
    assert looked == [False] * 3


def test_a_file_that_was_looked_at_is_not_looked_at_again(product, looked):
    ProductCertificate.objects.create(product=product, code="HALAL")
    stated = {"code": "HALAL", "number": "7", "issuer": "", "valid_until": None}
    catalogue.describe_certificate(by=factories.member_of(product.company), product=product, **stated, paper=paper())
    assert len(looked) == 1
