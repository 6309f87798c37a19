"""Files, pictures and certificates of a product over the API: the page's rows, the page's rules."""

import hashlib

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue.models import ProductFile, ProductImage
from matchmaker.catalogue.services import accept_certificate, add_product_file, add_product_image, refuse_certificate
from matchmaker.companies.models import Document, Membership
from tests import factories
from tests.files import PDF, UNWANTED, bomb, mp4, on_disk, paper, pdf, picture, read

pytestmark = pytest.mark.django_db
SITE = settings.SITE_URL


@pytest.fixture
def product():
    return factories.product(certificates=("HACCP",))


@pytest.fixture
def admin(product):
    return factories.member_of(product.company)


@pytest.fixture
def api(caller, admin):
    return caller(admin)


def at(name, product, *more):
    return reverse(f"api_product_{name}", args=[product.uid, *more])


def hide(product):
    type(product).objects.filter(pk=product.pk).update(status="draft")


class TestFiles:
    def test_a_file_stands_with_the_product_everywhere_and_anybody_downloads_it(
        self, client, api, anonymous, admin, product
    ):
        said = api.send(at("files", product), {"kind": "data", "file": paper("Rice sheet.pdf")})
        assert said.status_code == 201
        row = product.files.get()
        assert (said.json()["uid"], row.kind, row.uploaded_by) == (str(row.uid), "data", admin)
        assert anonymous.get(at("files", product)).json()["results"] == [said.json()]
        assert anonymous.get(reverse("api_product", args=[product.uid])).json()["files"] == [said.json()]
        for page in (reverse("product", args=[product.uid]), reverse("supplier_product_edit", args=[product.uid])):
            client.force_login(admin)
            assert "Rice sheet.pdf" in client.get(page).text
        answer = anonymous.get(at("file", product, row.uid))
        assert read(answer) == PDF
        assert answer["Content-Disposition"] == 'attachment; filename="Rice sheet.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"

    def test_the_file_of_a_draft_is_its_companys_alone(self, caller, anonymous, api, admin, product, settings):
        row = add_product_file(by=admin, product=product, kind="data", file=paper())
        hide(product)
        assert read(api.get(at("file", product, row.uid))) == PDF
        for other in (anonymous, caller(factories.member_of(factories.supplier()))):
            asked = [other.get(at("files", product)), other.get(at("file", product, row.uid))]
            assert [(answer.status_code, "count" in answer.text) for answer in asked] == [(404, False)] * 2
        assert len(on_disk(settings)) == 1

    def test_nobody_of_another_company_adds_or_removes_although_she_sees_it(self, caller, admin, product, settings):
        row = add_product_file(by=admin, product=product, kind="data", file=paper())
        other = caller(factories.member_of(factories.supplier()))
        said = [
            other.send(at("files", product), {"kind": "data", "file": paper(content=pdf(b"2"))}),
            other.post(at("file_remove", product, row.uid)),
            other.send(at("pictures", product), {"image": paper("a.png", picture())}),
            other.send(at("certificate", product), {"code": "HACCP", "number": "1", "issuer": "", "valid_until": ""}),
            other.get(at("certificate", product)),
        ]
        assert [answer.status_code for answer in said] == [404] * 5
        assert (product.files.get(), product.images.count(), len(on_disk(settings))) == (row, 0, 1)

    @pytest.mark.parametrize(("name", "content", "code"), UNWANTED)
    def test_what_is_no_quiet_pdf_and_no_picture_leaves_nothing(self, api, product, settings, name, content, code):
        body = api.send(at("files", product), {"kind": "data", "file": paper(name, content)}).json()
        assert (body["status"], [(error["field"], error["code"]) for error in body["errors"]]) == (
            400,
            [("file", code)],
        )
        assert (ProductFile.objects.count(), on_disk(settings)) == (0, [])

    def test_the_eleventh_is_refused_and_one_too_large_ends_while_it_streams(self, api, admin, product, settings):
        for number in range(10):
            add_product_file(by=admin, product=product, kind="other", file=paper(content=pdf(b"%d" % number)))
        more = api.send(at("files", product), {"kind": "data", "file": paper(content=pdf(b"x"))})
        large = api.send(at("files", product), {"kind": "data", "file": paper(content=PDF + b"0" * 11_000_001)})
        assert (more.status_code, more.json()["code"]) == (409, "too_many_files")
        assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
        assert (product.files.count(), len(on_disk(settings))) == (10, 10)

    def test_what_is_removed_is_gone_from_the_disk(self, django_capture_on_commit_callbacks, api, product, settings):
        uid = api.send(at("files", product), {"kind": "data", "file": paper()}).json()["uid"]
        with django_capture_on_commit_callbacks(execute=True):
            assert api.post(at("file_remove", product, uid)).status_code == 204
        assert (product.files.count(), on_disk(settings)) == (0, [])
        assert api.get(at("file", product, uid)).status_code == 404

    def test_a_file_that_is_lost_is_not_found(self, api, admin, product):
        row = add_product_file(by=admin, product=product, kind="data", file=paper())
        row.file.storage.delete(row.file.name)
        assert api.get(at("file", product, row.uid)).status_code == 404

    def test_a_key_knows_the_bytes(self, api, product):
        send = lambda content: api.send(  # noqa: E731
            at("files", product), {"kind": "data", "file": paper(content=content)}, **{"Idempotency-Key": "k"}
        )
        first, second, other = send(PDF), send(PDF), send(pdf(b"f"))
        assert (second.json(), second["Idempotent-Replayed"]) == (first.json(), "true")
        assert (other.status_code, other.json()["code"], product.files.count()) == (422, "idempotency_key_reused", 1)


