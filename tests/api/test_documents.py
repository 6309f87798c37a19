"""A company's papers over the API: the page's rules, the page's rows, and nobody else's business."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.services.verification import refuse_document
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Document, Membership
from tests import factories
from tests.files import ACTIVE_PDF, PDF, UNWANTED, on_disk, paper, pdf, picture, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.supplier()


@pytest.fixture
def admin(company):
    return factories.member_of(company)


@pytest.fixture
def api(caller, admin):
    return caller(admin)


@pytest.fixture
def url(company):
    return reverse("api_company_documents", args=[company.uid])


def at(name, row):
    return reverse(f"api_company_document{name}", args=[row.company.uid, row.uid])


def test_a_paper_sent_by_a_program_waits_for_the_team_and_stands_on_the_page(client, api, url, admin, company):
    answer = api.send(url, {"kind": "register", "paper": paper("..\\Extract\u202e.pdf")})
    assert answer.status_code == 201
    row = Document.objects.get()
    assert answer.json() == {
        "uid": str(row.uid),
        "kind": "register",
        "name": "Extract.pdf",
        "content_type": "application/pdf",
        "size": len(PDF),
        "state": "quarantined",
        "refusal": "",
        "uploaded_at": answer.json()["uploaded_at"],
    }
    assert (row.company, row.uploaded_by) == (company, admin)
    assert AuditEntry.objects.filter(verb="add_document", organisation=str(company.uid)).count() == 1
    client.force_login(admin)
    assert "Extract.pdf" in client.get(reverse("company_documents", args=[company.uid])).text


def test_it_comes_back_as_a_download_in_which_nothing_runs_whatever_is_asked_for(api, url):
    api.send(url, {"kind": "register", "paper": paper()})
    answer = api.client.get(
        at("_file", Document.objects.get()), headers={**api.headers, "accept": "application/pdf, text/html"}
    )
    assert read(answer) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="register.pdf"'
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]


def test_a_photograph_is_drawn_again(api, url):
    said = api.send(url, {"kind": "licence", "paper": paper("licence.png", picture() + b"<script>")}).json()
    assert (said["name"], said["content_type"]) == ("licence.webp", "image/webp")
    assert b"<script>" not in read(api.get(at("_file", Document.objects.get())))


@pytest.mark.parametrize(("name", "content", "code"), UNWANTED)
def test_what_is_no_quiet_pdf_and_no_picture_leaves_nothing(api, url, settings, name, content, code):
    answer = api.send(url, {"kind": "register", "paper": paper(name, content)}, **{"Idempotency-Key": "k"})
    body = answer.json()
    assert (answer.status_code, answer["Content-Type"], body["code"]) == (400, "application/problem+json", "invalid")
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("paper", code)]
    assert (Document.objects.count(), on_disk(settings)) == (0, [])
    again = api.send(url, {"kind": "register", "paper": paper()}, **{"Idempotency-Key": "k"})
    assert again.status_code == 201  # a refusal does not burn its key


def test_the_sentence_is_the_one_of_the_page(client, api, url, admin, company):
    said = api.send(url, {"kind": "tax", "paper": paper("tax.pdf", ACTIVE_PDF)}).json()["errors"][0]["detail"]
    client.force_login(admin)
    page = client.post(
        reverse("company_documents", args=[company.uid]), {"kind": "tax", "paper": paper("tax.pdf", ACTIVE_PDF)}
    )
    assert (page.status_code, said in page.text) == (422, True)


def test_a_file_over_the_limit_ends_while_it_streams_by_key_and_by_session(api, url, admin, settings):
    browser = Client()
    browser.force_login(admin)
    for send in (api.send, browser.post):
        answer = send(url, {"kind": "register", "paper": paper(content=PDF + b"0" * 11_000_001)})
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert answer.json()["detail"] == "A document may have up to 10 MB."
    assert (Document.objects.count(), on_disk(settings)) == (0, [])


def test_a_session_needs_its_token_and_then_may_send(url, admin):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin)
    said = {"kind": "register", "paper": paper()}
    assert browser.post(url, said).status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    said = {"kind": "register", "paper": paper()}
    assert browser.post(url, said, headers={"X-CSRFToken": "a" * 32}).status_code == 201
    twice = {"kind": ["tax", "register"], "paper": paper(content=pdf(b"2"))}
    refused = browser.post(url, twice, headers={"X-CSRFToken": "a" * 32})
    assert (refused.status_code, refused.json()["code"]) == (400, "duplicate_key")


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"kind": "register", "extra": "x"}, "invalid", "extra"),
        ({"kind": "passport"}, "invalid", "kind"),
        ({"kind": ["tax", "register"]}, "duplicate_key", None),
        ({"kind": "tax\0"}, "broken_text", None),
        ({"kind": "tax", "paper": [b"1", b"2"]}, "duplicate_key", None),
    ],
)
def test_a_form_is_read_as_strictly_as_json(api, url, said, code, field):
    files = [paper(content=pdf(part)) for part in said.get("paper", [b""])]
    body = api.send(url, {**said, "paper": files}).json()
    assert (body["status"], body["code"]) == (400, code)
    assert [error["field"] for error in body.get("errors", [])] == ([field] if field else [])
    assert not Document.objects.exists()


def test_a_paper_is_no_json_and_a_form_is_what_it_says(api, url):
    said = api.post(url, {"kind": "tax", "paper": "JVBERi0xLjQ="}).json()
    assert [(error["field"], error["code"]) for error in said["errors"]] == [("paper", "invalid")]
    broken = api.post(url, raw="nonsense", content_type="multipart/form-data; boundary=x")
    without = api.post(url, raw="nonsense", content_type="multipart/form-data")
    assert (broken.status_code, without.status_code) == (400, 400)
    assert not Document.objects.exists()


def test_the_same_key_with_the_same_bytes_gets_the_first_answer_and_one_row(api, url, settings):
    key = {"Idempotency-Key": "k"}
    first = api.send(url, {"kind": "register", "paper": paper()}, **key)
    second = api.send(url, {"kind": "register", "paper": paper()}, **key)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second["Idempotent-Replayed"] == "true"
    assert (Document.objects.count(), len(on_disk(settings))) == (1, 1)


@pytest.mark.parametrize("size", [len(PDF), 3_000_000])  # one that stays in memory, one that lies on the disk
def test_the_same_key_with_other_bytes_of_the_same_name_and_size_is_refused(api, url, size):
    one, other = (pdf(letter * (size - len(PDF) + 1)) for letter in (b"a", b"b"))
    key = {"Idempotency-Key": "k"}
    assert api.send(url, {"kind": "register", "paper": paper(content=one)}, **key).status_code == 201
    answer = api.send(url, {"kind": "register", "paper": paper(content=other)}, **key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    row = Document.objects.get()
    assert read(api.get(at("_file", row))) == one  # whole, although it was read for the digest first


def test_for_a_stranger_there_is_nothing_and_a_member_asks_an_administrator(caller, url, admin, company, settings):
    row = add_document(by=admin, company=company, kind="register", file=paper())
    colleague = factories.user()
    Membership.objects.create(company=company, user=colleague)
    never = Document(uid=uuid.uuid4(), company=company)
    strangers = [factories.user(), factories.member_of(factories.supplier()), factories.organiser()]
    for person, status, code in [*((one, 404, "not_found") for one in strangers), (colleague, 403, "admin_only")]:
        api = caller(person)
        send = {"kind": "tax", "paper": paper(content=pdf(b"2"))}
        answers = [api.get(url), api.get(at("", row)), api.get(at("_file", row)), api.get(at("", never))]
        answers += [api.send(url, send), api.post(at("_remove", row))]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(status, code)] * 6
        assert {"register.pdf" in answer.text or "count" in answer.text for answer in answers} == {False}
    assert (Document.objects.count(), len(on_disk(settings))) == (1, 1)


def test_the_paper_of_another_company_is_not_found_below_ones_own(api, company):
    other = factories.supplier()
    row = add_document(by=factories.member_of(other), company=other, kind="register", file=paper())
    for name in ("", "_file"):
        assert api.get(reverse(f"api_company_document{name}", args=[company.uid, row.uid])).status_code == 404
    assert api.post(reverse("api_company_document_remove", args=[company.uid, row.uid])).status_code == 404
    assert Document.objects.filter(pk=row.pk).exists()


def test_a_reading_key_reads_and_sends_nothing(caller, url, admin, settings):
    reader = caller(admin, scopes=["read", "products:write"])
    answer = reader.send(url, {"kind": "register", "paper": paper()})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert (reader.get(url).json()["count"], on_disk(settings)) == (0, [])
    writer = caller(admin, scopes=["companies:write"])
    assert writer.send(url, {"kind": "register", "paper": paper()}).status_code == 201
    assert writer.get(at("_file", Document.objects.get())).status_code == 403


def test_papers_are_listed_narrowed_and_say_what_the_team_said(api, url, admin, company):
    organiser = factories.organiser()
    for number, kind in enumerate(("register", "tax", "tax")):
        add_document(by=admin, company=company, kind=kind, file=paper(content=pdf(b"%d" % number)))
    refuse_document(
        by=organiser,
        document=Document.objects.filter(kind="tax").last(),
        campaign=organiser.organiser_of.get().campaign,
        reason="It is three years old.",
    )
    assert api.get(url, page_size=2).json()["count"] == 3
    assert len(api.get(url, page_size=2).json()["results"]) == 2
    (refused,) = api.get(url, kind="tax", state="refused").json()["results"]
    assert (refused["kind"], refused["refusal"]) == ("tax", "It is three years old.")
    assert api.get(url, colour="red").status_code == 400


def test_the_eleventh_is_refused_and_the_same_again_is_kept_once(api, url, admin, company, settings):
    for number in range(10):
        add_document(by=admin, company=company, kind="other", file=paper(content=pdf(b"%d" % number)))
    again = api.send(url, {"kind": "other", "paper": paper(content=pdf(b"3"))})
    assert (again.status_code, again.json()["uid"] in {str(row.uid) for row in Document.objects.all()}) == (201, True)
    answer = api.send(url, {"kind": "other", "paper": paper(content=pdf(b"x"))})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_documents")
    assert (Document.objects.count(), len(on_disk(settings))) == (10, 10)


def test_what_is_removed_is_gone_from_the_disk_and_a_repeat_is_answered_the_same(
    django_capture_on_commit_callbacks, client, api, url, admin, company, settings
):
    api.send(url, {"kind": "register", "paper": paper()})
    address, key = at("_remove", Document.objects.get()), {"Idempotency-Key": "k"}
    with django_capture_on_commit_callbacks(execute=True):
        first = api.post(address, **key)
    second = api.post(address, **key)
    assert (first.status_code, second.status_code, first.content, second.content) == (204, 204, b"", b"")
    assert (second["Idempotent-Replayed"], api.post(address).status_code) == ("true", 404)
    assert (Document.objects.count(), on_disk(settings)) == (0, [])
    client.force_login(admin)
    assert "register.pdf" not in client.get(reverse("company_documents", args=[company.uid])).text
