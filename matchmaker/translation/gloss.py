"""A gloss: the names in a text in another language, word by word, without a network and without a model.

    render("Grãos de café verde, arábica, saca 60 kg", "pt", "zh")
    # Gloss(text='咖啡生豆 · 阿拉比卡 · 袋装 · 60 kg', known=1.0)

It is not a sentence. The name of the goods comes first, then words that describe them, then numbers with their units.
The goods are named only where the vocabulary has the word that the phrase is about: in "rice cooker" that is the
cooker. Words that are not known stay as they were written where they are few. Where the goods are not known, the gloss
is empty: nothing is better than a wrong name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from matchmaker.core.languages import is_rtl
from matchmaker.engines.language import (
    Span,
    Vocabulary,
    clean,
    is_readable,
    load_goods,
    load_shop_names,
    load_words,
    simplify,
    stop_words,
)

BETWEEN = " · "
SHORT = 5  # words of a name that is shown whole: what is not known is mostly a variety or a brand
MOSTLY_KNOWN = 0.6  # of the words: then the others stand between them as they were written, else they are left out
# The word that a phrase is about stands at its end ("rice cooker") or at its beginning ("cuiseur à riz").
HEAD_LAST = frozenset({"en", "de", "zh", "ja", "ko", "tr", "nl"})
WITHOUT_SPACES = frozenset({"zh", "ja", "th"})
# A phrase ends before these: what follows belongs to it ("tea with jasmine"), and is not what it is about.
ENDS_OF_PHRASE = {
    "en": ("with", "for", "from", "in", "of", "without", "by", "on", "at", "to"),
    "de": ("mit", "für", "aus", "in", "von", "ohne", "zum", "zur", "im"),
    "tr": ("için",),
}
# Small words that may be missing or differ inside a name: "juice of apples", "jus de pommes".
PARTICLES = frozenset({
    "of", "the", "and", "for", "in", "de", "du", "des", "à", "au", "aux", "en", "la", "le", "les", "l", "d",
    "del", "el", "los", "las", "al", "do", "da", "dos", "das", "em", "o", "a", "e", "di", "della", "dei",
    "degli", "delle", "dell", "all", "alla", "alle", "il", "un", "une", "und", "für",
})  # fmt: skip
# Endings by which two forms of one word may differ, for languages whose stems join different words (ail, ailes).
ENDINGS: dict[str, tuple[str, ...]] = {
    "en": ("s", "es"),
    "fr": ("s", "x"),
    "es": ("s", "es"),
    "pt": ("s", "es"),
    "it": ("a", "e", "i", "o"),
    "de": ("en", "n", "s", "e"),
}
# Words that may stand before the name of goods without being what the phrase is about: "frozen", "blue", not "oil".
ADJECTIVES = frozenset({"state", "quality", "colour", "size", "technical"})
_SEGMENT = re.compile(r"[,;:，；：、/()（）\[\]·•|\n–—]+|\.\s|。|\s-\s")
# "of" in languages that put it between the thing and what it is made of.
_OF = re.compile(r"\s+(?:de|du|des|del|da|do|dos|das|di|della|dei|of)\s|\s+(?:d|dell|all)['’]", re.IGNORECASE)
_LEFT_TO_RIGHT = re.compile(r"[0-9A-Za-z]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_HYPHENS = "-'’"
_FIGURE = re.compile(
    r"(?:[≤≥<>±~≈]\s*)?\d+(?:[.,]\d+)*(?:\s*[-–x×]\s*\d+(?:[.,]\d+)*)*\s*"
    r"(?:%|°\s?C|‰|(?:kg|g|mg|t|l|ml|cl|mm|cm|m|km|µm|kw|kwh|w|v|hz|mt|lb|oz|pcs|mah|bar|hp|gsm|pa|mpa)\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Gloss:
    """Words of a text in another language.

    Attributes:
        text: the words, parted by " · "; "" where the goods are not known.
        known: the share of the words of the text that were known, 0 to 1.
    """

    text: str
    known: float


EMPTY = Gloss("", 0.0)


@lru_cache(maxsize=1 << 14)
def render(text: str, source: str, target: str, hs_code: str = "") -> Gloss:
    """The gloss of a text.

    Args:
        source, target: ISO 639-1.
        hs_code: six digits, where they are known: they choose between goods of the same name.
    """
    text = clean(text)
    if source == target or not text:
        return EMPTY
    if source == "zh":
        text = simplify(text)
    phrases = [_phrase_for(part, source, target, hs_code) for part in _SEGMENT.split(text) if part.strip()]
    named = next((phrase for phrase in phrases if phrase.head), None)
    if named is None or not (phrases[0] is named or all(phrase.is_minor for phrase in phrases[: phrases.index(named)])):
        return EMPTY
    ordered = [named, *(phrase for phrase in phrases if phrase is not named)]
    known = round(sum(phrase.known for phrase in phrases) / max(sum(phrase.count for phrase in phrases), 1), 3)
    keeps_rest = known >= MOSTLY_KNOWN or sum(phrase.count for phrase in phrases) <= SHORT
    parts = dict.fromkeys(part for phrase in ordered for part in phrase.parts(with_rest=keeps_rest))
    return Gloss(BETWEEN.join(map(_isolate, parts) if is_rtl(target) else parts), known)


def _phrase_for(text: str, source: str, target: str, hs_code: str) -> "Phrase":
    """The phrase without a code where none could choose: it is the same in names of many goods ("organic", "5 kg")."""
    phrase = _phrase(text, source, target)
    return _phrase(text, source, target, hs_code) if hs_code and phrase.depends_on_code else phrase


@lru_cache(maxsize=1 << 13)
def _phrase(text: str, source: str, target: str, hs_code: str = "") -> "Phrase":
    return Phrase(text, source, target, hs_code)


def _isolate(part: str) -> str:
    """Figures and Latin words keep their order in a line from right to left: 10-25 kg, ≤3 mm."""
    return f"\u2068{part}\u2069" if _LEFT_TO_RIGHT.search(part) else part


def _alike(written: str, name: str, endings: tuple[str, ...]) -> bool:
    """Whether two writings differ only in endings and in small words."""
    one, other = (
        [word for word in re.split(r"[\W_]+", text.lower()) if word and word not in PARTICLES]
        for text in (written, name)
    )
    return len(one) == len(other) and all(_same_word(a, b, endings) for a, b in zip(one, other, strict=True))


@lru_cache(maxsize=1 << 14)
def _same_word(one: str, other: str, endings: tuple[str, ...]) -> bool:
    """Whether two words are forms of one: juice and juices, berry and berries."""
    return not _forms(one, endings).isdisjoint(_forms(other, endings))


def _forms(word: str, endings: tuple[str, ...]) -> set[str]:
    shorter = {word.removesuffix(ending) for ending in endings} - {""}
    return shorter | {word, re.sub("ies$", "y", word)}


def _is_inside(one: Span, other: Span) -> bool:
    """Whether a name is only a part of another one."""
    return other.start <= one.start and one.end <= other.end and (one.start, one.end) != (other.start, other.end)


Named = list[tuple[Span, str]]


class Phrase:
    """One part of a text between marks of punctuation. It is shared: nothing of it changes once it is made."""

    def __init__(self, text: str, source: str, target: str, hs_code: str = "") -> None:
        self.text, self.source, self.target, self.hs_code = clean(text), source, target, hs_code
        self.depends_on_code = False  # one of its words names goods of several subheadings
        self.goods = self._longest(self._translate(load_goods()), self._translate(load_shop_names()))
        self.figures = [match.span() for match in _FIGURE.finditer(self.text)]
        taken = [*((span.start, span.end) for span, _name in self.goods), *self.figures]
        self.words = self._beside(self._translate(load_words()), taken)
        if source == "ko":
            self._leave_out_parts_of_words()
        self.rest = list(self._rest())
        self.head = self._certain(self._head())
        self.known = len(self.goods) + len(self.words) + len(self.figures)
        self.count = self.known + len(self.rest)

    def _leave_out_parts_of_words(self) -> None:
        """A Korean name counts at the beginning of a word or right behind another name: 양초 in 태양초 is no candle."""
        ends = {span.end for span, _name in (*self.goods, *self.words)} | {end for _start, end in self.figures}

        def begins(span: Span) -> bool:
            return not span.start or span.start in ends or not self.text[span.start - 1].isalpha()

        self.goods = [one for one in self.goods if begins(one[0])]
        self.words = [one for one in self.words if begins(one[0])]

    @property
    def is_minor(self) -> bool:
        """Only words about goods and figures: "organic", "5 kg"."""
        return not self.rest and not self.goods

    def parts(self, with_rest: bool) -> Iterator[str]:
        """Its words in the target language: the goods, words that describe them, figures, and what is not known."""
        for _span, name in [*self._goods_of_head(), *self.words]:
            yield name
        figures = (self.text[start:end].strip() for start, end in self.figures)
        yield from (figure for figure in figures if with_rest or not figure.isdigit())
        if with_rest:
            yield from self._rest_in_runs()

    def _rest_in_runs(self) -> Iterator[str]:
        """Words that are not known, with those beside them: "Phka Rumduol".

        Not in letters that the reader does not know: the original stands beside the gloss.
        """
        runs: list[list[int]] = []
        for start, end in self.rest:
            if runs and not self.text[runs[-1][1] : start].strip():
                runs[-1][1] = end
            else:
                runs.append([start, end])
        words = (self.text[start:end] for start, end in runs)
        yield from (word for word in words if is_readable(word, self.target))

    def _goods_of_head(self) -> list[tuple[Span, str]]:
        """The goods the phrase is about, and those that say more about them: ginger beer, not a robot for magazines."""
        if self.head is None:
            return []
        start = self.head[0].start
        others = [one for one in self.goods if one != self.head]
        return [self.head, *(one for one in others if self.source not in HEAD_LAST or one[0].start < start)]

    def _translate(self, vocabulary: Vocabulary) -> list[tuple[Span, str]]:
        """Spans with one name in the target language; names that stand for different goods are left out."""
        names_by_span = []
        for span in vocabulary.find(self.text, self.source):
            written = self.text[span.start : span.end]
            concepts = [c for c in span.concepts if self._is_named(written, vocabulary.names(c, self.source))]
            name = self._name(vocabulary, concepts)
            if name:
                names_by_span.append((span, name))
        return names_by_span

    def _is_named(self, written: str, names: Iterable[str]) -> bool:
        """Whether what is written is one of the names, not only a word with the same stem."""
        endings = ENDINGS.get(self.source)
        return endings is None or any(_alike(written, name, endings) for name in names)

    def _name(self, vocabulary: Vocabulary, concepts: Iterable[str]) -> str:
        options = [concept for concept in concepts if vocabulary.is_translated(concept)]
        self.depends_on_code |= len({vocabulary.hs6(concept) for concept in options}) > 1
        same_code = [concept for concept in options if self.hs_code and vocabulary.hs6(concept) == self.hs_code]
        names = [vocabulary.names(concept, self.target) for concept in same_code or options]
        names = [name for name in names if name]
        if not names:
            return ""
        headings = {vocabulary.hs6(concept)[:4] for concept in same_code or options}
        shared = [name for name in names[0] if all(name in others for others in names)]
        if shared or len(headings) == 1:
            return (shared or names[0])[0]
        return ""

    def _longest(self, traded: Named, shop: Named) -> Named:
        """Names of both vocabularies. A shop name gives way to a name of goods, unless it says more: chicken wings."""
        more = [one for one in shop if any(_is_inside(span, one[0]) for span, _name in traded)]
        traded = self._beside(traded, [(span.start, span.end) for span, _name in more])
        taken = [(span.start, span.end) for span, _name in traded]
        return sorted([*traded, *self._beside(shop, taken)], key=lambda one: one[0].start)

    @staticmethod
    def _beside(words: list[tuple[Span, str]], taken: list[tuple[int, int]]) -> list[tuple[Span, str]]:
        """The words that stand neither inside the name of goods nor inside a figure with its unit."""
        return [
            (word, name)
            for word, name in words
            if not any(word.start < end and start < word.end for start, end in taken)
        ]

    def _certain(self, head: tuple[Span, str] | None) -> tuple[Span, str] | None:
        """Not a single common word beside words that are not known: a party horn is no horn."""
        if head and self.source not in WITHOUT_SPACES:
            one_word = len(_WORD.findall(self.text[head[0].start : head[0].end])) == 1
            unknown = [self.text[start:end] for start, end in self.rest]
            if one_word and any(word.isalpha() and len(word) > 2 for word in unknown):
                return None
        return head

    def _head(self) -> tuple[Span, str] | None:
        """The goods the phrase is about, if the vocabulary knows them."""
        if self.source in WITHOUT_SPACES or self.source == "ko":
            return self._head_by_characters()
        tokens = [match.span() for match in _WORD.finditer(self.text) if not self._is_minor(match.span())]
        if not tokens:
            return None
        if self.source in HEAD_LAST:
            tokens = tokens[: self._length(tokens)]
            return self._covering(*tokens[-1]) if tokens else None
        first = next((token for token in tokens if not self._is_form_of(token)), tokens[0])
        return self._covering(*first)

    def _is_form_of(self, place: tuple[int, int]) -> bool:
        """In "filets de cabillaud" the phrase is about cod."""
        start, end = place
        forms = [s for s, _name in self.words if s.start <= start and end <= s.end and self._kind(s) == "form"]
        return bool(forms) and bool(_OF.match(self.text, forms[0].end))

    @staticmethod
    def _kind(span: Span) -> str:
        return load_words().kind(span.concepts[0])

    def _length(self, tokens: list[tuple[int, int]]) -> int:
        ends = ENDS_OF_PHRASE.get(self.source, ())
        words = [self.text[start:end].lower() for start, end in tokens]
        return next((place for place, word in enumerate(words) if word in ends and place), len(words))

    def _head_by_characters(self) -> tuple[Span, str] | None:
        """For scripts without spaces: the goods at the end of the phrase, in Thai at its beginning."""
        known = sorted([*((s.start, s.end) for s, _name in self.words), *self.figures])
        for span, name in self.goods if self.source == "th" else reversed(self.goods):
            before = self.text[: span.start] if self.source == "th" else self.text[span.end :]
            offset = 0 if self.source == "th" else span.end
            left = "".join(
                char
                for place, char in enumerate(before, offset)
                if char.isalnum() and not any(start <= place < end for start, end in known)
            )
            return (span, name) if not left else None
        return None

    def _covering(self, start: int, end: int) -> tuple[Span, str] | None:
        return next(((span, name) for span, name in self.goods if span.start <= start and end <= span.end), None)

    def _is_adjective(self, span: Span) -> bool:
        return self._kind(span) in ADJECTIVES and not _OF.match(self.text, span.end)

    def _is_minor(self, place: tuple[int, int]) -> bool:
        """A word about goods, a figure with its unit, or a function word that begins nothing."""
        start, end = place
        inside = any(span.start <= start and end <= span.end and self._is_adjective(span) for span, _name in self.words)
        figure = any(first <= start and end <= last for first, last in self.figures)
        word = self.text[start:end].lower()
        function = word in stop_words(self.source) and word not in ENDS_OF_PHRASE.get(self.source, ())
        return inside or figure or function

    def _rest(self) -> Iterator[tuple[int, int]]:
        """Words that are not known, as they stand in the text."""
        taken = [(span.start, span.end) for span, _name in (*self.goods, *self.words)] + self.figures
        ignored = stop_words(self.source)
        for match in _WORD.finditer(self.text):
            start, end = match.span()
            for low, high in sorted(taken):
                if low < end and start < high:
                    if start < low:
                        yield from self._without_hyphens(start, low)
                    start = max(start, high)
            if start < end and match.group().lower() not in ignored:
                yield from self._without_hyphens(start, end)

    def _without_hyphens(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """What is left of "milk-tea" beside tea is "milk", and of "tea-milk-tea" the same."""
        while start < end and self.text[start] in _HYPHENS:
            start += 1
        while start < end and self.text[end - 1] in _HYPHENS:
            end -= 1
        if start < end:
            yield start, end