class TestPictures:
    def test_a_picture_is_named_by_what_was_sent_shown_on_the_page_and_drawn_again(
        self, client, api, anonymous, admin, product
    ):
        content = picture(side=1000) + b"<script>"
        said = api.send(at("pictures", product), {"image": paper("a.png", content), "alt": "A bag of rice"})
        row = product.images.get()
        assert said.status_code == 201
        assert said.json() == {
            "sha256": hashlib.sha256(content).hexdigest(),
            "alt": "A bag of rice",
            "width": 1000,
            "height": 1000,
            "url": f"{SITE}{row.file.url}",
        }
        assert anonymous.get(at("pictures", product)).json()["results"] == [said.json()]
        assert anonymous.get(reverse("api_product", args=[product.uid])).json()["pictures"] == [said.json()]
        assert "A bag of rice" in client.get(reverse("product", args=[product.uid])).text
        answer = anonymous.get(at("picture", product, row.sha256))
        drawn = read(answer)
        assert (drawn[:4], drawn[8:12], b"<script>" in drawn) == (b"RIFF", b"WEBP", False)
        assert answer["Content-Disposition"] == f'attachment; filename="{row.sha256[:16]}.webp"'

    def test_the_picture_of_a_draft_is_its_companys_alone(self, anonymous, api, admin, product):
        row = add_product_image(by=admin, product=product, upload=paper("a.png", picture()))
        hide(product)
        assert anonymous.get(at("picture", product, row.sha256)).status_code == 404
        assert anonymous.get(at("pictures", product)).status_code == 404
        assert read(api.get(at("picture", product, row.sha256)))[:4] == b"RIFF"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (bomb(), "image_unreadable"),
            (PDF, "image_unreadable"),
            (b"<svg onload='x()'/>", "image_unreadable"),
            (picture() + b"0" * (8 * 1024 * 1024), "image_too_large"),
            (b"", "empty"),
        ],
    )
    def test_what_is_no_picture_or_a_bomb_leaves_nothing(self, api, product, settings, content, code):
        body = api.send(at("pictures", product), {"image": paper("a.png", content)}).json()
        assert body["status"] == 400
        assert [(error["field"], error["code"]) for error in body["errors"]] == [("image", code)]
        assert (ProductImage.objects.count(), on_disk(settings)) == (0, [])

    def test_one_over_the_limit_ends_while_it_streams(self, api, product):
        answer = api.send(at("pictures", product), {"image": paper("a.png", picture() + b"0" * 11_000_001)})
        assert (answer.status_code, answer.json()["detail"]) == (413, "A picture may have up to 8 MB.")
        assert not product.images.exists()

    @pytest.mark.parametrize("alt", ["a\nb", "cod\u202efdp", "a" * 201])
    def test_what_it_shows_is_said_in_one_line(self, api, product, settings, alt):
        body = api.send(at("pictures", product), {"image": paper("a.png", picture()), "alt": alt}).json()
        assert (body["status"], [error["field"] for error in body["errors"]]) == (400, ["alt"])
        assert (product.images.count(), on_disk(settings)) == (0, [])

    def test_the_same_is_kept_once_the_eleventh_refused_and_a_removed_one_is_gone_in_every_size(
        self, django_capture_on_commit_callbacks, api, product, settings
    ):
        for number in range(11):
            content = picture((number, 0, 0), side=600)
            last = api.send(at("pictures", product), {"image": paper("a.png", content)})
        assert [error["code"] for error in last.json()["errors"]] == ["too_many_images"]
        first = picture((0, 0, 0), side=600)
        assert api.send(at("pictures", product), {"image": paper("b.png", first)}).status_code == 201
        assert (product.images.count(), len(on_disk(settings))) == (10, 20)
        name = hashlib.sha256(first).hexdigest()
        with django_capture_on_commit_callbacks(execute=True):
            assert api.post(at("picture_remove", product, name)).status_code == 204
        assert (product.images.filter(sha256=name).count(), len(on_disk(settings))) == (0, 18)

    def test_pictures_are_moved_and_described_anew_by_their_company_alone(self, caller, anonymous, api, product):
        for colour in ((9, 0, 0), (0, 9, 0), (0, 0, 9)):
            api.send(at("pictures", product), {"image": paper("a.png", picture(colour)), "alt": f"{colour}"})
        first, second, third = (row.sha256 for row in product.images.all())
        other = caller(factories.member_of(factories.supplier()))
        for stranger, status in ((anonymous, 401), (other, 404)):
            assert stranger.patch(at("picture_change", product, third), {"place": 1}).status_code == status
        said = api.patch(at("picture_change", product, third), {"place": 1, "alt": "A bag of rice"})
        assert (said.status_code, said.json()["alt"]) == (200, "A bag of rice")
        shown = anonymous.get(at("pictures", product)).json()["results"]
        assert [(row["sha256"], row["alt"]) for row in shown][:2] == [(third, "A bag of rice"), (first, "(9, 0, 0)")]
        api.patch(at("picture_change", product, first), {"alt": ""})
        assert [row.sha256 for row in product.images.all()] == [third, first, second]

    @pytest.mark.parametrize(
        ("said", "field", "code"),
        [
            ({"place": 2}, "place", "no_such_place"),
            ({"place": 0}, "place", "min_value"),
            ({"place": "first"}, "place", "invalid"),
            ({"alt": "a\nb"}, "alt", "one_line"),
            ({"position": 1}, "position", "unknown_field"),
        ],
    )
    def test_a_change_that_cannot_be_made_changes_nothing(self, api, product, said, field, code):
        api.send(at("pictures", product), {"image": paper("a.png", picture()), "alt": "rice"})
        row = product.images.get()
        body = api.patch(at("picture_change", product, row.sha256), said).json()
        assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
        assert product.images.get().alt == "rice"


