"""Three questions to a code: the engine's options with everyday names for the reader and the legal text behind each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import HSCode
from matchmaker.engines.language import GOODS_LANGUAGES, clean, load_goods
from matchmaker.engines.matching import MOST_QUESTIONS, NONE_OF_THESE, NOT_KNOWN, Classifier, narrowing
from matchmaker.matching.services.code_suggestions import MAX_TEXT, WORTH_SHOWING, taught_classifier

# From this share of the first code on there is nothing to ask on a page.
CLEAR = 0.9
_NAMES = 3  # everyday names in a label
_NOTE_LANGUAGES = ("en", "fr", "es")


@dataclass(frozen=True)
class Option:
    """`id` is the answer to send back, `label` says it in everyday names, `note` in the words of the nomenclature."""

    id: str
    label: str
    note: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Narrowing:
    """`codes` and their shares, the likeliest first; `options` of the next question, () when there is none.

    `answers` are those that were taken into account; of a text that changed meanwhile, none.
    """

    codes: list[tuple[str, float]]
    options: list[Option]
    answers: tuple[str, ...]

    @property
    def is_clear(self) -> bool:
        return bool(self.codes) and self.codes[0][1] >= CLEAR


def narrow_code(
    text: str, language: str, answers: Sequence[str], *, reader: str = "", engine: Classifier | None = None
) -> Narrowing:
    """The codes of a text after some answers, and the next question in the reader's language.

    Raises ValueError for an answer that was no option of its question and for more than three.
    """
    text = clean(text)[:MAX_TEXT]
    engine = engine or taught_classifier()
    reader = (reader or get_language() or "en").split("-")[0]
    if len(text) < 2:
        return Narrowing([], [], ())
    shares = next(iter(engine.judge([text], [language]))).codes_of_goods[0]
    if not np.any(shares):
        return Narrowing([], [], ())
    narrowed = narrowing.narrow(shares, engine.nomenclature, answers)
    likely = dict(narrowed.codes)
    options = [
        Option(
            option.id,
            label(option, likely, engine, reader),
            note(option.id, option.codes[0], engine, reader),
            option.codes,
        )
        for option in narrowed.question
    ]
    return Narrowing(list(narrowed.codes), _with_distinct_labels(options), narrowed.answered)


@dataclass(frozen=True)
class CodeQuestion:
    """What a form shows of the questions: the likeliest codes, and the question with all its answers.

    Each answer is (value to send, words, legal note); `path` are the answers so far, to be sent along by other buttons.
    """

    codes: list[tuple[HSCode, float]]
    text: str
    answers: list[tuple[str, str, str]]
    path: str
    number: int


def code_question(text: str, language: str, path: str, top: int) -> CodeQuestion:
    """The question of a form after the answers in `path` (identifiers parted by commas).

    Answers that do not belong to the text any more are forgotten. A clear case has no question.
    """
    given = [answer for answer in path.split(",") if answer][:MOST_QUESTIONS]
    try:
        narrowed = narrow_code(text, language, given)
    except ValueError:
        narrowed = narrow_code(text, language, [])
    codes = [(code, share) for code, share in narrowed.codes[:top] if share >= WORTH_SHOWING]
    known = HSCode.objects.select_related("category").in_bulk([code for code, _share in codes])
    so_far = ",".join(narrowed.answers)
    number = len(narrowed.answers) + 1
    shown = [] if narrowed.is_clear else narrowed.options
    answers = [(option.id, option.label, option.note) for option in shown]
    answers += [(answer, words, "") for answer, words in (other_answers() if shown else [])]
    return CodeQuestion(
        [(known[code], share) for code, share in codes if code in known],
        question_text() if shown else "",
        [(f"{so_far},{answer}".strip(","), words, legal) for answer, words, legal in answers],
        so_far,
        number,
    )


def question_text() -> str:
    return _("Which of these is it?")


def other_answers() -> list[tuple[str, str]]:
    """The two answers without codes that every question has: (identifier, words)."""
    return [(NONE_OF_THESE, _("None of these")), (NOT_KNOWN, _("I don't know"))]


def label(option: narrowing.Option, shares: dict[str, float], engine: Classifier, reader: str) -> str:
    """Everyday names of the likeliest codes of an option in the reader's language, else in English, else the text of
    the nomenclature."""
    goods = load_goods()
    reader = reader if reader in GOODS_LANGUAGES else "en"
    codes = option.codes[:_NAMES]
    each = 2 if len(codes) == 1 else 1
    names: dict[str, None] = {}
    for code in codes:
        spoken = [
            names_[0]
            for concept in goods.concepts_of(code)
            if (names_ := goods.names(concept, reader) or goods.names(concept, "en"))
        ]
        spoken = spoken[:each] or [engine.nomenclature.titles[code]]
        # "Other ores" tells nothing to who reads it alone.
        names |= dict.fromkeys(name.removeprefix("other ") for name in spoken)
    return ", ".join(names) + (" …" if len(option.codes) > len(codes) else "")


def note(node: str, code: str, engine: Classifier, reader: str) -> str:
    """The words of the nomenclature for a node, from the heading down, in the reader's language where it has them."""
    nomenclature = engine.nomenclature
    column = f"path_{reader if reader in _NOTE_LANGUAGES else 'en'}"
    if len(node) == 2:
        return nomenclature.titles.get(node, "")
    steps = nomenclature.texts[column][nomenclature.position[code]].split(" > ")
    shown = steps[:1] if len(node) == 4 else steps[:2] if len(node) == 5 else steps
    return " > ".join(shown)


def _with_distinct_labels(options: list[Option]) -> list[Option]:
    """Two options of one name also say their code."""
    labels = [option.label for option in options]
    return [
        Option(option.id, f"{option.label} ({option.id})", option.note, option.codes)
        if labels.count(option.label) > 1
        else option
        for option in options
    ]
