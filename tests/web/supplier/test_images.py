"""Pictures are checked by their content, kept once, and re-encoded (B44 to B48)."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.services import change_product_image, remove_product_image
from matchmaker.core.problems import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
UNREADABLE = "This is not a picture we can read. Use JPEG, PNG or WebP."


@pytest.fixture
def product(client):
    product = make.product()
    client.force_login(make.member_of(product.company))
    return product


def picture(format: str = "PNG", colour: str = "white", size=(40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, format)
    return out.getvalue()


def upload(client, product, content: bytes, name: str = "rice.png", alt: str = "A sack of rice"):
    address = reverse("supplier_product_image_add", args=[product.uid])
    return client.post(address, {"image": SimpleUploadedFile(name, content), "alt": alt})


def problems(page) -> list[str]:
    return list(page.context["image_form"].errors.get("image", []))


def test_picture_is_kept_with_what_it_shows(client, product):
    answer = upload(client, product, picture())
    assert answer.url == reverse("supplier_product_edit", args=[product.uid]) + "#pictures"
    image = product.images.get()
    assert (image.alt, image.width, image.height, image.file.name.endswith(".webp")) == ("A sack of rice", 40, 30, True)


def test_picture_can_be_removed(client, product):
    upload(client, product, picture())
    client.post(reverse("supplier_product_image_remove", args=[product.uid, product.images.get().pk]))
    assert not product.images.exists()


def test_picture_of_another_product_is_not_found(client, product):
    other = make.product()
    client.force_login(make.member_of(other.company))
    upload(client, other, picture())
    address = reverse("supplier_product_image_remove", args=[product.uid, other.images.get().pk])
    client.force_login(make.member_of(product.company))
    assert client.post(address).status_code == 404
    assert other.images.count() == 1


def test_the_same_picture_twice_is_kept_once(client, product):
    upload(client, product, picture())
    upload(client, product, picture())
    assert product.images.count() == 1


@pytest.mark.slow
def test_the_eleventh_picture_is_refused(client, product):
    for shade in range(10):
        upload(client, product, picture(colour=f"#{shade:02x}0000"))
    page = upload(client, product, picture(colour="#ff0000"))
    assert problems(page) == ["A product can have up to ten pictures."]
    assert product.images.count() == 10


def test_an_empty_file_is_refused(client, product):
    assert problems(upload(client, product, b"")) == ["This file is empty. Choose the picture again."]


def test_no_file_is_refused(client, product):
    page = client.post(reverse("supplier_product_image_add", args=[product.uid]), {"alt": "x"})
    assert problems(page) == ["Choose a picture first."]


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n1 0 obj",
        b"MZ\x90\x00" + b"\0" * 60,
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["html", "pdf", "exe", "cut png"],
)
def test_what_is_no_picture_is_refused_whatever_its_name(client, product, content):
    assert problems(upload(client, product, content)) == [UNREADABLE]
    assert not product.images.exists()


# Changes of single bytes, by which the reading of the EXIF data ends in struct.error, AttributeError and TypeError.
@pytest.mark.parametrize("changes", [{41: 7, 108: 6}, {43: 11, 65: 111, 124: 86}, {41: 27, 113: 96, 121: 120}])
def test_a_picture_with_damaged_exif_is_refused_with_a_sentence(client, product, changes):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x011A] = 6, "Maker", 72.0
    exif.get_ifd(0x8769)[0x9003] = "2026:01:01 00:00:00"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG", exif=exif)
    content = bytearray(out.getvalue())
    for place, value in changes.items():
        content[place] = value
    assert problems(upload(client, product, bytes(content), name="phone.jpg")) == [UNREADABLE]
    assert not product.images.exists()


def test_bytes_after_the_end_and_comments_do_not_survive(client, product):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG", comment=b"<script>alert(1)</script>")
    upload(client, product, out.getvalue() + b"PK\x03\x04 archive of another kind", name="rice.jpg")
    with product.images.get().file.open() as file:
        kept = file.read()
    assert (b"script" in kept, b"PK\x03\x04" in kept, kept[:4]) == (False, False, b"RIFF")


def test_svg_is_refused(client, product):
    content = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert problems(upload(client, product, content, name="rice.svg")) == [UNREADABLE]


def test_a_picture_of_900_million_pixels_is_refused_before_it_is_decoded(client, product):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    assert problems(upload(client, product, bomb)) == [UNREADABLE]


def test_moving_pictures_are_refused(client, product):
    out = io.BytesIO()
    frames = [Image.new("P", (8, 8), shade) for shade in range(30)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert problems(upload(client, product, out.getvalue(), name="rice.gif")) == [UNREADABLE]


def test_a_line_break_in_the_description_is_refused(client, product):
    page = upload(client, product, picture(), alt="rice\nsack")
    assert page.context["image_form"].errors == {"alt": ["Write this in one line."]}


def test_a_large_picture_is_kept_in_three_sizes_and_all_of_them_go_with_it(
    client, product, django_capture_on_commit_callbacks
):
    upload(client, product, picture(size=(2000, 1000)))
    image = product.images.get()
    storage = image.file.storage
    assert [width for width, _name in image.file_names()] == [1600, 960, 480]
    sizes = []
    for _width, name in image.file_names():
        with storage.open(name) as file, Image.open(file) as rendition:
            sizes.append((rendition.format, rendition.size))
    assert sizes == [("WEBP", (1600, 800)), ("WEBP", (960, 480)), ("WEBP", (480, 240))]
    assert image.srcset == ", ".join(f"{storage.url(name)} {width}w" for width, name in image.file_names())
    names = [name for _width, name in image.file_names()]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("supplier_product_image_remove", args=[product.uid, image.pk]))
    assert [storage.exists(name) for name in names] == [False, False, False]


def test_a_small_picture_has_one_size(client, product):
    upload(client, product, picture(size=(300, 200)))
    assert [width for width, _name in product.images.get().file_names()] == [300]


def test_a_picture_over_the_limit_ends_while_it_streams(client, product):
    page = upload(client, product, picture() + b"0" * 11_000_001)
    assert (page.status_code, product.images.count()) == (413, 0)
    assert "A picture may have up to 8 MB." in page.content.decode()


class TestOrderAndDescription:
    @pytest.fixture
    def three(self, client, product):
        for colour in ("red", "green", "blue"):
            upload(client, product, picture(colour=colour), alt=colour)
        return list(product.images.all())

    def send(self, client, product, image, **said):
        htmx = said.pop("htmx", False)
        address = reverse("supplier_product_image_change", args=[product.uid, image.pk])
        return client.post(address, said, headers={"HX-Request": "true"} if htmx else {})

    def order(self, product):
        return [image.alt for image in product.images.all()]

    @pytest.mark.parametrize(
        ("which", "place", "expected"),
        [
            (2, 1, ["blue", "red", "green"]),
            (2, 2, ["red", "blue", "green"]),
            (0, 2, ["green", "red", "blue"]),
            (0, 3, ["green", "blue", "red"]),
            (1, 2, ["red", "green", "blue"]),
        ],
    )
    def test_a_picture_takes_its_place_and_the_others_keep_their_order(
        self, client, product, three, which, place, expected
    ):
        for _twice in range(2):
            answer = self.send(client, product, three[which], place=place, alt=three[which].alt)
            assert answer.url == reverse("supplier_product_edit", args=[product.uid]) + "#pictures"
        assert self.order(product) == expected

    def test_the_page_offers_only_the_moves_there_are(self, client, product, three):
        page = client.get(reverse("supplier_product_edit", args=[product.uid])).text
        moves = [
            [move for move in ("first", "earlier", "later") if f'id="picture-{image.pk}-{move}"' in page]
            for image in three
        ]
        assert moves == [["later"], ["earlier", "later"], ["first", "earlier"]]
        assert page.index('value="red"') < page.index('value="green"') < page.index('value="blue"')

    def test_what_it_shows_is_written_anew_or_taken_away_and_recorded(self, client, product, three):
        self.send(client, product, three[0], alt="  A sack of jasmine rice ")
        self.send(client, product, three[1], alt="")
        assert self.order(product) == ["A sack of jasmine rice", "", "blue"]
        verbs = AuditEntry.objects.filter(verb="change_product_image", object_uid=str(product.uid))
        assert verbs.count() == 2
        self.send(client, product, three[2], alt="blue")
        assert verbs.count() == 2
        assert (
            "A picture was moved or described anew"
            in client.get(reverse("supplier_product_history", args=[product.uid])).text
        )

    def test_a_move_keeps_what_was_typed_beside_it(self, client, product, three):
        self.send(client, product, three[2], place=1, alt="A blue sack")
        assert self.order(product) == ["A blue sack", "red", "green"]

    @pytest.mark.parametrize("place", ["0", "4", "-1", "x"])
    def test_a_place_there_is_not_moves_nothing_and_says_so(self, client, product, three, place):
        page = self.send(client, product, three[0], place=place, alt="typed")
        assert (page.status_code, self.order(product)) == (422, ["red", "green", "blue"])
        assert 'value="typed"' in page.text
        if place != "x":
            assert "Choose a place from 1 to 3." in page.text

    @pytest.mark.parametrize(("alt", "said"), [("a\nb", "Write this in one line."), ("a" * 201, "200 characters")])
    def test_a_description_that_cannot_be_kept_stands_beside_its_field(self, client, product, three, alt, said):
        page = self.send(client, product, three[0], alt=alt, htmx=True)
        assert (page.status_code, self.order(product)[0]) == (422, "red")
        assert said in page.text
        assert "<html" not in page.text

    def test_in_place_the_answer_is_the_list_alone(self, client, product, three):
        page = self.send(client, product, three[2], place=1, alt="blue", htmx=True)
        assert page.status_code == 200
        assert "<html" not in page.text
        assert page.text.index('value="blue"') < page.text.index('value="red"')
        assert "The pictures are changed." in page.text

    def test_only_its_company_changes_it_and_only_with_its_own_product(self, client, product, three):
        other = make.product()
        assert self.send(client, other, three[0], place=2, alt="x").status_code == 404
        client.force_login(make.member_of(other.company))
        assert self.send(client, product, three[0], place=2, alt="x").status_code == 404
        assert self.send(client, other, three[0], place=2, alt="x").status_code == 404
        with pytest.raises(Refused):
            change_product_image(by=make.member_of(other.company), product=product, image=three[0], place=2)
        assert self.order(product) == ["red", "green", "blue"]

    def test_one_that_was_removed_meanwhile_is_not_found(self, client, product, three):
        by = product.company.members.first()
        remove_product_image(by=by, product=product, image=product.images.get(pk=three[1].pk))
        with pytest.raises(Refused) as problem:
            change_product_image(by=by, product=product, image=three[1], place=1)
        assert (problem.value.code, self.order(product)) == ("not_found", ["red", "blue"])

    def test_lists_and_the_public_page_follow_the_first(self, client, product, three):
        self.send(client, product, three[2], place=1, alt="A blue sack")
        page = client.get(reverse("product", args=[product.uid])).text
        assert page.index(f"{three[2].sha256[:16]}.webp") < page.index(f"{three[0].sha256[:16]}")
        assert 'alt="A blue sack"' in page

    def test_an_address_opened_by_hand_shows_the_pictures(self, client, product, three):
        address = reverse("supplier_product_image_change", args=[product.uid, three[0].pk])
        assert client.get(address).url == reverse("supplier_product_edit", args=[product.uid]) + "#pictures"
