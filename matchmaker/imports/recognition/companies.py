"""A company's fields from the lines of a business card, a certificate, or a text that was pasted."""

import re
from collections.abc import Sequence
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from stdnum import lei
from stdnum.cn import uscc
from stdnum.eu import vat

from matchmaker.companies.phones import INTERNATIONAL
from matchmaker.core import reference
from matchmaker.core.text import web_address
from matchmaker.engines.language import clean, has_han
from matchmaker.engines.reading import PictureLine
from matchmaker.imports.recognition import figures
from matchmaker.imports.recognition.as_typed import as_typed
from matchmaker.imports.recognition.labels import LabelledLines, split_labels, words

SHOWN = ("legal_name", "name_zh", "name_latin", "address", "city", "contact_name", "about")
LONG = 60  # characters from which a line is a sentence about the company
_EMAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(
    r"(?<![@\w.])(?:https?://|www\.)[^\s,;，。)]+|(?<![@\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}(?![@\w])", re.I
)
_FORM = re.compile(
    r"\b(?:GmbH|mbH|KG|AG|S\.?A\.?S?|SARL|S\.?à\.?r\.?l|SCA|SCOP|EURL|Ltd|Limited|LLC|Inc|Corp|Corporation|PLC|LLP"
    r"|B\.?V|N\.?V|S\.?r\.?l|S\.?p\.?A|S\.?L\.?U?|S\.?de R\.?L|Lda|Ltda|Oy|AB|A/S|ApS|AS|Sp\. z o\.o|s\.r\.o|d\.o\.o"
    r"|Kft|Sdn\.? Bhd|Pte|Pty|PT|CV|Co\.|Company|JSC"
    r"|A\.?Ş|Ltd\.? ?Şti|Cooperative|Coopérative|Cooperativa|Fruitière"
    r"|Công ty|ООО|АО|ИП)(?=$|[\s,.()])"
    r"|有限公司|有限责任公司|股份公司|集团"
    r"|合作社|株式会社|주식회사|บริษัท|شركة"
)
_STREET = re.compile(
    r"\b(?:street|st\.|road|rd\.?|avenue|ave\.?|lane|blvd|boulevard|rue|route|chemin|place|calle|avenida|av\.|carrera"
    r"|straße|strasse|str\.|weg|platz|rua|via|viale|piazza"
    r"|đường|jalan|jl\.|cad\.|sok\.|mah\.|ul\.|ulica|building|floor)(?=\s|\W|$)"
    r"|(?:stra(?:ß|ss)e|weg|gasse)\s+\d|[路街道巷]\s*\d+\s*[号號弄]?|\d+\s*[号號楼室]",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"(?:^|[\s,])(?:[A-Z]{1,2}-)?(?P<code>\d{4,6})\s+(?P<city>[^\W\d_][^\d,;|]{1,40})")
_CHINESE_CITY = re.compile(r"(?:[\u4e00-\u9fff]{2,}?(?:省|自治区)|中国)?(?P<city>[\u4e00-\u9fff]{2,4}?)市")
_USCC = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
_LEI = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}\d{2}(?![0-9A-Z])")
_VAT = re.compile(r"(?<![0-9A-Z])[A-Z]{2}[ .]?[0-9A-Z][0-9A-Z .]{6,14}(?![0-9A-Z])")
_PERSON = re.compile(
    r"(?:(?:M|Mr|Mrs|Ms|Mme|Dr|Dipl|Ing|Prof|Sr|Sra|Herr|Frau)\.? )*[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,3}"
)
_CHINESE_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff](?:\s[\u4e00-\u9fff]){1,2}")


def company_fields(lines: Sequence[PictureLine]) -> tuple[dict[str, Any], list[str]]:
    """(fields of the company's forms, names of those that are suggested and not read). Empty ones are left out."""
    typed = lines
    lines = [PictureLine(clean(line.text), line.height, line.sure) for line in lines if line.text.strip()]
    whole = "\n".join(line.text for line in lines)
    labelled = split_labels(lines, "company")
    fields: dict[str, Any] = {**_contact(whole), **_identifier(whole)}
    fields |= _address(labelled, lines)
    named = figures.country(fields.get("address", "")) or figures.country(whole)
    fields["country"] = named or _country_of(fields)
    fields["contact_phone"] = _phone(labelled.values.get("contact_phone", ""), whole, fields["country"])
    if not fields["country"] and fields["contact_phone"]:
        fields["country"] = phonenumbers.region_code_for_number(phonenumbers.parse(fields["contact_phone"])) or ""
    fields |= _names(labelled, lines)
    fields["contact_name"] = _person(labelled, lines, fields)
    fields["about"] = "\n".join(line.text for line in labelled.rest if len(line.text) >= LONG)[:4_000]
    fields["founded"] = figures.year_founded(whole)
    fields = as_typed({key: value for key, value in fields.items() if value not in ("", None)}, SHOWN, typed)
    return fields, [] if named or "country" not in fields else ["country"]


def _contact(whole: str) -> dict[str, str]:
    found = {}
    if mail := _EMAIL.search(whole):
        found["contact_email"] = mail.group().replace(" ", "").rstrip(".").lower()
    for match in _URL.finditer(_EMAIL.sub(" ", whole)):
        text = match.group().rstrip("./")
        if _FORM.search(text):
            continue
        address = text if "://" in text else f"https://{text.lower()}"
        try:
            web_address(address)
        except ValidationError:
            continue
        return found | {"website": address}
    return found


