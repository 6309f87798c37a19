"""A product's fields from the lines of a label, or of a text that was pasted."""

import re
from collections.abc import Sequence
from typing import Any

from stdnum import ean

from matchmaker.catalogue import wording
from matchmaker.catalogue.models import Category, HSCode, Product
from matchmaker.core import reference
from matchmaker.engines.language import clean, detect_typed, read_attributes
from matchmaker.engines.reading import PictureLine
from matchmaker.imports.recognition import figures
from matchmaker.imports.recognition.as_typed import as_typed
from matchmaker.imports.recognition.labels import LabelledLines, split_labels
from matchmaker.matching.services import WORTH_SHOWING, certificates_in_text, suggest_codes

LOOKED_AT = 5  # categories and codes that the words suggest; the first one of this campaign is taken
LONGEST_NAME, LONGEST_DESCRIPTION = 200, 5_000
SUGGESTED = ("category", "hs_code", "language", "price_unit")  # what no line says in so many words
_LETTERS = re.compile(r"[^\W\d_]")
_NOT_A_NAME = re.compile(r"@|https?:|www\.|^\W*\d[\d\s.,/:-]*\W*$|\b(?:tel|fax|lot|exp)\b", re.IGNORECASE)
_MADE_IN = re.compile(r"(?:made in|product of|produce of|produit d[eu']|hecho en|origin[e]?\b|原产|产自|出品)", re.I)


def product_fields(lines: Sequence[PictureLine], *, is_picture: bool) -> tuple[dict[str, Any], list[str]]:
    """(fields of the product form, names of those that are suggested and not read). Empty fields are left out."""
    fields, stated = read_fields(lines, is_picture=is_picture)
    text = f"{fields.get('name', '')}. {fields.get('description', '')}".strip(". ")
    fields |= {key: value for key, value in _codes(stated, text, fields.get("language", "")).items() if value}
    read = {"price_unit"} if "price_low" in fields else set()
    if stated:
        read.add("hs_code")
    fields = as_typed(fields, ("name", "description", "incoterm_place"), lines)
    return fields, [key for key in SUGGESTED if key in fields and key not in read]


def read_fields(lines: Sequence[PictureLine], *, is_picture: bool) -> tuple[dict[str, Any], str]:
    """What the lines say, and the HS code that stands in them; nothing is looked up in the database."""
    lines = [PictureLine(clean(line.text), line.height, line.sure) for line in lines]
    labelled = split_labels([line for line in lines if _LETTERS.search(line.text)], "product")
    name = _name(labelled, is_picture)
    description = _description(labelled, name, is_picture)
    whole = "\n".join(line.text for line in lines)
    fields: dict[str, Any] = {"name": name, "description": description, "origin": _origin(labelled, lines)}
    fields |= _terms(labelled.values, whole) | _pack(labelled.values, whole) | _article(labelled.values, whole)
    language = detect_typed(f"{name}\n{description}") if name else ""
    fields |= {
        "language": language if language in reference.languages() else "",
        "certificates": certificates_in_text(whole, language) if whole else [],
        "storage": _storage(f"{name}. {description}", language),
    }
    found = {key: value for key, value in fields.items() if value not in ("", None, [])}
    return found, labelled.values.get("hs_code", "")


def _name(labelled: LabelledLines, is_picture: bool) -> str:
    """What stands behind a label; else the largest line of a picture, or the first line of a text."""
    name = labelled.values.get("name", "")
    if not name:
        lines = [line for line in labelled.rest if not _NOT_A_NAME.search(line.text) and len(line.text) > 1]
        lines = [line for line in lines if not _MADE_IN.match(line.text)]
        if lines:
            name = max(lines, key=lambda line: line.height).text if is_picture else lines[0].text
    if len(name) > 120:  # a text that begins with a sentence
        name = re.split(r"(?<=[.!?。！？])\s*", name)[0]
    return name.strip(" .:：-–|")[:LONGEST_NAME]


def _description(labelled: LabelledLines, name: str, is_picture: bool) -> str:
    rest = [line.text for line in labelled.rest if clean(line.text).strip(" .:：-–|") != name]
    if is_picture:  # single words of a label say little
        rest = [text for text in rest if len(text) >= 20 and not _NOT_A_NAME.search(text)]
    if ingredients := labelled.values.get("ingredients"):
        rest.append(ingredients)
    return "\n".join(rest)[:LONGEST_DESCRIPTION].strip()


def _origin(labelled: LabelledLines, lines: Sequence[PictureLine]) -> str:
    candidates = [labelled.values.get("origin", "")]
    candidates += [line.text[match.start() :] for line in lines if (match := _MADE_IN.search(line.text))]
    return next((code for text in candidates if text and (code := figures.country(text))), "")


def _terms(values: dict[str, str], whole: str) -> dict[str, Any]:
    language = detect_typed(whole)
    found: dict[str, Any] = {**figures.price(values.get("price", whole), language), **figures.incoterm(whole)}
    if "min_order" in values and (amount := figures.amount(values["min_order"], language)):
        found["min_order"], found["min_order_unit"] = amount
    for name in ("shelf_life_days", "lead_time_days"):
        found[name] = figures.days(values.get(name, ""), language)
    return found


def _pack(values: dict[str, str], whole: str) -> dict[str, str]:
    """The pack is a variant of the product; goods sold by weight have a price for one kilogram."""
    pack, unit = figures.pack(values.get("pack", ""))
    if not pack:
        pack, unit = figures.pack(whole)
    return (
        {}
        if not pack
        else {"pack": pack, **({} if figures.price(whole, detect_typed(whole)) else {"price_unit": unit})}
    )


def _article(values: dict[str, str], whole: str) -> dict[str, str]:
    """An article number, or a bar code whose check digit is right."""
    if values.get("article"):
        return {"article": values["article"][:60]}
    for digits in re.findall(r"(?<!\d)\d[\d ]{11,16}\d(?!\d)", values.get("ean", "") + "\n" + whole):
        compact = digits.replace(" ", "")
        if len(compact) == 13 and ean.is_valid(compact):
            return {"article": compact}
    return {}


def _storage(text: str, language: str) -> str:
    has = read_attributes(((language or "en", text),)).has
    return next((state for state in (Product.Storage.FROZEN, Product.Storage.CHILLED) if f"state:{state}" in has), "")


def _codes(stated: str, text: str, language: str) -> dict[str, str]:
    """The code that is written and its category; else what the words suggest."""
    row = HSCode.objects.filter(pk=wording.hs_code(stated.replace(".", "")[:10], ())[:6]).first() if stated else None
    if row is not None:
        return {"hs_code": row.code, "category": row.category_id or ""}
    suggestions = suggest_codes(text, language, top=LOOKED_AT, least=WORTH_SHOWING)
    categories = [row.code for row, _share in suggestions.categories if row.group != Category.Group.OUT]
    codes = {row.code: row.category_id or "" for row, _share in suggestions.hs_codes}
    category = next(iter(categories), "")
    code = next((code for code, of in codes.items() if category and of == category), next(iter(codes), ""))
    return {"category": category or codes.get(code, ""), "hs_code": code}
