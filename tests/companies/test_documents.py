"""Papers of a company: judged by content, kept apart, read by its administrators and who decides, on record."""

import io
import os

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.services import verification
from matchmaker.companies.documents import add_document, remove_document
from matchmaker.companies.models import Document, Membership
from matchmaker.companies.privacy import erase_person
from matchmaker.core.problems import Refused
from tests import factories
from tests.files import ACTIVE_PDF, PDF, paper, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(campaign):
    row = factories.supplier()
    row.participations.create(campaign=campaign, side="supplier")
    return row


@pytest.fixture
def admin(company):
    return factories.member_of(company)


@pytest.fixture
def document(admin, company):
    return add_document(by=admin, company=company, kind="register", file=paper())


def read(answer) -> tuple[int, bytes]:
    """Status and content; the file is closed, the connection of the test is not."""
    if not answer.streaming:
        return answer.status_code, answer.content
    content = b"".join(answer.streaming_content)
    for closes in answer._resource_closers:
        closes()
    return answer.status_code, content


def status_of(client, url) -> int:
    answer = client.get(url)
    if answer.status_code == 302 and answer.headers["Location"].startswith("/c/"):  # the address of her campaign
        answer = client.get(answer.headers["Location"])
    return read(answer)[0]


def send(client, company, *files, kind="register"):
    return client.post(reverse("company_documents", args=[company.uid]), {"kind": kind, "paper": files})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("register.pdf", b"<html><script>alert(1)</script>"),
        ("register.pdf", b"MZ\x90\x00"),
        ("register.pdf", ACTIVE_PDF),
        ("register.svg", b"<svg onload='x()'/>"),
        ("register.docm", b"PK\x03\x04macro"),
        ("register.pdf", b""),
    ],
)
def test_what_is_no_quiet_pdf_and_no_picture_is_refused_by_its_content(client, company, admin, name, content):
    client.force_login(admin)
    answer = send(client, company, paper(name, content))
    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_a_photograph_is_drawn_again_and_what_hung_behind_it_is_gone(client, company, admin):
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    client.force_login(admin)
    send(client, company, paper("licence.png", out.getvalue() + b"<script>"), kind="licence")
    row = Document.objects.get()
    assert (row.name, row.content_type, row.state) == ("licence.webp", "image/webp", "quarantined")
    with row.file.open("rb") as file:
        assert b"<script>" not in file.read()


# The harmless text that every virus scanner takes for a virus, in two parts so that none finds it in this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-" + rb"TEST-FILE!$H+H*"


def test_the_signature_of_a_test_virus_is_refused_drawn_away_or_waits_where_only_the_team_looks(
    client, campaign, company, admin, organiser
):
    client.force_login(admin)
    for name in ("eicar.com", "eicar.pdf", "eicar.png"):
        assert send(client, company, paper(name, EICAR)).status_code == 422
    assert not Document.objects.exists()
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    send(client, company, paper("licence.png", out.getvalue() + EICAR), kind="licence")
    send(client, company, paper("register.pdf", pdf(EICAR)))
    drawn, stored = Document.objects.order_by("pk")
    with drawn.file.open("rb") as picture, stored.file.open("rb") as held:
        assert (EICAR in picture.read(), EICAR in held.read()) == (False, True)
    assert stored.state == "quarantined"
    at_home = reverse("company_document", args=[company.uid, stored.uid])
    at_the_teams = reverse("console_document", args=[company.uid, stored.uid])
    assert read(client.get(at_home)) == (200, pdf(EICAR))
    for person in (factories.member_of(factories.buyer()), factories.member_of(factories.supplier())):
        client.force_login(person)
        assert (status_of(client, at_home), status_of(client, at_the_teams)) == (404, 404)
    client.force_login(organiser)
    assert status_of(client, at_the_teams) == 200
    assert AuditEntry.objects.filter(organisation=str(company.uid), verb="add_document").count() == 2


def test_eleven_megabytes_end_while_they_stream(client, company, admin):
    client.force_login(admin)
    assert send(client, company, paper(content=PDF + b"0" * 11_000_001)).status_code == 413
    assert not Document.objects.exists()


def test_a_paper_lies_where_no_web_server_looks(document, settings):
    assert os.path.isfile(os.path.join(settings.PRIVATE_ROOT, document.file.name))
    assert not default_storage.exists(document.file.name)
    with pytest.raises(ValueError, match="private file"):
        document.file.url  # noqa: B018


