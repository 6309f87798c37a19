"""A gloss: the names in a text in another language, word by word, without a network and without a model.

    render("Haferflocken glutenfrei 0,5 kg", "de", "zh")
    # Gloss(text='燕麦片 · 无麸质 · 0.5 kg', known=1.0)

It is not a sentence but a title: the name of the goods, then at most two parts that say more of them. The goods are
named only where the vocabulary has the word that the phrase is about: in "rice cooker" that is the cooker. A part is
shown only where it can be shown whole: a word about the goods right beside their name, or a clause of which every word
is known; a figure with its sign, unit and word, read and compared as a value. Of a clause with a negation only a word
that holds the negation ("sugar-free") is shown. All else is left out: the original stands beside the gloss.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matchmaker.core.languages import is_rtl
from matchmaker.engines.language import (
    Negation,
    Span,
    Vocabulary,
    clean,
    is_negated,
    load_goods,
    load_shop_names,
    load_words,
    negations,
    read_all,
    simplify,
    stop_words,
)
from matchmaker.translation.quantity_text import quantity_text

BETWEEN = " · "
MOST_PARTS = 3
SHORT_SYLLABLES = 2
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
# Words that say something of the goods by themselves; others ("long", "double", "for export") need more than a word.
TELLING = frozenset({"state", "quality", "material", "colour", "packaging", "form", "technical"})
# Chapters of the customs tariff whose goods are near: a name of another group is another sense of the word.
GROUPS = (24, 27, 40, 43, 49, 67, 71, 83, 92, 97)
# Words that may stand before the name of goods without being what the phrase is about: "frozen", "blue", not "oil".
ADJECTIVES = frozenset({"state", "quality", "colour", "size", "technical"})
_SEGMENT = re.compile(r"[,;:，；：、/()（）\[\]·•|\n–—]+|\.\s|。|\s-\s")
_SPACE = re.compile(r"\s+")
# "of" in languages that put it between the thing and what it is made of.
_OF = re.compile(r"\s+(?:de|du|des|del|da|do|dos|das|di|della|dei|of)\s|\s+(?:d|dell|all)['’]", re.IGNORECASE)
_LEFT_TO_RIGHT = re.compile(r"[0-9A-Za-z]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Gloss:
    """Words of a text in another language.

    Attributes:
        text: the goods and at most two more parts, parted by " · "; "" where the goods are not known.
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
    code = hs_code if hs_code.isascii() and hs_code.isdigit() else ""  # a form may hold whatever was typed
    phrases = [_phrase_for(part, source, target, code) for part in _clauses(text, source)]
    named = _naming_phrase(phrases)
    if named is None:
        return EMPTY
    others = [part for phrase in phrases if phrase is not named for part in phrase.parts()]
    goods, *more = dict.fromkeys([*named.parts(is_title=True), *others])
    parts = [goods, *(part for part in more if part.casefold() not in goods.casefold())][:MOST_PARTS]
    known = round(sum(phrase.known for phrase in phrases) / max(sum(phrase.count for phrase in phrases), 1), 3)
    return Gloss(BETWEEN.join(map(_isolate, parts) if is_rtl(target) else parts), known)


def _naming_phrase(phrases: Sequence["Phrase"]) -> "Phrase | None":
    """The phrase that names the goods; None where none does, or where something stands before it that may not."""
    named = next((phrase for phrase in phrases if phrase.head), None)
    if named is None:
        return None
    before = phrases[: phrases.index(named)]
    return None if any(phrase.goods or not phrase.may_stand_first for phrase in before) else named


def _clauses(text: str, source: str) -> list[str]:
    """The parts of a text between marks, none of which stands in a figure (1,5–3 m) or a name (bell / sweet pepper).

    Where words are not parted by spaces, a space parts clauses, too: 高压球阀 法兰 碳钢.
    """
    whole = [(quantity.start, quantity.end) for quantity in read_all(text, source)]
    marks = [match.span() for match in _SEGMENT.finditer(text)]
    if source in WITHOUT_SPACES:
        whole += [(span.start, span.end) for span in load_goods().find(text, source)]
        marks += [match.span() for match in _SPACE.finditer(text)]
    marks = [mark for mark in sorted(marks) if not any(start <= mark[0] and mark[1] <= end for start, end in whole)]
    starts, ends = [0, *(end for _start, end in marks)], [*(start for start, _end in marks), len(text)]
    return [part for start, end in zip(starts, ends, strict=True) if (part := text[start:end].strip())]


