"""A text in several languages as a value, and what may stand in one."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from matchmaker.core import languages, reference
from matchmaker.core.lists import join_label
from matchmaker.core.rendered import Rendered
from matchmaker.core.text import validate_one_line, validate_text


class Texts(dict):
    """Language code → text. As a string it is the text for the reader; without a text it is false.

    Codes are written as the site writes them (zh becomes zh-hans), and empty texts are left out.
    """

    def __init__(self, texts: Mapping[str, str] | Iterable[tuple[str, str]] = ()):
        pairs = ((languages.site_code(str(code)), text) for code, text in dict(texts).items())
        super().__init__((code, text) for code, text in pairs if not isinstance(text, str) or text.strip())

    @classmethod
    def stored(cls, texts: Mapping[str, str]) -> "Texts":
        """Texts as the database holds them: written by this class, so nothing is left to put right."""
        read = cls()
        read.update(texts)
        return read

    def __str__(self) -> str:
        return self.text()

    def text(self, code: str | None = None) -> str:
        """The text in a language or the active one, else what stands in for it; '' where there is none."""
        return Rendered(self.get(self.language(code), ""))

    def language(self, code: str | None = None) -> str:
        """The code of the language that `text` returns; '' where there is no text."""
        wanted = code or languages.current()
        return wanted if wanted in self else _stand_in(wanted, tuple(self))

    def has(self, code: str) -> bool:
        """Whether there is a text in the language itself."""
        return languages.site_code(code) in self


@lru_cache(maxsize=4096)  # a list of categories asks the same of each of its rows
def _stand_in(wanted: str, there: tuple[str, ...]) -> str:
    wanted = languages.site_code(wanted)
    base = languages.base_of(wanted)
    same = (code for code in sorted(there) if languages.base_of(code) == base)
    order = (wanted, *same, languages.ENGLISH, *(one.code for one in languages.site_languages()), *sorted(there))
    return next((code for code in order if code in there), "")


def read_texts(value: Any) -> Texts:
    """Texts from what a form, the API or a file gives.

    Raises:
        ValidationError: where it is no object of language codes and texts.
    """
    if value is None or value == "":
        return Texts()
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise ValidationError(_('Write texts by language, such as {"en": "Rice", "fr": "Riz"}.'), "texts")
    return Texts({code: text.strip() for code, text in value.items()})


def texts_of(row: Mapping[str, str], name: str) -> Texts:
    """The texts of a row of a file with a column a language: `name_en`, `name_zh`, `name_fr` …"""
    columns = {column.removeprefix(f"{name}_"): text for column, text in row.items() if column.startswith(f"{name}_")}
    return Texts({code: text for code, text in columns.items() if is_language(code)})


def is_language(code: str) -> bool:
    """A language of the site or one of ISO 639-1."""
    return languages.find(code) is not None or code in reference.languages()


def validate_texts(
    texts: Mapping[str, str],
    *,
    max_length: int | None = None,
    multiline: bool = False,
    required_languages: Iterable[str] = (),
) -> None:
    """Check every text as a text field does.

    Raises:
        ValidationError: a sentence for each text that cannot stay, with the name of its language.
    """
    problems = [ValidationError(_missing(code), "required") for code in required_languages if not texts.get(code)]
    for code, text in texts.items():
        if not is_language(code):
            problem = _("“%(code)s” is not the code of a language; write one of ISO 639-1, such as en.")
            problems.append(ValidationError(problem, "language", {"code": code}))
            continue
        if sentences := _problems_of(text, max_length, multiline):
            problems += [ValidationError(join_label(languages.own_name(code), one), "text") for one in sentences]
    if problems:
        raise ValidationError(problems)


def _missing(code: str) -> str:
    return _("Write it in this language, too: %(language)s.") % {"language": languages.own_name(code)}


def _problems_of(text: str, max_length: int | None, multiline: bool) -> list[str]:
    problems = []
    if max_length and len(text) > max_length:
        sentence = _("At most %(limit)d characters; there are %(count)d.")
        problems.append(sentence % {"limit": max_length, "count": len(text)})
    try:
        (validate_text if multiline else validate_one_line)(text)
    except ValidationError as error:
        problems += error.messages
    return problems
