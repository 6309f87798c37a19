"""A photograph or a pasted text: sent, read by a worker, confirmed by its owner, forgotten."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.companies.models import Document
from matchmaker.core.problems import Refused
from matchmaker.engines.reading.pictures import PictureLine
from matchmaker.imports import services
from matchmaker.imports.models import Reading
from matchmaker.imports.services.readings import MAX_ATTEMPTS
from tests import factories as make
from tests.files import ACTIVE_PDF, PDF, bomb, on_disk
from tests.files import picture as picture_bytes
from tests.imports.readers import MISSING, PATH, FixedTextReader

pytestmark = pytest.mark.django_db
LABEL = [PictureLine("Comté AOP", 80.0), PictureLine("Poids net 250 g", 20.0), PictureLine("Origine : France", 20.0)]


@pytest.fixture(autouse=True)
def reader(settings, monkeypatch, tmp_path):
    settings.TEXT_READER = PATH
    settings.PRIVATE_ROOT = tmp_path / "private"
    monkeypatch.setattr(FixedTextReader, "lines", LABEL)
    monkeypatch.setattr(FixedTextReader, "problem", "")


def upload(content=None) -> SimpleUploadedFile:
    return SimpleUploadedFile("label.png", content or picture_bytes(side=40))


def sent(by=None, kind="product", **what) -> Reading:
    return services.start_reading(by=by or make.user(), kind=kind, **(what or {"picture": upload()}))


def test_a_picture_waits_until_a_worker_has_read_it():
    reading = sent()
    assert (reading.state, reading.fields) == ("waiting", {})
    assert services.read_waiting() == 1
    reading.refresh_from_db()
    assert (reading.state, reading.lease_until) == ("done", None)
    fields = {name: reading.fields[name] for name in ("name", "origin", "pack")}
    assert fields == {"name": "Comté AOP", "origin": "FR", "pack": "250 g"}
    assert services.read_waiting() == 0


def test_a_pasted_text_is_read_at_once():
    reading = sent(text="Clover honey\nNet weight: 500 g")
    assert (reading.state, reading.fields["name"], reading.fields["pack"]) == ("done", "Clover honey", "500 g")


def test_a_pasted_sheet_row_is_stored_with_its_amounts():
    reading = sent(text="name\tprice\tcurrency\nClover honey\t8.50\tUSD")
    reading.refresh_from_db()
    assert (reading.fields["name"], reading.fields["price_low"], reading.fields["currency"]) == (
        "Clover honey",
        "8.50",
        "USD",
    )
    assert "language" in reading.suggested


@pytest.mark.parametrize("content", [PDF, ACTIVE_PDF, b"MZ\x90\x00", bomb()], ids=["pdf", "active", "program", "bomb"])
def test_what_is_no_picture_is_refused_and_leaves_no_file(settings, content):
    with pytest.raises(ValidationError) as refused:
        sent(picture=upload(content))
    assert list(refused.value.error_dict) == ["picture"]
    assert on_disk(settings) == []


@pytest.mark.parametrize(
    ("what", "code"), [({"text": " "}, "nothing_to_read"), ({"text": "x" * 20_001}, "text_too_long")]
)
def test_a_text_has_limits(what, code):
    with pytest.raises(ValidationError) as refused:
        sent(**what)
    assert refused.value.error_dict["text"][0].code == code


@pytest.mark.parametrize("path", ["", MISSING])
def test_without_a_reader_pictures_are_refused_and_texts_are_read(settings, path):
    settings.TEXT_READER = path
    with pytest.raises(Refused) as refused:
        sent()
    assert refused.value.code == "no_text_reader"
    assert sent(text="Clover honey").fields["name"] == "Clover honey"


def test_a_person_has_a_limit_a_day(monkeypatch):
    monkeypatch.setattr("matchmaker.imports.services.readings.MOST_A_DAY", 1)
    person = make.user()
    sent(by=person, text="honey")
    with pytest.raises(Refused) as refused:
        sent(by=person, text="honey")
    assert refused.value.code == "too_many_readings"
    sent(text="honey")  # of another person


@pytest.mark.parametrize(("problem", "lines"), [("too_large_inside", LABEL), ("no_text", [])])
def test_a_picture_that_cannot_be_read_says_why(monkeypatch, problem, lines):
    monkeypatch.setattr(FixedTextReader, "problem", problem if lines else "")
    monkeypatch.setattr(FixedTextReader, "lines", lines)
    reading = sent()
    services.read_waiting()
    reading.refresh_from_db()
    assert (reading.state, reading.problem) == ("failed", problem)


def test_a_worker_that_dies_leaves_the_picture_to_the_next_one(monkeypatch):
    reading = sent()
    Reading.objects.update(lease_until=timezone.now() + dt.timedelta(minutes=1), attempts=1)
    assert services.read_waiting() == 0  # held by another worker
    Reading.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert services.read_waiting() == 1
    reading.refresh_from_db()
    assert (reading.state, reading.attempts) == ("done", 2)


def test_a_picture_on_which_workers_die_is_given_up(monkeypatch):
    monkeypatch.setattr(FixedTextReader, "problem", RuntimeError("broken"))
    reading = sent()
    for _attempt in range(MAX_ATTEMPTS + 1):
        Reading.objects.update(lease_until=None)
        services.read_waiting()
    reading.refresh_from_db()
    assert (reading.state, reading.problem) == ("failed", "stopped")


def test_confirming_deletes_the_picture_and_leaves_a_record(settings, django_capture_on_commit_callbacks):
    company, person = make.supplier(), None
    person = make.member_of(company)
    reading = sent(by=person)
    services.read_waiting()
    reading.refresh_from_db()
    product = make.product(company)
    with django_capture_on_commit_callbacks(execute=True):
        services.confirm_reading(by=person, reading=reading, company=company, product=product)
    reading.refresh_from_db()
    assert (reading.product, reading.picture.name, reading.confirmed_at is not None) == (product, "", True)
    assert on_disk(settings) == []
    entry = AuditEntry.objects.of(company).get(verb="confirm_reading")
    assert entry.facts["picture"]
    assert {"name", "origin", "pack"} <= set(entry.facts["fields"])
    assert not Document.objects.exists()


def test_the_picture_is_kept_as_a_private_paper_by_choice():
    company = make.supplier()
    person = make.member_of(company)
    reading = sent(by=person)
    services.read_waiting()
    reading.refresh_from_db()
    product = make.product(company)
    services.confirm_reading(by=person, reading=reading, company=company, product=product, keep_picture=True)
    document = Document.objects.get()
    assert (document.company, document.kind, document.state) == (company, "label", "quarantined")
    assert document.content_type == "image/webp"


def test_only_its_own_person_confirms_a_reading():
    company = make.supplier()
    with pytest.raises(Refused) as refused:
        services.confirm_reading(by=make.member_of(company), reading=sent(text="honey"), company=company)
    assert refused.value.code == "not_found"


def test_readings_are_forgotten_after_a_week_with_their_pictures(settings, django_capture_on_commit_callbacks):
    old, new = sent(), sent(text="honey")
    Reading.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=8))
    with django_capture_on_commit_callbacks(execute=True):
        assert services.forget_readings() == 1
    assert list(Reading.objects.all()) == [new]
    assert on_disk(settings) == []
