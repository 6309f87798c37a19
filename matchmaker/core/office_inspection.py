"""Read an Office file (docx, xlsx, pptx) from standard input and print one word: its kind, or what is wrong with it.

This file runs as a process of its own (see `core.office`), as `pdf_inspection` does. It imports nothing of the project.

    docx xlsx pptx  nothing in it acts, and it reaches out to nothing but web pages that a reader clicks
    active          macros, controls, embedded objects or files, fields and formulas that fetch or start something
    outside         it takes a picture, template, data or another part from elsewhere
    encrypted       it needs a password
    broken          it is no sound package of Office Open XML, or something else at the same time
    large           more parts or more content than a paper of a company has
"""

import io
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

MAX_PARTS = 3_000
MAX_CONTENT = 150_000_000  # bytes after unpacking
MAX_SECONDS = 8  # of computing
MAX_MEMORY = 1_500_000_000  # bytes of address space

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an old Office file, and one with a password
END = b"PK\x05\x06"
MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": "pptx",
}
XML = (".xml", ".rels")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf")
PRINTER = re.compile(r"(xl|ppt|word)/printersettings/[^/]+\.bin")
# Last words of the types of relationships that carry or fetch something that acts.
ACTING = re.compile(
    "/(vbaproject|wordvbadata|control|activexcontrolbinary|oleobject|package|attachedtoolbars|xlmacrosheet"
    "|xlintlmacrosheet|dialogsheet|keymapcustomizations|extensibility|webextension|webextensiontaskpanes|connections"
    "|querytable|afchunk|subdocument|frame|externallink|externallinkpath|customdata|model)$"
)
WEB = ("http://", "https://", "mailto:", "tel:")
FIELDS = re.compile(
    r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|MACROBUTTON|AUTOTEXT)\b", re.IGNORECASE
)
FORMULAS = re.compile(
    r"\b(WEBSERVICE|IMAGE|RTD|CALL|EXEC|REGISTER|REGISTER\.ID|DDE|STOCKHISTORY|FOPEN)\s*\(|\|\s*'", re.IGNORECASE
)
ACTIONS = re.compile(r"ppaction://(program|macro|ole|hlinkfile)", re.IGNORECASE)

VML_LINK = re.compile(rb"\b(src|href)\s*=\s*[\"'](\w+:|//|\\\\)")
FORMULA_ELEMENTS = ("f", "formula", "formula1", "formula2", "definedName")
FETCHING_ELEMENTS = ("ddeLink", "oleLink", "webPr", "dbPr")
# What reading a damaged package raises.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError),
    *(ValueError, KeyError, RuntimeError, NotImplementedError, EOFError),
)


class Stop(Exception):
    """The verdict is known."""


def judge(content: bytes) -> str:
    if content.startswith(OLE):
        return "encrypted" if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in content else "broken"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return judge_package(package, content)
    except Stop as verdict:
        return str(verdict)
    except DAMAGE:
        return "broken"
    except MemoryError:
        return "large"


def judge_package(package: zipfile.ZipFile, content: bytes) -> str:
    parts = package.infolist()
    if not content.startswith(b"PK\x03\x04") or package.comment or content.rfind(END) != len(content) - 22:
        return "broken"  # something stands before or after the package
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_CONTENT:
        return "large"
    names = [part.filename.casefold() for part in parts]
    if len(set(names)) != len(names) or any(is_odd(part) for part in parts):
        return "broken"
    if any(part.flag_bits & 1 for part in parts):
        return "encrypted"
    kind, left = "", MAX_CONTENT
    for part in parts:
        name = part.filename.casefold()
        check_name(name)
        data = package.open(part).read(left + 1)
        left -= len(data)
        if left < 0:
            return "large"
        if name == "[content_types].xml":
            kind = kind_of(data)
        check_part(name, data)
    return kind or "broken"


def is_odd(part: zipfile.ZipInfo) -> bool:
    """A name that leads out of the package, or a way of packing that Office does not use."""
    name = part.filename
    return (
        name.startswith("/")
        or "\\" in name
        or ".." in name.split("/")
        or any(ord(char) < 32 for char in name)
        or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    )


def check_name(name: str) -> None:
    """Parts of known kinds only: no macros, no embedded files, no objects."""
    if name.endswith("/"):
        return
    if name.endswith((*XML, *PICTURES, ".vml")) or PRINTER.fullmatch(name):
        if re.search(r"(^|/)(embeddings|activex|macrosheets|dialogsheets|customui|externallinks|webextensions)/", name):
            raise Stop("active")
        return
    raise Stop("active")


def kind_of(data: bytes) -> str:
    """The kind by the type of its main part; a type with macros stops everything."""
    found = ""
    for name, values in elements(data):
        declared = values.get("ContentType", "")
        if name in ("Override", "Default") and re.search("macro|vba|activex|oleobject", declared.casefold()):
            raise Stop("active")
        if name == "Override" and declared in MAIN:
            found = MAIN[declared] if not found else "broken"
    return found


def check_part(name: str, data: bytes) -> None:
    if name.endswith(PICTURES) and data.startswith((OLE, b"PK\x03\x04", b"MZ")):
        raise Stop("active")
    if name.endswith(".vml"):  # written by hand by old Office, often no sound XML
        if b"<!" in data.replace(b"<!--", b"").replace(b"<![", b"") or VML_LINK.search(data):
            raise Stop("outside")
        return
    if not name.endswith(XML):
        return
    if name.endswith(".rels"):
        check_relationships(data)
        return
    check_words(data)


def check_relationships(data: bytes) -> None:
    for name, values in elements(data):
        if name != "Relationship":
            continue
        kind = values.get("Type", "").casefold()
        if ACTING.search(kind):
            raise Stop("active")
        if values.get("TargetMode", "").casefold() != "external":
            continue
        if not kind.endswith("/hyperlink") or not values.get("Target", "").strip().casefold().startswith(WEB):
            raise Stop("outside")


def check_words(data: bytes) -> None:
    """Fields of a text, formulas of a sheet and actions of a slide."""
    words = Words()
    parse(data, words.begin, words.text, words.end)
    if FIELDS.search("".join(words.fields)) or FORMULAS.search("".join(words.formulas)):
        raise Stop("active")


class Words:
    """What a part says in fields and formulas; a field is put together again where Word keeps it in pieces."""

    def __init__(self) -> None:
        self.fields: list[str] = []
        self.formulas: list[str] = []
        self.inside = ""

    def begin(self, name: str, values: dict[str, str]) -> None:
        self.inside = local(name)
        if self.inside in FETCHING_ELEMENTS or any(ACTIONS.search(value) for value in values.values()):
            raise Stop("active")
        if self.inside == "fldChar":
            self.fields.append("\n")
        self.fields += [f"\n{value}\n" for key, value in values.items() if local(key) == "instr"]

    def text(self, value: str) -> None:
        if self.inside == "instrText":
            self.fields.append(value)
        elif self.inside in FORMULA_ELEMENTS:
            self.formulas.append(value)

    def end(self, name: str) -> None:
        if local(name) in FORMULA_ELEMENTS:
            self.formulas.append("\n")
        self.inside = ""


def elements(data: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parse(data, lambda name, values: found.append((local(name), values)), lambda value: None, lambda name: None)
    return iter(found)


def local(name: str) -> str:
    return name.rpartition(":")[2]


def parse(data: bytes, begin, text, end) -> None:
    """Sound XML without a document type: no entity is ever defined."""

    def refuse(*_given) -> None:
        raise Stop("broken")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    parser.Parse(data, True)


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
