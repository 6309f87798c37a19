"""Files are looked at before a transaction begins: meanwhile everybody else can write."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import StoredAnswer
from matchmaker.accounts.services import create_token
from matchmaker.campaigns.services import brand
from matchmaker.catalogue import services as catalogue
from matchmaker.catalogue.models import ProductCertificate
from matchmaker.catalogue.services import pictures
from matchmaker.companies.documents import add_document
from matchmaker.core import files, videos
from matchmaker.events.models import Event
from matchmaker.events.services import brand as event_brand
from matchmaker.messaging import services as messaging
from tests import factories
from tests.files import mp4, paper, pdf, picture
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

    for place, name in (
        (files, "inspect_pdf"),
        (pictures, "reencode"),
        (videos, "_quiet_mp4"),
        (brand, "reencode_logo"),
        (event_brand, "reencode"),
    ):
        monkeypatch.setattr(place, name, noting(getattr(place, name)))
    return found


def published_event() -> Event:
    day = timezone.localdate() + dt.timedelta(days=30)
    return Event.objects.create(
        campaign=factories.campaign(), slug="fair", name={"en": "Fair"}, status="published", starts_on=day, ends_on=day
    )


class Program:
    """A program that sends each form with an Idempotency-Key."""

    def __init__(self, client, person):
        _token, key = create_token(by=person, name="test", scopes=["companies:write", "products:write", "events:write"])
        self.client, self.headers = client, {"Authorization": f"Bearer {key}"}

    def send(self, name, key, form, *address):
        path = reverse(name, args=address)
        return self.client.post(path, form, headers={**self.headers, "Idempotency-Key": key})


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


def test_videos_and_brands_are_looked_at_before_the_transaction(product, looked):
    video = SimpleUploadedFile("v.mp4", mp4())
    catalogue.add_product_video(by=factories.member_of(product.company), product=product, words="x", file=video)
    event = published_event()
    person = factories.organiser(event.campaign)
    logo, shown = SimpleUploadedFile("l.png", picture()), SimpleUploadedFile("p.png", picture("blue"))
    event_brand.set_event_brand(by=person, event=event, logo=logo, picture=shown)
    brand.set_brand(by=person, campaign=event.campaign, logo=SimpleUploadedFile("c.png", picture("green")))
    assert looked == [False] * 4


def test_files_of_a_repeatable_call_are_looked_at_before_the_transaction_of_its_answer(client, product, looked):
    ProductCertificate.objects.create(product=product, code="HALAL")
    program = Program(client, factories.member_of(product.company))
    stated = {"code": "HALAL", "number": "7", "issuer": "", "valid_until": ""}
    files_sent = {
        "api_company_documents": {"kind": "register", "paper": paper(content=pdf(b"1"))},
        "api_product_files": {"kind": "data", "file": paper(content=pdf(b"2"))},
        "api_product_certificate": {**stated, "paper": paper(content=pdf(b"3"))},
        "api_product_pictures": {"image": SimpleUploadedFile("p.png", picture())},
        "api_product_videos": {"words": "Rice.", "file": SimpleUploadedFile("v.mp4", mp4())},
    }
    for name, form in files_sent.items():
        of = product.company if name == "api_company_documents" else product
        assert program.send(name, name, form, of.uid).status_code in (200, 201)
    event = published_event()
    team = Program(client, factories.organiser(event.campaign))
    for name in ("api_event_brand_logo", "api_event_brand_picture"):
        assert team.send(name, name, {"file": SimpleUploadedFile("l.png", picture())}, event.slug).status_code == 200
    assert looked == [False] * 7
    assert StoredAnswer.objects.filter(status__lt=300).count() == 7


def test_a_repeatable_call_of_a_stranger_has_no_file_looked_at(client, product, looked):
    form = {"kind": "data", "file": paper()}
    stranger = Program(client, factories.member_of(factories.supplier()))
    assert stranger.send("api_product_files", "a", form, product.uid).status_code == 404
    event = published_event()
    assert stranger.send("api_event_brand_logo", "b", {"file": paper()}, event.slug).status_code == 404
    assert (looked, StoredAnswer.objects.count()) == ([], 0)


def test_a_file_that_is_refused_is_named_by_its_member_and_the_call_may_be_repeated(client, product):
    program = Program(client, factories.member_of(product.company))
    refused = program.send("api_product_files", "k", {"kind": "data", "file": paper(content=b"MZ")}, product.uid)
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [("file", "type_mismatch")]
    assert not StoredAnswer.objects.exists()


def test_a_file_that_was_looked_at_is_not_looked_at_again(product, looked):
    ProductCertificate.objects.create(product=product, code="HALAL")
    stated = {"code": "HALAL", "number": "7", "issuer": "", "valid_until": None}
    catalogue.describe_certificate(by=factories.member_of(product.company), product=product, **stated, paper=paper())
    assert len(looked) == 1
