"""Files of messages: by content, few, harmless names, read only by the two sides (B45–B60)."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from matchmaker.core.files import safe_name
from matchmaker.messaging import services
from matchmaker.messaging.models import Attachment
from tests import factories
from tests.files import ACTIVE_PDF, PDF


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    return out.getvalue()


def send(matched, talk, *files):
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return services.reply(by=matched.sell, enquiry=talk, text="See the files.", files=uploads)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.png", b"<html><script>1</script>", "type_mismatch"),
        ("a.pdf", b"MZ\x90\x00", "type_mismatch"),
        ("a.svg", b"<svg onload='x()'/>", "type_mismatch"),
        ("a.pdf", ACTIVE_PDF, "pdf_active"),
        ("a.pdf", PDF + b"/Launch", "pdf_mixed"),
        ("a.pdf", b"%PDF-" + b"0" * 10_000_001, "file_too_large"),
    ],
)
def test_what_is_not_a_quiet_pdf_or_a_picture_is_refused(matched, talk, name, content, refusal):
    with pytest.raises(ValidationError) as caught:
        send(matched, talk, (name, content))
    assert caught.value.error_dict["files"][0].code == refusal
    assert talk.messages.count() == 1


@pytest.mark.django_db
def test_a_picture_is_re_encoded_and_what_hung_behind_it_is_gone(matched, talk):
    kept = send(matched, talk, ("a.png", png() + b"<script>alert(1)</script>")).attachments.get()
    with kept.file.open("rb") as file:
        content = file.read()
    assert (kept.suffix, kept.content_type, b"<script>" in content) == (".webp", "image/webp", False)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ('a";\r\nX: y.pdf', "aX y.pdf"),
        ("cod.\u202efdp.exe", "cod.fdp.exe"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\price list.pdf", "price list.pdf"),
        ("..", "file"),
        ("", "file"),
        ("报价单.pdf", "报价单.pdf"),
    ],
)
def test_a_file_name_is_made_harmless(given, shown):
    assert safe_name(given) == shown


@pytest.mark.django_db
def test_files_are_downloads_for_the_two_sides_alone(client, matched, talk):
    kept = send(matched, talk, ("报价单.pdf", PDF)).attachments.get()
    stranger = factories.member_of(factories.buyer())
    client.force_login(stranger)
    assert client.get(f"/enquiries/file/{kept.uid}/").status_code == 404
    client.force_login(matched.buy)
    answer = client.get(f"/enquiries/file/{kept.uid}/")
    assert b"".join(answer.streaming_content) == PDF
    answer.close()
    names = ("Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control")
    assert {name: answer[name] for name in names} == {
        "Content-Disposition": "attachment; filename*=utf-8''%E6%8A%A5%E4%BB%B7%E5%8D%95.pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    }


@pytest.mark.django_db
def test_the_files_of_a_message_taken_back_are_gone_for_everybody(matched, talk):
    message = send(matched, talk, ("a.pdf", PDF))
    services.delete_message(by=matched.sell, message=message)
    assert list(Attachment.objects.visible_to(matched.buy)) == list(Attachment.objects.visible_to(matched.sell)) == []
