"""Read a PDF from standard input and print one word: what is wrong with it, or "quiet".

This file runs as a process of its own (see `core.pdf`), so that a document made to use up memory or time stops
there and not in a web process. It imports nothing of the project.

    quiet      nothing in it acts, and nothing is attached
    active     it acts when it is opened or clicked, carries files, or reaches out to files elsewhere
    encrypted  it needs a password, or forbids things
    broken     it cannot be read without repair
    mixed      it is another kind of file at the same time
    large      more pages or objects than a paper of a company has
"""

import io
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator

import pikepdf

MAX_PAGES = 1_000
MAX_OBJECTS = 100_000
MAX_SECONDS = 8  # of computing
MAX_MEMORY = 1_500_000_000  # bytes of address space
MAX_VALUES = 2_000_000  # values inside all objects
MAX_UNPACKED = 200_000_000  # bytes of all streams together; pictures count by what their sides do not explain
MAX_PICTURE = 500_000_000  # bytes of one picture
PIXEL = 8  # bytes, as many as four colours of sixteen bits take

HEADER = re.compile(rb"%PDF-[12]\.[0-9]\s")
# Actions that do more than turn a page or open a web page.
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ResetForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/GoTo3DView",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMediaExecute",
    "/Hide",
    "/SetOCGState",
    "/Trans",
}
ANNOTATIONS = {"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D", "/FileAttachment"}
KEYS = {"/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/Collection"}
SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
WEB = ("http://", "https://", "mailto:", "tel:")


def judge(content: bytes) -> str:
    if is_mixed(content):
        return "mixed"
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                return "encrypted"
            if len(pdf.objects) > MAX_OBJECTS or len(pdf.pages) > MAX_PAGES:
                return "large"
            return judge_objects(pdf)
    except pikepdf.PasswordError:
        return "encrypted"
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, KeyError, RuntimeError, MemoryError):
        return "broken"


def is_mixed(content: bytes) -> bool:
    """Whether something stands after the end of the PDF, its head is no PDF's, or the file is an archive too."""
    _before, end, after = content.rpartition(b"%%EOF")
    return (
        not HEADER.match(content)
        or bool(end and after.strip(b"\0 \t\r\n\f"))
        or zipfile.is_zipfile(io.BytesIO(content))
    )


def judge_objects(pdf: pikepdf.Pdf) -> str:
    room = MAX_UNPACKED
    for count, value in enumerate(values(pdf)):
        if isinstance(value, pikepdf.Stream):
            room -= excess(value, room)
        if count > MAX_VALUES or room < 0:
            return "large"
        if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)) and is_active(value):
            return "active"
    return "quiet"


def excess(stream: pikepdf.Stream, room: int) -> int:
    """What a stream takes of the room for unpacked bytes; a picture takes what is more than its sides explain."""
    if text(stream.get("/Subtype")) != "/Image":
        return unpacked_size(stream, room)
    pixels = number(stream.get("/Width")) * number(stream.get("/Height"))
    most = min(pixels * PIXEL, MAX_PICTURE)
    return max(0, unpacked_size(stream, room + most) - most)


def number(value) -> int:
    """A whole number, and 0 for everything else."""
    return value if isinstance(value, int) and value > 0 else 0


def unpacked_size(stream: pikepdf.Stream, most: int) -> int:
    """Bytes of a stream after its Flate filters, at most about `most`: a kilobyte can hold gigabytes (X11).

    Two filters, one inside the other, are how a bomb is packed. Other filters unpack little, or are of pictures, whose
    sides stand in their head.
    """
    named = stream.get("/Filter")
    names = [text(name) for name in named] if isinstance(named, pikepdf.Array) else [text(named)]
    content = stream.read_raw_bytes()
    for name in names:
        if name not in ("/FlateDecode", "/Fl"):
            break
        content = inflated(content, most)
    return len(content)


def inflated(content: bytes, most: int) -> bytes:
    """Up to `most` + 1 bytes of deflated data; what is damaged counts as far as it goes."""
    try:
        return zlib.decompressobj().decompress(content, most + 1)
    except zlib.error:
        return content


def values(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every object of the file, also those packed in object streams, and what stands inside each."""
    for start in (pdf.trailer, *pdf.objects):
        waiting = [start]
        while waiting:
            value = waiting.pop()
            yield value
            if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
                waiting += [inner for _key, inner in value.items() if is_direct(inner)]
            elif isinstance(value, pikepdf.Array):
                waiting += [inner for inner in value if is_direct(inner)]


def is_direct(value) -> bool:
    """Whether it stands inside its holder; others come by themselves in the list of objects."""
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def is_active(value: pikepdf.Object) -> bool:
    named = {key: text(value.get(key)) for key in ("/S", "/Subtype", "/URI")}
    return (
        named["/S"] in ACTIONS
        or named["/Subtype"] in ANNOTATIONS
        or any(key in value for key in KEYS)
        or acts_by_itself(value)
        or leads_to_a_file(value, named["/URI"])
    )


def acts_by_itself(value: pikepdf.Object) -> bool:
    """/OpenAction may name the page to begin with; any other action, and every set of /AA actions, is refused."""
    opening, additional, script = value.get("/OpenAction"), value.get("/AA"), value.get("/JS")
    if isinstance(opening, pikepdf.Dictionary) and text(opening.get("/S")) != "/GoTo":
        return True
    if isinstance(script, (pikepdf.String, pikepdf.Stream)):
        return True
    return isinstance(additional, pikepdf.Dictionary) and any(
        isinstance(action, pikepdf.Dictionary) and "/S" in action for _key, action in additional.items()
    )


def leads_to_a_file(value: pikepdf.Object, link: str) -> bool:
    """A link to something else than the web, or a file outside: both can reach a computer of the reader's network."""
    if isinstance(value, pikepdf.Stream) and "/F" in value:
        return True
    if any(isinstance(value.get(key), pikepdf.String) for key in ("/F", "/UF")):
        return True
    return link.startswith(("\\\\", "//")) or bool(SCHEME.match(link) and not link.lower().startswith(WEB))


def text(value) -> str:
    """A name or string as text, and "" for everything else."""
    return str(value).strip() if isinstance(value, (pikepdf.Name, pikepdf.String)) else ""


def limit_resources() -> None:
    """Where the system can do it: this process ends before it hurts the others."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    except (ImportError, ValueError, OSError):
        return  # the caller still ends it after a time


if __name__ == "__main__":
    limit_resources()
    sys.stdout.write(judge(sys.stdin.buffer.read()))
