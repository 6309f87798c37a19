"""Text as people type it, made ready for search, for comparison and for the encoder.

Plain Python: str in, str or list out. Nothing here raises on odd input: NUL, lone surrogates, half-width
forms and ten kinds of space are what buyers paste from spreadsheets every day.
"""

import re
import threading
import unicodedata
from functools import cache, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import Stemmer

from matchmaker.engines.language.mapped_arrays import Arrays, mapped_arrays
from matchmaker.engines.language.stop_words import stop_words
from matchmaker.engines.language.syllables import syllables

if TYPE_CHECKING:
    from opencc import OpenCC
    from py3langid.langid import LanguageIdentifier

# Page languages and the languages products of the campaign are described in. ISO 639-1.
LANGUAGES = ("en", "zh", "fr", "es", "pt", "ru", "ar", "de", "it", "nl", "pl", "tr", "th", "vi", "ja", "ko")

_STEMMERS = {
    "en": "english",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
    "ru": "russian",
    "ar": "arabic",
    "de": "german",
    "it": "italian",
    "nl": "dutch",
    "pl": "polish",
    "tr": "turkish",
}
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30ff\u31f0-\u31ff"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
_THAI = "\u0e00-\u0e7f"
_ARABIC = "\u0600-\u06ff\u0750-\u077f"
_CYRILLIC = "\u0400-\u04ff"
_RUNS = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<kana>[{_KANA}]+)|(?P<hangul>[{_HANGUL}]+)|(?P<thai>[{_THAI}]+)"
    rf"|(?P<other>[^\W_{_HAN}{_KANA}{_HANGUL}{_THAI}]+(?:['’][^\W\d_{_HAN}{_KANA}{_HANGUL}{_THAI}]+)*)"
)
_PLAIN_RUNS = re.compile("[a-z0-9]+(?:'[a-z]+)*")  # what _RUNS finds in lower-case ASCII
_SURFACE = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_GRAM_SIZES = {"kana": 2, "hangul": 2, "thai": 3}  # characters of a word, in scripts that write without spaces
_HAS_HAN = re.compile(f"[{_HAN}]")
_HAS_KANA = re.compile(f"[{_KANA}]")
_MEANS_NOTHING = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u200b\u2060\ufeff\ufffe\uffff"
_NOT_TYPED = re.compile(f"[{_MEANS_NOTHING}]")
# Also the marks of Arabic vowels and the stretched line, which are written or left out at will: مجمّد is مجمد.
_UNWANTED = re.compile(f"[{_MEANS_NOTHING}\u0640\u064b-\u0652\u0670]")
_SPACE = re.compile(r"\s+")
# The vowel am of Thai and Lao, which NFKC takes apart. A tone mark may stand before its first half, or between the two.
_AM_IN_PARTS = (
    (re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32"), "\\1\u0e33"),
    (re.compile("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2"), "\\1\u0eb3"),
)
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_POLISH = re.compile("[ąęłńśźżĄĘŁŃŚŹŻ]")
# Scripts whose language is plain to see; the ones below the line are not ours but must not pass for English.
_SCRIPTS = (
    ("th", _THAI),
    ("ko", _HANGUL),
    ("ar", _ARABIC),
    ("ru", _CYRILLIC),
    ("el", "\u0370-\u03ff"),
    ("he", "\u0590-\u05ff"),
    ("hi", "\u0900-\u097f"),
    ("bn", "\u0980-\u09ff"),
    ("ta", "\u0b80-\u0bff"),
    ("lo", "\u0e80-\u0eff"),
    ("my", "\u1000-\u109f"),
    ("ka", "\u10a0-\u10ff"),
    ("am", "\u1200-\u137f"),
    ("km", "\u1780-\u17ff"),
)
_SCRIPT_RUNS = tuple((code, re.compile(f"[{span}]")) for code, span in _SCRIPTS)
# Letters that are read only by readers of certain languages. Greek ones stand in measures and are read by all.
_LETTERS = (
    *((frozenset({code}), re.compile(f"[{span}]")) for code, span in _SCRIPTS if code != "el"),
    (frozenset({"zh", "ja"}), re.compile(f"[{_HAN}]")),
    (frozenset({"ja"}), re.compile(f"[{_KANA}]")),
)
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LATIN_LANGUAGES = ("en", "fr", "es", "pt", "de", "it", "nl", "pl", "tr", "vi")
# Log-odds by which another Latin-script language must beat English, because trade English is terse and full
# of names; measured on the development texts of data/eval-dev.
_ENGLISH_MARGIN = 6.0
_local = threading.local()


def is_readable(text: str, language: str) -> bool:
    """Whether readers of a language know the letters of a text. Everybody knows Latin ones."""
    return text.isascii() or not any(language not in codes and letters.search(text) for codes, letters in _LETTERS)


def clean(text: str) -> str:
    """The same text in NFKC with single spaces, without NUL, control characters, lone surrogates and Arabic vowels.

    It is for comparing and reading; what is shown to people keeps the characters they typed. The Thai and Lao vowel am
    stays one character, although NFKC takes it apart: in two parts it is a misspelling. Lone surrogates cannot be
    encoded as UTF-8, NUL cannot be stored by PostgreSQL: neither means anything.
    """
    if text.isascii() and text.isprintable():  # nothing of that can be in it: four times as fast
        return " ".join(text.split())
    return _SPACE.sub(" ", compose_am(unicodedata.normalize("NFKC", _UNWANTED.sub("", text)))).strip()


def tidy(text: str) -> str:
    """The text as it was typed, with single spaces and without characters that mean nothing; for showing."""
    return compose_am(" ".join(_NOT_TYPED.sub("", text).split()))


def compose_am(text: str) -> str:
    """The text with each Thai or Lao vowel am as the one character that people type, not as its two parts."""
    if "\u0e4d" in text or "\u0ecd" in text:
        for parts, whole in _AM_IN_PARTS:
            text = parts.sub(whole, text)
    return text


@cache
def _t2s() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")


def simplify(text: str) -> str:
    """Traditional Chinese characters to simplified ones; a text with kana is Japanese and stays as it is."""
    if not _HAS_HAN.search(text) or _HAS_KANA.search(text):
        return text
    return _t2s().convert(text)


def _stemmer(lang: str) -> Stemmer.Stemmer | None:
    """A Snowball stemmer of this thread (they keep state and are not safe to share)."""
    stemmers = _local.__dict__.setdefault("stemmers", {})
    if lang not in stemmers:
        stemmers[lang] = Stemmer.Stemmer(_STEMMERS[lang]) if lang in _STEMMERS else None
    return stemmers[lang]


def _grams(run: str, size: int) -> list[str]:
    return [run] if len(run) <= size else [run[i : i + size] for i in range(len(run) - size + 1)]


def words(text: str, lang: str | None = None, *, stop: bool = False) -> list[str]:
    """The searchable words of a text, in order and with repetitions.

    Chinese is simplified and cut by rjieba in search mode (long words and the words inside them); Japanese kanji
    and kana, Korean and Thai, which do not part words by spaces, become overlapping pairs (Thai: triples) of
    characters; every other script becomes lower-case Snowball stems of `lang` (detected when None).
    With `stop=True` the function words of that language are left out.
    """
    plain = lang is not None and text.isascii() and text.isprintable()
    if not plain:
        text = clean(text)
    lang = detect(text) if lang is None else lang
    # The stemmer follows the language only where its script agrees: "LED 灯" is a Chinese text with an English word.
    stemmer = _stemmer(lang if lang in _STEMMERS else "en") if lang != "vi" else None
    ignored = stop_words(lang) if stop else frozenset()
    if plain:
        return _plain_words(text.lower(), stemmer, ignored)
    if lang != "ja":
        text = simplify(text)
    tokens: list[str] = []
    for match in _RUNS.finditer(text.lower()):
        run, kind = match.group(), str(match.lastgroup)
        if kind in _GRAM_SIZES or (kind == "han" and lang == "ja"):
            tokens += _grams(run, _GRAM_SIZES.get(kind, 2))
        elif kind == "han":
            import rjieba

            tokens += [word for word in rjieba.cut_for_search(run) if word not in ignored]
        elif run not in ignored:
            tokens += _stems(run, stemmer)
    return tokens


def _stems(run: str, stemmer: Stemmer.Stemmer | None) -> list[str]:
    """The stems of one run of letters and digits; it is cut at apostrophes, and single letters are left out."""
    parts = [part for part in re.split("['’]", run) if len(part) > 1 or part.isdigit() or run == part]
    return [stemmer.stemWord(part) if stemmer and part.isalpha() else part for part in parts]


def _plain_words(text: str, stemmer: Stemmer.Stemmer | None, ignored: frozenset[str]) -> list[str]:
    """The words of printable ASCII text, as `words` finds them; two to three times faster."""
    runs = [run for run in _PLAIN_RUNS.findall(text) if run not in ignored]
    if "'" in text:
        runs = [part for run in runs for part in run.split("'") if len(part) > 1 or part.isdigit() or run == part]
    if stemmer is None:
        return runs
    return [stem if run.isalpha() else run for run, stem in zip(runs, stemmer.stemWords(runs), strict=True)]


def surface_forms(text: str, lang: str) -> dict[str, str]:
    """Searchable word → the way it stands in the text: 'rais' → 'raisins'. Stems are not for people."""
    surfaces: dict[str, str] = {}
    for surface in _SURFACE.findall(text):
        read = words(surface, lang or None)
        for word in read:
            surfaces.setdefault(word, surface if len(read) == 1 else word)
    return surfaces


@cache
def _identifier() -> "LanguageIdentifier":
    """The model of the library for our languages, mapped: unpacked it takes seventy megabytes."""
    from py3langid.langid import LanguageIdentifier

    arrays = mapped_arrays(f"py3langid-{version('py3langid')}-{'-'.join(_LATIN_LANGUAGES)}", _language_model)
    return LanguageIdentifier(
        arrays["features"],
        arrays["classes"],
        arrays["languages"].tolist(),
        memoryview(arrays["next_state"]),
        memoryview(arrays["output"]),
        tk_row=memoryview(arrays["rows"]),
    )


def _language_model() -> Arrays:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    model.set_languages(list(_LATIN_LANGUAGES))
    return {
        "features": model.nb_ptc,
        "classes": model.nb_pc,
        "languages": np.array(model.nb_classes),
        "next_state": np.asarray(model.tk_nextmove),
        "output": np.asarray(model.tk_output, np.int32),
        "rows": np.asarray(model.tk_row),
    }


@lru_cache(maxsize=8192)
def detect(text: str) -> str:
    """The language of a text as ISO 639-1, 'zh' for Chinese in either script, 'en' where nothing speaks against it.

    Scripts decide first. Among languages in Latin letters py3langid chooses from ours only, and English is
    preferred when the others are not clearly better.
    """
    text = clean(text)[:2000]
    if _HAS_KANA.search(text):
        return "ja"
    letters = len(_LATIN.findall(text))
    han = len(_HAS_HAN.findall(text))
    counts = [(len(pattern.findall(text)), code) for code, pattern in _SCRIPT_RUNS]
    best, code = max(counts)
    if han and 2 * han >= best and 4 * han >= letters:
        return "zh"
    if best and 3 * best >= letters:
        return code
    if not letters:
        return "zh" if han else "en"
    if len(_VIETNAMESE.findall(text)) * 12 >= letters:
        return "vi"
    scores = dict(_identifier().rank(text))
    if not _POLISH.search(text):
        scores.pop("pl", None)
    winner = max(scores, key=scores.__getitem__)
    if winner != "en" and text.isascii() and scores[winner] - scores["en"] < _ENGLISH_MARGIN:
        return "en"
    return winner


SHORT = 40  # characters


def detect_typed(text: str) -> str:
    """As `detect`, for a text a person has just typed; a few plain Latin words are too little to judge: English."""
    plain = clean(text)
    return "en" if plain.isascii() and len(plain) < SHORT else detect(plain)


def pinyin(text: str) -> str:
    """Chinese words as Latin syllables without tones, one space between them; other scripts pass unchanged."""
    return clean(" ".join(syllables(simplify(clean(text)))))


def has_han(text: str) -> bool:
    """Whether Chinese characters stand in the text and no kana does, which would make it Japanese."""
    return bool(_HAS_HAN.search(text)) and not _HAS_KANA.search(text)


# Chinese places whose name abroad is not their pinyin, as on maps and bills of lading.
PLACE_NAMES = {
    "乌鲁木齐": "Urumqi", "呼和浩特": "Hohhot", "哈尔滨": "Harbin", "齐齐哈尔": "Qiqihar", "拉萨": "Lhasa",
    "喀什": "Kashgar", "和田": "Hotan", "阿克苏": "Aksu", "吐鲁番": "Turpan", "克拉玛依": "Karamay",
    "霍尔果斯": "Khorgos", "二连浩特": "Erenhot", "满洲里": "Manzhouli", "鄂尔多斯": "Ordos", "包头": "Baotou",
    "日喀则": "Shigatse", "香港": "Hong Kong", "澳门": "Macao", "台北": "Taipei", "高雄": "Kaohsiung",
}  # fmt: skip


def latin_place(name: str) -> str:
    """A Chinese place for readers of Latin letters: its usual name abroad, else pinyin as one word ("Xi'an").

    Other scripts pass unchanged; 市 at the end (city) is left out.
    """
    place = simplify(clean(name))
    if not any("\u4e00" <= char <= "\u9fff" for char in place):
        return name
    place = place.removesuffix("市") or place
    if place in PLACE_NAMES:
        return PLACE_NAMES[place]
    spelt = ""
    for syllable in syllables(place):
        # GB/T 16159: an apostrophe before a syllable that begins with a vowel.
        spelt += f"'{syllable}" if spelt and syllable[0] in "aeo" else syllable
    return spelt.capitalize()
