"""Countries of origin that a buyer's words ask for: 泰国茉莉香米, "olive oil from Spain or Italy", "Chilean red wine".

A country is read only where the words around it say that the goods come from there. It is left out where it is part of
the name of goods (Brazil nuts, 意大利面), says something else of them (日本标准, French oak), is refused, or is
only preferred: a condition that nobody set costs a buyer a good offer.
`data/trade/origin_words.csv` lists the words, names of countries are those of `reference.countries`.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from matchmaker.core import reference
from matchmaker.engines.language import clean, detect, detect_typed, load_goods, simplify

# Scripts without blanks between words, and languages that put a country behind the goods without a word between.
_UNSPACED = frozenset(("zh", "ja", "th"))
_COUNTRY_FOLLOWS = frozenset(("vi", "id", "th"))
_LEADS = frozenset(("zh", "en", "ko"))  # … and those where it stands before them
_HAS_MARKS = frozenset(("vi", "th"))  # marks tell words apart: Áo is Austria
_CLAUSE = re.compile(r"[，,;；。\n•·|()（）]+")
# Possessive, because it stands inside another pattern: a long row of digits must not be tried in every way.
_AMOUNT = r"\W*+(?:\d[\d.,]*+\s*+(?:[吨斤箱瓶台柜件套只盒桶袋]|公斤|千克|个柜|(?:kg|tons?|mt|t)\b)?+[\s.、)）]*+)*+的?"
_JOINTS = (
    r"(?:\s*[,/、+&，]\s*|\s+(?:and|or|et|ou|y|e|o|u|und|oder|и|или|و|أو|او|ve|veya|dan|atau|và|hoặc)\s+"
    r"|\s*(?:或者|或|和|及|与|และ|หรือ|または|や|와|과|또는)\s*)"
)
_ARTICLE = r"(?:(?:the|la|le|les|l|el|los|las|der|die|den|de|a|o)\s+)?"
_ABBREVIATION = 3  # letters: "from the US", but US No. 1
_NEAR = 3  # words before a country in which a refusal is looked for
NOWHERE = frozenset(("CN",))  # what is imported into China does not come from there


def origins_in(text: str, language: str = "") -> list[str]:
    """ISO 3166-1 alpha-2 codes of the origins that a demand line asks for, sorted; [] where it asks for none.

    `language` is the one the text is said to be in; what its letters show counts more.
    """
    text = simplify(clean(text))
    codes: set[str] = set()
    for code in dict.fromkeys((detect_typed(text), detect(text), language.split("-")[0] or "en", "en")):
        words = _words_of(code)
        codes |= words.read(_without_goods(text, words))
    return sorted(codes - NOWHERE)


def _without_goods(text: str, words: "_Words") -> str:
    """The text without names of goods that hold the name of a country and say nothing of the origin."""
    for span in reversed(load_goods().find(text, words.language)):
        name = words.fold(text[span.start : span.end])
        if name in words.origin_names or not (match := words.country_or_adjective.search(name)):
            continue
        if match.end() - match.start() < len(name):
            text = f"{text[: span.start]} \x00 {text[span.end :]}"
    return _pattern(words.language, "goods").sub(" \x00 ", text)


@dataclass(frozen=True)
class _Words:
    """The words of one language, folded, and what is looked for with them."""

    language: str
    codes: dict[str, str]  # name of a country → code
    adjectives: dict[str, str]  # beginning or whole word → code
    kinds: dict[str, tuple[str, ...]]
    origin_names: dict[str, str]

    def fold(self, text: str) -> str:
        text = text.casefold().replace("’", " ").replace("'", " ")
        if self.language in _HAS_MARKS:
            return unicodedata.normalize("NFC", text)
        marked = unicodedata.normalize("NFKD", text)
        return unicodedata.normalize("NFC", "".join(letter for letter in marked if not unicodedata.combining(letter)))

    @property
    def country_or_adjective(self) -> re.Pattern[str]:
        return _pattern(self.language, "name")

    def read(self, text: str) -> set[str]:
        whole = self.fold(text)
        if _pattern(self.language, "wish").search(whole):
            return set()
        codes = {self.origin_names[name] for name in self.origin_names if name in whole}
        for pattern in ("before", "after"):
            for match in _pattern(self.language, pattern).finditer(whole):
                if not self._is_refused(whole[: match.start()]):
                    codes |= self._codes_in(match["chain"])
        clauses = [part for part in _CLAUSE.split(whole) if part.strip()]
        for clause in clauses:
            codes |= self._alone(clause)
        of_goods = self._of_the_goods(clauses[0]) if clauses else set()
        mentioned = {code for code in self._codes_in(whole) if code not in NOWHERE}
        # A second country that is not understood may be an alternative: then the first is no condition.
        return codes | (of_goods if mentioned <= codes | of_goods else set())

    def _codes_in(self, chain: str) -> set[str]:
        return {self.codes[match[0]] for match in _pattern(self.language, "country").finditer(chain)}

    def _alone(self, clause: str) -> set[str]:
        """A clause, or in scripts without blanks a part between blanks, that is nothing but countries."""
        parts = clause.split() if self.language in _UNSPACED else [clause]
        codes: set[str] = set()
        for part in map(str.strip, parts):
            if match := _pattern(self.language, "alone").fullmatch(part):
                codes |= self._codes_in(match["chain"])
            elif self.adjectives and _pattern(self.language, "adjectives").fullmatch(part):
                words = _pattern(self.language, "adjective").findall(part)
                codes |= {self._code_of_adjective(word) for word in words}
        return codes

    def _of_the_goods(self, clause: str) -> set[str]:
        """A country that stands before or behind the goods in the first clause, or an adjective of it."""
        clause = re.sub(rf"^{_AMOUNT}", "", clause)
        codes: set[str] = set()
        if self.language in _LEADS and (match := _pattern(self.language, "leading").match(clause)):
            codes |= self._codes_in(match["chain"])
        if self.language == "en" and (match := _pattern("en", "trailing").fullmatch(clause)):
            before = clause[: match.start("chain")].split()
            is_apart = set(before) & set(self.kinds["apart"]) or self._is_refused(" ".join(before))
            codes |= set() if is_apart else self._codes_in(match["chain"])
        if self.language in _COUNTRY_FOLLOWS:
            for match in _pattern(self.language, "country").finditer(clause):
                if self.is_plain(match[0]) and not self._is_refused(clause[: match.start()]):
                    codes.add(self.codes[match[0]])
        if self.adjectives:
            codes |= self._by_adjective(clause)
        return codes

    def _by_adjective(self, clause: str) -> set[str]:
        codes: set[str] = set()
        for match in _pattern(self.language, "adjective").finditer(clause):
            before, rest = clause[: match.start()].split(), clause[match.end() :].split()
            about_else = bool(rest) and rest[0].strip("-.:") in self.kinds["other_use"]
            apart = set(before) & set(self.kinds["apart"])
            if not apart and not about_else and rest + before and not self._is_refused(clause[: match.start()]):
                codes.add(self._code_of_adjective(match[0]))
        return codes

    def _code_of_adjective(self, word: str) -> str:
        return next(code for stem, code in self.adjectives.items() if re.fullmatch(_stem(stem), word))

    def is_plain(self, name: str) -> bool:
        """Whether a name means nothing else, so that it may stand without a word that says origin."""
        return name not in self.kinds["ambiguous"] and not (name.isascii() and len(name) <= _ABBREVIATION)

    def _is_refused(self, before: str) -> bool:
        """Whether a word right before says that it is not, or where goods go."""
        if self.language in _UNSPACED:
            return any(before.rstrip().endswith(word) for word in self.kinds["not_from"])
        near = " ".join(before.split()[-_NEAR:])
        return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", near) for word in self.kinds["not_from"])


@cache
def _words_of(language: str) -> _Words:
    blank = _Words(language, {}, {}, {}, {})
    kinds: dict[str, list[str]] = defaultdict(list)
    codes, adjectives, origin_names = {}, {}, {}
    for code, row in reference.countries().items():
        for name in (reference.name_in(row, language), reference.name_in_cldr(row, language)):
            codes[blank.fold(name)] = code
            if language == "ru":
                codes[_genitive(blank.fold(name))] = code
    for name, code in reference.spellings("countries").items():
        codes.setdefault(blank.fold(name), code)
    for row in reference.read_csv("trade/origin_words.csv"):
        if row["language"] != language:
            continue
        for word in map(str.strip, row["words"].split(";")):
            named = {"name": codes, "adjective": adjectives, "origin_name": origin_names}.get(row["kind"])
            if named is None:
                kinds[row["kind"]].append(blank.fold(word))
            else:
                named[blank.fold(word)] = row["country"]
    codes.pop("", None)
    return _Words(
        language, codes, adjectives, defaultdict(tuple, {k: tuple(v) for k, v in kinds.items()}), origin_names
    )


@cache
def _pattern(language: str, kind: str) -> re.Pattern[str]:
    words = _words_of(language)
    edge = "" if language in _UNSPACED else r"(?<!\w)"
    end = "" if language in _UNSPACED or language == "ko" else r"(?!\w)"
    country = f"{edge}(?:{_any(words.codes)}){end}"
    chain = rf"(?P<chain>{_ARTICLE}{country}(?:{_JOINTS}{_ARTICLE}{country})*)"
    adjective = rf"{edge}(?:{'|'.join(map(_stem, words.adjectives)) or chr(1)}){end}"
    plain = f"{edge}(?:{_any(name for name in words.codes if words.is_plain(name))}){end}"
    leading_chain = rf"(?P<chain>{plain}(?:{_JOINTS}{plain})*)"
    made = {
        "country": country,
        "name": f"{country}|{adjective}",
        "adjective": adjective,
        "wish": f"{edge}(?:{_any(words.kinds['wish'])})",
        "before": rf"{edge}(?:{_any(words.kinds['before'])})\s*[:：-]?\s*{_gap(language)}{chain}{_not(words)}",
        "after": rf"{chain}[\s'-]?(?:{_any(words.kinds['after'])}){end}",
        "adjectives": rf"{adjective}(?:{_JOINTS}{adjective})*(?:\s(?:{_any(words.kinds['after'])}))?",
        "goods": f"{edge}(?:{_any(words.kinds['goods'])}){end}",
        "alone": rf"{leading_chain}\s*(?:{_any(words.kinds['after'])}|均可|都可以|都可|都行|皆可|only)?",
        "trailing": rf".*\w\s+{leading_chain}\s*",
        "leading": rf"(?:(?:{_any(words.kinds['leading'])})[\s:：]*)*"
        rf"{_AMOUNT}{leading_chain}{_not(words)}",
    }
    return re.compile(made[kind], re.IGNORECASE)


def _genitive(name: str) -> str:
    """из Чили, из Таиланда, из Эфиопии: of a Russian name of one word without its marks."""
    ends = {"а": "ы", "я": "и", "и": "и" if name.endswith(("ли", "ти")) else "я", "ь": "я"}
    if " " in name or not name or name[-1] in "оеуэ":
        return name
    return name[:-1] + ends[name[-1]] if name[-1] in ends else f"{name}а"


def _gap(language: str) -> str:
    """A word that says origin ends before the country begins, in languages with blanks."""
    return "" if language in _UNSPACED else r"(?<!\w)"


def _not(words: _Words) -> str:
    others = words.kinds["other_use"]
    return rf"(?!\s*(?:{_any(others)}){'' if words.language in _UNSPACED else r'(?!\w)'})" if others else ""


def _any(words) -> str:  # type: ignore[no-untyped-def]
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "\x01"


def _stem(word: str) -> str:
    return re.escape(word.removesuffix("*")) + (r"\w{0,4}" if word.endswith("*") else "")