def test_its_administrator_gets_it_as_a_download_in_which_nothing_runs(client, company, admin, document):
    client.force_login(admin)
    answer = client.get(reverse("company_document", args=[company.uid, document.uid]))
    assert read(answer) == (200, PDF)
    assert answer["Content-Disposition"] == 'attachment; filename="register.pdf"'
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("who", "status"), [("member", 403), ("other", 404), ("staff", 404), ("organiser", 404), ("anonymous", 302)]
)
def test_nobody_else_reads_it_at_the_companys_own_door(client, campaign, company, organiser, document, who, status):
    people = {"organiser": organiser, "other": factories.member_of(factories.supplier())}
    people |= {"member": factories.user(), "staff": factories.organiser(campaign, "staff")}
    Membership.objects.create(company=company, user=people["member"])
    if who in people:
        client.force_login(people[who])
    for name in ("company_document", "company_document_remove"):
        url = reverse(name, args=[company.uid, document.uid])
        asked = status_of(client, url) if name == "company_document" else client.post(url).status_code
        assert asked == status
    assert Document.objects.filter(pk=document.pk).exists()


@pytest.mark.parametrize(("who", "status"), [("admin", 404), ("staff", 404), ("elsewhere", 404), ("organiser", 200)])
def test_the_teams_door_opens_for_who_decides_and_each_look_is_recorded(
    client, campaign, company, admin, organiser, document, who, status
):
    other = factories.campaign(is_current=False)
    people = {"admin": admin, "organiser": organiser, "elsewhere": factories.organiser(other)}
    people["staff"] = factories.organiser(campaign, "staff")
    client.force_login(people[who])
    assert status_of(client, reverse("console_document", args=[company.uid, document.uid])) == status
    looks = AuditEntry.objects.filter(organisation=str(company.uid), verb="read_document")
    assert [entry.actor for entry in looks] == ([organiser] if status == 200 else [])


def test_a_document_seen_is_what_the_level_points_at(client, campaign, company, organiser, document):
    client.force_login(organiser)
    said = {"level": "1", "document": str(document.uid), "evidence": "Same name.", "expires_on": ""}
    client.post(reverse("console_company_verify", args=[company.uid]), said)
    check = company.checks.get()
    document.refresh_from_db()
    company.refresh_from_db()
    assert (check.document, document.state, company.verification) == (document, "seen", 1)
    assert company.verified_at == timezone.localdate()
    entry = AuditEntry.objects.get(verb="verify_company")
    assert entry.facts["document"] == document.sha256


def test_the_paper_of_another_company_shows_nothing(campaign, company, organiser):
    other = factories.supplier()
    strange = add_document(by=factories.member_of(other), company=other, kind="register", file=paper())
    with pytest.raises(ValidationError) as caught:
        verification.verify_company(
            by=organiser, company=company, campaign=campaign, level=1, evidence="x", expires_on=None, document=strange
        )
    assert list(caught.value.error_dict) == ["document"]


def test_a_refused_paper_says_why_and_only_once(campaign, organiser, document):
    say = {"by": organiser, "document": document, "campaign": campaign}
    verification.refuse_document(**say, reason="It is three years old.")
    with pytest.raises(Refused):
        verification.refuse_document(**say, reason="Again")
    document.refresh_from_db()
    assert (document.state, document.refusal) == ("refused", "It is three years old.")


def test_the_same_paper_twice_is_one_and_the_eleventh_is_refused(company, admin, document):
    assert add_document(by=admin, company=company, kind="tax", file=paper("again.pdf")) == document
    for number in range(9):
        add_document(by=admin, company=company, kind="other", file=paper(content=pdf(b"%d" % number)))
    with pytest.raises(Refused):
        add_document(by=admin, company=company, kind="other", file=paper(content=pdf(b"x")))


@pytest.mark.parametrize("way", ["removed", "company closed"])
def test_what_is_removed_is_gone_from_the_disk_too(
    django_capture_on_commit_callbacks, campaign, company, organiser, admin, document, way
):
    verification.verify_company(
        by=organiser, company=company, campaign=campaign, level=1, evidence="Seen.", expires_on=None, document=document
    )
    path = document.file.path
    with django_capture_on_commit_callbacks(execute=True):
        remove_document(by=admin, document=document) if way == "removed" else erase_person(by=admin)
    assert (os.path.exists(path), Document.objects.count(), company.checks.get().evidence) == (False, 0, "Seen.")


@pytest.mark.parametrize(("status", "found"), [("published", 200), ("draft", 404)])
def test_a_picture_is_served_to_whom_may_see_its_product(client, status, found):
    product = factories.product(status=status)
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "WEBP")
    image = product.images.create(sha256="0" * 64, file=SimpleUploadedFile("x.webp", out.getvalue()), widths=[2])
    small = image.file_names()[1][1]
    default_storage.save(small, SimpleUploadedFile("y.webp", out.getvalue()))
    assert [status_of(client, url) for url in (image.file.url, image.small_url)] == [found, found]
    client.force_login(factories.member_of(product.company))
    assert status_of(client, image.file.url) == 200
    assert status_of(client, image.file.url.replace(".webp", "-3.webp")) == 404
    assert status_of(client, "/media/documents/x.pdf") == 404