def _phrase_for(text: str, source: str, target: str, hs_code: str) -> "Phrase":
    """The phrase without a code where it names no goods: it is the same in names of many goods ("organic", "5 kg")."""
    phrase = _phrase(text, source, target)
    return _phrase(text, source, target, hs_code) if hs_code and phrase.names_goods else phrase


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


def _group(hs6: str) -> int:
    """The number of the group of chapters that a code is in."""
    return next((number for number, last in enumerate(GROUPS) if int(hs6[:2]) <= last), len(GROUPS))


def _hs6(concept: str) -> str:
    """The code of goods of either vocabulary."""
    return next((names.hs6(concept) for names in (load_goods(), load_shop_names()) if concept in names), "")


class Phrase:
    """One part of a text between marks of punctuation. It is shared: nothing of it changes once it is made."""

    def __init__(self, text: str, source: str, target: str, hs_code: str = "") -> None:
        self.text, self.source, self.target, self.hs_code = clean(text), source, target, hs_code
        self.names_goods = False  # some of its words are names of goods, whether or not the code allows them
        self.quantities = read_all(self.text, source)
        self.negations = negations(self.text, source)
        self.figures = [(quantity.start, quantity.end) for quantity in self.quantities]
        self.measured = [(q.words.start, q.words.end) for q in self.quantities if q.words and q.kind != "code"]
        goods = self._longest(self._translate(load_goods()), self._translate(load_shop_names()))
        goods = self._beside(goods, self.figures)
        self.goods = self._beside(goods, self.measured) or goods
        taken = [*((span.start, span.end) for span, _name in self.goods), *self.figures, *self.measured]
        self.words = self._beside(self._translate(load_words()), taken)
        if source == "ko":
            self._leave_out_parts_of_words()
        self.figures += self._beside_goods(self.measured)
        self.rest = list(self._rest())
        self.head = self._certain(self._head())
        self.known = len(self.goods) + len(self.words) + len(self.figures)
        self.count = self.known + len(self.rest)

    def _beside_goods(self, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(a, b) for a, b in places if not any(a < span.end and span.start < b for span, _name in self.goods)]

    def _leave_out_parts_of_words(self) -> None:
        """A Korean name counts at the beginning of a word or right behind another name: 양초 in 태양초 is no candle."""
        ends = {span.end for span, _name in (*self.goods, *self.words)} | {end for _start, end in self.figures}

        def begins(span: Span) -> bool:
            return not span.start or span.start in ends or not self.text[span.start - 1].isalpha()

        self.goods = [one for one in self.goods if begins(one[0])]
        self.words = [one for one in self.words if begins(one[0])]

    @property
    def may_stand_first(self) -> bool:
        """Whether goods may be named behind it: only words about goods and figures, or a place or brand typed apart."""
        return not self.rest or self.source in WITHOUT_SPACES

    def parts(self, *, is_title: bool = False) -> list[str]:
        """What is certain, in the target language: words about the goods and figures; of the title the goods
        first, of another clause nothing where a part of it is not known or names other goods."""
        words = [one for one in self.words if self._is_telling(one[0])]
        figures = [quantity_text(quantity, self.text, self.source, self.target) for quantity in self.quantities]
        if is_title and self.head:
            words = [self.head, *self._right_beside(self.head[0], words)]
        elif self.rest or "" in figures or len(words) < len(self.words) or self._beside(self.goods, self.measured):
            return []
        return [*(name for _span, name in words), *filter(None, figures)]

    def _is_telling(self, span: Span) -> bool:
        """Whether a word says something of the goods, is no piece of a word, and nothing in its clause is negated."""
        beside = self.text[max(0, span.start - 1) : span.start] + self.text[span.end : span.end + 1]
        written = self.text[span.start : span.end].casefold()
        names = (name for c in span.concepts for name in load_words().names(c, self.source))
        return (
            self._kind(span) in TELLING
            and "-" not in beside
            and (self.source not in ENDINGS or any(written == name.casefold() for name in names))
            and all(span.start <= no.start and no.end <= span.end for no in self._unsaid())
            and not is_negated(self.text, span.start, span.end, self.source)
        )

    def _unsaid(self) -> list[Negation]:
        """The negations that are no part of the name of the goods."""
        names = [span for span, _name in self.goods]
        return [no for no in self.negations if not any(s.start <= no.start and no.end <= s.end for s in names)]

    def _right_beside(self, head: Span, words: "Named") -> "Named":
        """The words between which and the goods nothing stands but such words and small ones."""
        start, end = head.start, head.end
        beside: Named = []
        for one in reversed([one for one in words if one[0].end <= head.start]):
            if self._has_word(one[0].end, start):
                break
            beside.insert(0, one)
            start = one[0].start
        for one in (one for one in words if one[0].start >= head.end):
            if self._has_word(end, one[0].start):
                break
            beside.append(one)
            end = one[0].end
        return beside

    def _has_word(self, start: int, end: int) -> bool:
        """Whether anything but small words stands between two places."""
        ends = ENDS_OF_PHRASE.get(self.source, ())
        words = (word.lower() for word in _WORD.findall(self.text[start:end]))
        return any(word not in stop_words(self.source) or word in ends for word in words)

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

    def _options(self, vocabulary: Vocabulary, concepts: Iterable[str]) -> list[str]:
        """The translated concepts that the code of the goods allows: those of just this code where there are any."""
        options = [concept for concept in concepts if vocabulary.is_translated(concept)]
        self.names_goods |= any(vocabulary.hs6(concept) for concept in options)
        if not self.hs_code:
            return options
        options = [c for c in options if not (hs6 := vocabulary.hs6(c)) or _group(hs6) == _group(self.hs_code)]
        return [concept for concept in options if vocabulary.hs6(concept) == self.hs_code] or options

    def _name(self, vocabulary: Vocabulary, concepts: Iterable[str]) -> str:
        options = self._options(vocabulary, concepts)
        names = [name for concept in options if (name := vocabulary.names(concept, self.target))]
        if not names:
            return ""
        headings = {vocabulary.hs6(concept)[:4] for concept in options}
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
        """Not what is negated, and not a short common word beside words that are not known: a party horn is no horn."""
        if head is None or any(head[0].start <= no.scope.start < head[0].end for no in self._unsaid()):
            return None
        if self.source in WITHOUT_SPACES and is_negated(self.text, head[0].start, head[0].end, self.source):
            return None  # 未精炼橄榄油
        words = len(_WORD.findall(self.text[head[0].start : head[0].end]))
        if words == 1 and self._is_part_of_other_goods(head[0]):
            return None
        unknown = [(start, end) for start, end in self.rest if self.text[start:end].isalpha()]
        for no in self.negations:  # what the goods are not does not make them other goods
            unknown = [one for one in unknown if not no.start <= one[0] < max(no.end, no.scope.end)]
        if self.source == "vi":  # a syllable is a word there, and what describes it follows
            return None if words <= SHORT_SYLLABLES and self._unknown_behind(head[0].end, unknown) >= words else head
        if self.source not in WITHOUT_SPACES and words == 1 and any(end - start > 2 for start, end in unknown):
            return None
        return head

    def _is_part_of_other_goods(self, head: Span) -> bool:
        """Whether "of" and goods of another sort follow: the "pinces" of a crab are no pliers."""
        of = _OF.match(self.text, head.end)
        behind = [span for span, _name in self.goods if of and span.start == of.end()]
        codes = [{_group(c) for one in span.concepts if (c := _hs6(one))} for span in (head, *behind)]
        return bool(behind) and codes[0].isdisjoint(codes[1])

    def _unknown_behind(self, end: int, unknown: list[tuple[int, int]]) -> int:
        """How many words that are not known follow a place without another between."""
        count = 0
        for start, stop in unknown:
            if start >= end and not self._has_word(end, start):
                count, end = count + 1, stop
        return count

    def _head(self) -> tuple[Span, str] | None:
        """The goods the phrase is about, if the vocabulary knows them."""
        if self.source in WITHOUT_SPACES or self.source == "ko":
            return self._head_by_characters()
        tokens = [match.span() for match in _WORD.finditer(self.text) if not self._is_minor(match.span())]
        if not tokens:
            return None
        if self.source in HEAD_LAST:
            tokens = [token for token in tokens if token[1] <= self._end()] or tokens
            tokens = tokens[: self._length(tokens)]
            return self._covering(*tokens[-1]) if tokens else None
        first = next((token for token in tokens if not self._is_form_of(token)), tokens[0])
        return self._covering(*first)

    def _end(self) -> int:
        """Where the name ends: before the first figure that stands behind goods ("milk powder 26 % fat")."""
        first = min((span.end for span, _name in self.goods), default=0)
        return min((start for start, _end in self.figures if start >= first), default=len(self.text))

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
        goods = [one for one in self.goods if one[0].end <= self._end()]
        for span, name in goods if self.source == "th" else reversed(goods):
            before = self.text[: span.start] if self.source == "th" else self.text[span.end : self._end()]
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
                        yield start, low
                    start = max(start, high)
            if start < end and match.group().lower() not in ignored:
                yield start, end
