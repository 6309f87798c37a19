"""The HS code against codes in texts and against the state of the goods."""

from collections.abc import Iterator
from functools import cache

from matchmaker.core import reference
from matchmaker.engines.language import read_attributes
from matchmaker.market_access.precheck.model import (
    Code,
    Contradiction,
    Dossier,
    Excerpt,
    Field,
    Place,
    Severity,
    Statement,
    Storage,
    Text,
)
from matchmaker.market_access.precheck.reading import stated_codes

# State of a heading → values of `read_attributes` that goods of it cannot have.
_AGAINST = {
    "live": frozenset(("state:frozen", "state:dried", "state:canned")),
    "fresh": frozenset(("state:frozen",)),
    "frozen": frozenset(("state:fresh", "state:chilled")),
    "raw": frozenset(("roast:roasted",)),
    "roasted": frozenset(("roast:raw",)),
}
_STORED = {"live": ("frozen", "chilled"), "fresh": ("frozen",), "frozen": ("ambient", "chilled")}


def code_differs(dossier: Dossier) -> Iterator[Contradiction]:
    """A customs code that a text states begins as that of the product does (six digits, or as many as there are).

    Source: the declaration has one code for one line of goods (GACC Decree 277).
    """
    own = dossier.goods.hs_code
    if not own:
        return
    for text in dossier.texts:
        for digits, excerpt in stated_codes(text):
            length = min(6, len(digits), len(own))
            if digits[:length] != own[:length]:
                yield Contradiction(
                    "code_differs",
                    Severity.CORRECT,
                    "declaration",
                    Statement(Place.PRODUCT, Field.HS_CODE, Code(own)),
                    Statement(text.place, Field.HS_CODE, excerpt),
                )


def code_state(dossier: Dossier) -> Iterator[Contradiction]:
    """The state that the HS heading stands for is that of the goods: frozen, fresh or chilled, live; roasted or not.

    Storage and the words of the product say the state. Source: wording of the headings, HS 2022;
    `precheck_states.csv`.
    """
    state = _state_of(dossier.goods.hs_code)
    if not state:
        return
    code = Statement(Place.PRODUCT, Field.HS_CODE, Code(dossier.goods.hs_code))
    if dossier.goods.storage in _STORED.get(state, ()):
        stored = Statement(Place.PRODUCT, Field.STORAGE, Storage(dossier.goods.storage))
        yield Contradiction("code_state", Severity.CORRECT, "headings", code, stored)
        return
    texts = [text for text in dossier.texts if text.place == Place.PRODUCT_TEXT]
    has = read_attributes(tuple((text.language, text.text) for text in texts)).has
    against = has & _AGAINST[state]
    if against and not any(value in has for value in _fitting(state)):
        said = _text_with(texts, against)
        yield Contradiction(
            "code_state",
            Severity.CORRECT,
            "headings",
            code,
            Statement(said.place, Field.STATE, Excerpt(said.text[:120], said.language)),
        )


def _fitting(state: str) -> tuple[str, ...]:
    return {
        "live": (),
        "fresh": ("state:fresh", "state:chilled"),
        "frozen": ("state:frozen",),
        "raw": ("roast:raw",),
        "roasted": ("roast:roasted",),
    }[state]


def _text_with(texts: list[Text], values: frozenset[str]) -> Text:
    return next((one for one in texts if read_attributes(((one.language, one.text),)).has & values), texts[0])


@cache
def _states() -> dict[str, str]:
    rows = reference.read_csv("market_access/precheck_states.csv")
    return {prefix: row["state"] for row in rows for prefix in row["hs_prefixes"].split()}


def _state_of(code: str) -> str:
    """The state for which the longest prefix of the code stands, "" where it says none."""
    return next((_states()[code[:n]] for n in range(len(code), 1, -1) if code[:n] in _states()), "")