class TestCertificates:
    SAID = {"code": "HACCP", "number": "TH-77", "issuer": "TÜV", "valid_until": "2031-06-30"}

    def test_number_and_paper_come_together_and_the_paper_is_one_of_the_companys(self, client, api, admin, product):
        answer = api.send(at("certificate", product), {**self.SAID, "paper": paper("haccp.pdf")})
        assert (answer.status_code, answer.json()["uid"]) == (200, str(product.uid))
        row = Document.objects.get(company=product.company)
        (told,) = api.get(at("certificate", product)).json()["results"]
        assert told == {
            **self.SAID,
            "figure": "",
            "trait": "",
            "seen_on": None,
            "confirmed_by": "",
            "paper": {"uid": str(row.uid), "state": "quarantined", "refusal": ""},
        }
        documents = api.get(reverse("api_company_documents", args=[product.company.uid]), kind="certificate").json()
        assert [one["name"] for one in documents["results"]] == ["haccp.pdf"]
        client.force_login(admin)
        assert "haccp.pdf" in client.get(reverse("supplier_product_certificate", args=[product.uid, "HACCP"])).text

    def test_as_json_the_paper_so_far_stays(self, api, product):
        api.send(at("certificate", product), {**self.SAID, "paper": paper()})
        api.post(at("certificate", product), {**self.SAID, "number": "TH-78", "valid_until": None})
        row = product.certificates.get()
        assert (row.number, row.valid_until, row.document is not None) == ("TH-78", None, True)

    def test_a_member_describes_but_sends_no_paper_and_reads_no_name_of_it(self, caller, api, product, settings):
        api.send(at("certificate", product), {**self.SAID, "paper": paper()})
        colleague = factories.user()
        Membership.objects.create(company=product.company, user=colleague)
        member = caller(colleague)
        said = {**self.SAID, "number": "X", "paper": paper(content=pdf(b"2"))}
        answer = member.send(at("certificate", product), said)
        assert (answer.status_code, answer.json()["code"]) == (403, "admin_only")
        assert (product.certificates.get().number, len(on_disk(settings))) == ("TH-77", 1)
        told = member.get(at("certificate", product)).json()["results"][0]["paper"]
        assert told == {"uid": None, "state": "quarantined", "refusal": ""}

    def test_what_the_team_says_reads_here_and_a_refused_paper_is_not_taken_again(self, api, product):
        api.send(at("certificate", product), {**self.SAID, "paper": paper()})
        organiser = factories.organiser()
        decide = {"by": organiser, "document": Document.objects.get()}
        decide["campaign"] = organiser.organiser_of.get().campaign
        accept_certificate(**decide)
        (told,) = api.get(at("certificate", product)).json()["results"]
        assert (told["seen_on"], told["paper"]["state"]) == (timezone.localdate().isoformat(), "seen")
        refuse_certificate(**decide, reason="Of another company")
        (told,) = api.get(at("certificate", product)).json()["results"]
        assert (told["seen_on"], told["paper"]["refusal"]) == (None, "Of another company")
        body = api.send(at("certificate", product), {**self.SAID, "paper": paper()}).json()
        assert [(error["field"], "Of another company" in error["detail"]) for error in body["errors"]] == [
            ("paper", True)
        ]

    @pytest.mark.parametrize(("name", "content", "code"), UNWANTED[:3])
    def test_an_unwanted_paper_leaves_the_certificate_as_it_was(self, api, product, settings, name, content, code):
        body = api.send(at("certificate", product), {**self.SAID, "paper": paper(name, content)}).json()
        assert (body["status"], [(error["field"], error["code"]) for error in body["errors"]]) == (
            400,
            [("paper", code)],
        )
        assert (product.certificates.get().number, Document.objects.count(), on_disk(settings)) == ("", 0, [])


