"""Certificates with their proof, and files of a product: judged, counted, and read by whom they are for."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.api.products import ProductOut
from matchmaker.campaigns.services.verification import refuse_document
from matchmaker.catalogue import services
from matchmaker.catalogue.models import ProductFile
from matchmaker.companies.models import Membership
from matchmaker.core.problems import Refused
from tests import factories
from tests.files import PDF, paper, pdf

pytestmark = pytest.mark.django_db
END = dt.date(2027, 6, 30)


@pytest.fixture
def product(campaign):
    row = factories.product(certificates=("HACCP",))
    row.company.participations.create(campaign=campaign, side="supplier")
    return row


@pytest.fixture
def admin(product):
    return factories.member_of(product.company)


def describe(admin, product, **fields):
    said = {"number": "TH-77", "issuer": "TÜV", "valid_until": END, "paper": None, "code": "HACCP", **fields}
    return services.describe_certificate(by=admin, product=product, **said)


def fetched(client, address) -> tuple[int, bytes]:
    """Status and content; the file is closed, the connection of the test is not."""
    answer = client.get(address)
    if not answer.streaming:
        return answer.status_code, answer.content
    assert answer["Content-Disposition"] == 'attachment; filename="sheet.pdf"'
    content = b"".join(answer.streaming_content)
    for closes in answer._resource_closers:
        closes()
    return answer.status_code, content


def test_a_certificate_is_described_and_its_paper_waits_in_quarantine(admin, product, campaign):
    row = describe(admin, product, paper=paper("haccp.pdf"))
    assert (row.number, row.issuer, row.valid_until, row.seen_on) == ("TH-77", "TÜV", END, None)
    assert (row.document.kind, row.document.state) == ("certificate", "quarantined")
    assert [d.pk for d in services.certificates_waiting(campaign)] == [row.document_id]


def test_describing_makes_matching_look_again_and_the_same_words_twice_do_not(admin, product):
    before = product.revision
    describe(admin, product)
    describe(admin, product)
    product.refresh_from_db()
    assert product.revision == before + 1


def test_the_same_paper_serves_several_products(admin, product):
    other = factories.product(company=product.company, certificates=("HACCP",))
    first, second = describe(admin, product, paper=paper("haccp.pdf")), describe(admin, other, paper=paper("haccp.pdf"))
    assert first.document_id == second.document_id
    assert product.company.documents.count() == 1


def test_the_team_accepts_and_every_certificate_resting_on_the_paper_is_seen(admin, product, organiser, campaign):
    row = describe(admin, product, paper=paper("haccp.pdf"))
    assert services.accept_certificate(by=organiser, document=row.document, campaign=campaign) == 1
    row.refresh_from_db()
    assert (row.seen_by, row.seen_on is not None, row.document.state) == (organiser, True, "seen")
    assert list(services.certificates_waiting(campaign)) == []


def test_the_certificate_of_a_draft_waits_until_the_draft_is_published(admin, product, organiser, campaign):
    draft = factories.product(company=product.company, certificates=("HACCP",), status="draft")
    row = describe(admin, draft, paper=paper("haccp.pdf"))
    assert list(services.certificates_waiting(campaign)) == []
    describe(admin, product, paper=paper("haccp.pdf"))
    (waiting,) = services.certificates_waiting(campaign)
    assert [one.product for one in waiting.certificates.all()] == [product]
    assert services.accept_certificate(by=organiser, document=waiting, campaign=campaign) == 1
    row.refresh_from_db()
    assert row.seen_on is None
    type(draft).objects.filter(pk=draft.pk).update(status="published", published_at=timezone.now())
    assert list(services.certificates_waiting(campaign)) == [waiting]


def test_what_is_changed_after_it_was_seen_has_not_been_seen(admin, product, organiser, campaign):
    row = describe(admin, product, paper=paper("haccp.pdf"))
    services.accept_certificate(by=organiser, document=row.document, campaign=campaign)
    row = describe(admin, product, number="TH-78")
    assert (row.seen_on, row.seen_by) == (None, None)
    assert [d.pk for d in services.certificates_waiting(campaign)] == [row.document_id]


def test_a_refused_paper_cannot_be_sent_again_and_counts_no_more(admin, product, organiser, campaign):
    row = describe(admin, product, paper=paper("haccp.pdf"))
    services.accept_certificate(by=organiser, document=row.document, campaign=campaign)
    services.refuse_certificate(by=organiser, document=row.document, campaign=campaign, reason="another company")
    row.refresh_from_db()
    assert (row.seen_on, row.document.state) == (None, "refused")
    with pytest.raises(ValidationError, match="another company"):
        describe(admin, product, number="TH-79", paper=paper("haccp.pdf"))
    row.refresh_from_db()
    assert row.number == "TH-77"


def test_nobody_accepts_for_her_own_company(product, organiser, campaign):
    Membership.objects.create(company=product.company, user=organiser, role="admin")
    row = describe(organiser, product, paper=paper("haccp.pdf"))
    with pytest.raises(Refused, match="own company"):
        services.accept_certificate(by=organiser, document=row.document, campaign=campaign)


def test_a_paper_that_a_check_rests_on_is_not_refused(admin, product, organiser, campaign):
    row = describe(admin, product, paper=paper("haccp.pdf"))
    row.document.checks.create(company=product.company, level=2, evidence="seen", checked_on=dt.date(2026, 1, 1))
    with pytest.raises(Refused, match="already"):
        refuse_document(by=organiser, document=row.document, campaign=campaign, reason="no")


def test_a_member_describes_but_only_an_administrator_sends_the_paper(product):
    member = factories.user()
    Membership.objects.create(company=product.company, user=member, role="member")
    assert describe(member, product).number == "TH-77"
    with pytest.raises(Refused):
        describe(member, product, number="TH-80", paper=paper("haccp.pdf"))


@pytest.mark.parametrize(
    ("name", "content"), [("x.pdf", b"MZ\x90"), ("x.pdf", PDF + b"/Launch x"), ("x.svg", b"<svg onload='x'/>")]
)
def test_a_file_is_judged_by_its_content(admin, product, name, content):
    with pytest.raises(ValidationError):
        services.add_product_file(by=admin, product=product, kind="data", file=paper(name, content))
    assert product.files.count() == 0


def test_a_name_is_made_harmless(admin, product):
    row = services.add_product_file(by=admin, product=product, kind="data", file=paper('../a";\r\nX: y.pdf'))
    assert (row.name, row.name in row.file.name) == ("aX y.pdf", False)


def test_ten_files_and_the_same_one_once(admin, product):
    for n in range(10):
        services.add_product_file(by=admin, product=product, kind="data", file=paper(content=pdf(b"%d" % n)))
    services.add_product_file(by=admin, product=product, kind="data", file=paper(content=pdf(b"3")))
    assert product.files.count() == 10
    with pytest.raises(Refused, match="up to ten"):
        services.add_product_file(by=admin, product=product, kind="data", file=paper(content=pdf(b"x")))


def test_a_file_is_given_to_whom_may_see_the_product_as_a_download(client, admin, product):
    row = services.add_product_file(by=admin, product=product, kind="data", file=paper("sheet.pdf"))
    address = reverse("product_file", args=[product.uid, row.uid])
    assert fetched(client, address) == (200, PDF)
    services.pause_product(by=admin, product=product)
    assert fetched(client, address)[0] == 404
    client.force_login(admin)
    assert fetched(client, address)[0] == 200


def test_a_file_under_another_products_address_is_not_there(client, admin, product):
    row = services.add_product_file(by=admin, product=product, kind="data", file=paper("haccp.pdf"))
    other = factories.product()
    assert fetched(client, reverse("product_file", args=[other.uid, row.uid]))[0] == 404


def test_removing_takes_row_and_file(admin, product, django_capture_on_commit_callbacks):
    row = services.add_product_file(by=admin, product=product, kind="data", file=paper("haccp.pdf"))
    storage, name = row.file.storage, row.file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_product_file(by=admin, file=row)
    assert (ProductFile.objects.count(), storage.exists(name)) == (0, False)
    assert AuditEntry.objects.filter(verb="remove_product_file").count() == 1


def test_the_suppliers_page_takes_a_certificate_and_a_file(client, admin, product):
    client.force_login(admin)
    at = reverse("supplier_product_certificate", args=[product.uid, "HACCP"])
    said = {"number": "TH-77", "issuer": "TÜV", "valid_until": "2027-06-30", "paper": paper("haccp.pdf")}
    assert client.post(at, said).status_code == 302
    client.post(reverse("supplier_product_file_add", args=[product.uid]), {"kind": "data", "file": paper("s.pdf")})
    page = client.get(reverse("supplier_product_edit", args=[product.uid])).content.decode()
    assert all(word in page for word in ("TH-77", "paper waits for the team", "s.pdf"))


def test_a_wrong_file_is_said_beside_its_field(client, admin, product):
    client.force_login(admin)
    answer = client.post(
        reverse("supplier_product_file_add", args=[product.uid]), {"kind": "data", "file": paper("a.pdf", b"MZ")}
    )
    assert (answer.status_code, "neither a PDF" in answer.content.decode()) == (422, True)


def test_the_team_decides_on_its_page_and_buyers_see_it(client, admin, product, organiser):
    row = describe(admin, product, paper=paper("haccp.pdf"))
    client.force_login(organiser)
    page = client.get(reverse("console_certificates")).content.decode()
    assert ("TH-77" in page, "haccp.pdf" in page) == (True, True)
    decide = reverse("console_certificate", args=[product.company.uid, row.document.uid])
    client.post(decide, {"answer": "yes"})
    client.logout()
    public = client.get(reverse("product", args=[product.uid])).content.decode()
    assert ("seen by the campaign&#x27;s team, " in public, "haccp.pdf" in public) == (True, False)
    client.force_login(organiser)
    client.post(decide, {"answer": "yes", "confirmed_by": "IAF CertSearch"})
    public = client.get(reverse("product", args=[product.uid])).content.decode()
    assert "confirmed by IAF CertSearch, " in public


def test_the_api_gives_what_is_stated_and_where_the_files_are(admin, product):
    describe(admin, product, paper=paper("haccp.pdf"))
    row = services.add_product_file(by=admin, product=product, kind="data", file=paper("s.pdf"))
    said = ProductOut(product).data
    assert [dict(one) for one in said["certificate_details"]] == [
        {
            "code": "HACCP",
            "number": "TH-77",
            "issuer": "TÜV",
            "valid_until": "2027-06-30",
            "figure": "",
            "trait": "",
            "seen_on": None,
            "confirmed_by": "",
        }
    ]
    assert said["files"][0]["url"].endswith(f"/products/{product.uid}/files/{row.uid}/")