def _identifier(whole: str) -> dict[str, str]:
    """Only numbers whose check digits are right; a VAT number also names its kind by its country."""
    capitals = whole.upper()
    for kind, pattern, check in (
        ("uscc", _USCC, uscc.is_valid),
        ("lei", _LEI, lei.is_valid),
        ("vat", _VAT, vat.is_valid),
    ):
        for match in pattern.finditer(capitals):
            if check(match.group()):
                number = re.sub(r"[ .]", "", match.group())
                return {"identifier_kind": kind, "identifier": number}
    return {}


def _country_of(fields: dict[str, Any]) -> str:
    if fields.get("identifier_kind") == "uscc":
        return "CN"
    if fields.get("identifier_kind") == "vat" and fields["identifier"][:2] in reference.countries():
        return fields["identifier"][:2]
    ends = [fields.get(name, "").rstrip("/").rpartition(".")[2].upper() for name in ("contact_email", "website")]
    return next((end for end in ends if end in reference.countries()), "")


def _phone(stated: str, whole: str, country: str) -> str:
    for text in (stated, whole):
        for match in phonenumbers.PhoneNumberMatcher(text, country or None):
            return phonenumbers.format_number(match.number, INTERNATIONAL)
    return ""


def _address(labelled: LabelledLines, lines: Sequence[PictureLine]) -> dict[str, str]:
    """Street and city; a line that names a postcode gives the city."""
    plain = [line.text for line in lines if not _EMAIL.search(line.text)]
    stated = labelled.values.get("address", "")
    street = stated or next((text for text in plain if _STREET.search(text) and len(text) < 160), "")
    found = {"address": street[:300]}
    for text in filter(None, (street, *plain)):
        if match := _CHINESE_CITY.search(text):
            return found | {"city": match["city"]}
        if match := _POSTCODE.search(text):
            city = match["city"].strip(" .,-")
            return found | {"city": re.split(r"\s{2,}| [-–|] ", city)[0]}
    return found


def _names(labelled: LabelledLines, lines: Sequence[PictureLine]) -> dict[str, str]:
    """The line with a legal form; else the largest one without figures. Names in two scripts are told apart."""
    stated = labelled.values.get("legal_name", "")
    formal = [line.text for line in lines if _is_formal(line.text) and len(line.text) < 120 and "@" not in line.text]
    plain = [line for line in labelled.rest if not re.search(r"[@\d]|www\.", line.text) and len(line.text) < LONG]
    candidates = [*filter(None, [stated]), *(text for text in formal if text != stated)]
    candidates = [re.sub(r"^[^:：]{1,30}[:：]\s*", "", text) for text in candidates]
    if not candidates and plain:
        candidates = [max(plain, key=lambda line: line.height).text]
    if not candidates:
        return {}
    legal, found = candidates[0], {}
    other = next((text for text in candidates[1:] if has_han(text) != has_han(legal)), "")
    if other:
        found["name_zh" if has_han(other) else "name_latin"] = other[:200]
    return {"legal_name": legal[:200], **found}


def _is_formal(text: str) -> bool:
    """Whether a legal form stands in a name, also in one in capitals."""
    return bool(_FORM.search(text) or (text.isupper() and _FORM.search(text.title())))


def _person(labelled: LabelledLines, lines: Sequence[PictureLine], fields: dict[str, Any]) -> str:
    """Who stands beside a title; else the first line that looks like a name of a person."""
    if stated := labelled.values.get("contact_name"):
        return stated[:120]
    taken = {value for value in fields.values() if isinstance(value, str)}
    texts = [line.text for line in lines]
    titles = [place for place, text in enumerate(texts) if _has_title(text) and len(text) < LONG]
    near = [texts[place] for at in titles for place in (at - 1, at, at + 1) if 0 <= place < len(texts)]
    for text in [*near, *([] if titles else texts)]:
        bare = _without_title(text)
        looks = _CHINESE_PERSON.fullmatch(bare) or (_PERSON.fullmatch(bare) and _is_capitalised(bare))
        if looks and bare not in taken and not _is_formal(bare) and not figures.country(bare):
            return bare[:120]
    return ""


def _has_title(text: str) -> bool:
    folded = text.casefold()
    return any(
        word in folded if has_han(word) else re.search(rf"\b{re.escape(word)}\b", folded) for word, _ in words("title")
    )


def _without_title(text: str) -> str:
    """周敏 of 周敏 采购经理, and Claire Morel of "Claire Morel, Export Manager"."""
    parts = re.split(r"\s{2,}|[,，|/·•]|(?<=[\u4e00-\u9fff])\s(?=[\u4e00-\u9fff]{2,})", text)
    bare = next((part.strip() for part in parts if part.strip() and not _has_title(part)), "")
    places = [place for word, _field in words("title") if has_han(word) and (place := text.find(word)) > 0]
    return bare or text[: min(places, default=0)].strip()  # a reader of pictures loses the space: 陈敏采购经理


def _is_capitalised(text: str) -> bool:
    return all(word[0].isupper() or not word[0].isascii() or len(word) < 4 for word in text.split())