def test_videos_by_file_and_by_address(api, caller, anonymous, product):
    url, words = at("videos", product), "The mill; nobody speaks."
    address = "https://www.example.org/watch?v=rice"
    sent = api.send(url, {"file": paper("mill.mp4", mp4()), "words": words, "captions": paper("a.vtt", b"WEBVTT\n")})
    assert sent.status_code == 201
    row = product.videos.get()
    listed = sent.json()
    assert (listed["uid"], listed["content_type"], listed["address"]) == (str(row.uid), "video/mp4", "")
    assert listed["url"].endswith(reverse("product_video", args=[product.uid, row.uid]))
    assert listed["captions"].endswith("captions.vtt")
    linked = api.send(url, {"address": address, "words": words}).json()
    assert (linked["address"], linked["url"], linked["size"]) == (address, "", 0)
    assert anonymous.get(url).json()["results"] == [listed, linked]
    assert anonymous.get(reverse("api_product", args=[product.uid])).json()["videos"] == [listed, linked]
    file = at("video", product, row.uid)
    assert len(read(anonymous.get(file))) == row.size
    wrong = api.send(url, {"file": paper("page.mp4", b"<html>"), "words": words})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "video_unreadable")
    gone = api.post(at("video_remove", product, row.uid))
    assert (gone.status_code, product.videos.count()) == (204, 1)
    other = caller(factories.member_of(factories.supplier()))
    assert other.send(url, {"address": address, "words": words}).status_code == 404
