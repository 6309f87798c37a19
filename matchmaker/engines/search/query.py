"""What is made of the words a person typed: language, spelling, gloss, codes and numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from matchmaker.engines.language.encoder import READ
from matchmaker.engines.language.glossary import gloss
from matchmaker.engines.language.reading import concepts, describing_words
from matchmaker.engines.language.spoken import fold_sound, words_that_sound
from matchmaker.engines.language.text import clean, detect, pinyin, simplify
from matchmaker.engines.language.vocabulary import NAMES_SOUGHT, load_goods
from matchmaker.engines.search.entries import HAN, fold_text, words_of
from matchmaker.engines.search.questions import QueryInterpretation
from matchmaker.engines.search.segment import Documents

LONGEST_QUERY = 200  # characters that are read; more is no search any more
MOST_WORDS = 40
MOST_RESPELT = 6  # words that no entry holds, compared with all words of the same first letter
SHORTEST_SOUND = 4  # letters from which a word may be pinyin
MOST_CONCEPTS = 4  # goods of one name that are read
MOST_NEAR, NEAR_ENOUGH = 3, 0.35  # goods whose names share words with a query that the encoder cannot read
MOST_PARTS, MOST_NAMES = 3, 20  # words a sound is taken apart into, and names that are looked at for each way
ALIKE = 75  # similarity (0 to 100) from which a word that no entry holds is read as a misspelt one
# A short query does not say its language: these stemmers are tried for a word that the detected one does not find.
STEMMED = ("en", "fr", "es", "it", "pt", "de", "nl", "tr", "pl")
_HS = re.compile(r"(?:hs\s*)?(\d{2}|\d{4}|\d{4}[.\s]?\d{2})", re.IGNORECASE)


@dataclass(frozen=True)
class ParsedQuery:
    """The words as the index looks them up."""

    text: str
    understood: QueryInterpretation
    hs_code: str = ""  # as digits, where the text is one
    number: str = ""  # folded, where it may be one
    words: tuple[str, ...] = ()
    glossed: tuple[str, ...] = ()
    translated: tuple[tuple[str, ...], ...] = ()  # words of the names of these goods in English and in Chinese
    goods: tuple[str, ...] = ()  # subheadings of the goods that the words name
    english: tuple[str, ...] = ()  # what the words say in English, as far as the vocabulary reads or guesses it
    asked: frozenset[str] = frozenset()  # every word that a name may hold to be what was asked for
    names: tuple[str, ...] = ()  # as a part of a company's name


def parse(query: str, documents: Documents, *, exactly: bool = False) -> ParsedQuery | None:
    """None for an empty query; `exactly` takes the words as they are typed, however they are spelt."""
    text = simplify(clean(query[: 4 * LONGEST_QUERY]))
    is_cut = len(text) > LONGEST_QUERY or len(query) > 4 * LONGEST_QUERY
    text = text[:LONGEST_QUERY].strip()
    if not text:
        return None
    code = _HS.fullmatch(text)
    typed, text = text, text if exactly else _by_sound(text, documents)
    language = detect(text)
    terms, spelling = _words(text, language, documents, exactly)
    if typed != text:
        spelling.append((typed, text))
    glossed = gloss(text) if language == "zh" else ""
    english = words_of(glossed, "en") if glossed else ()
    named = NamedGoods() if exactly else _goods(text, language)
    query_words = frozenset({*words_of(text, language), *terms, *english})
    return ParsedQuery(
        text,
        QueryInterpretation(language, glossed, tuple(spelling), named=named.english, is_cut=is_cut),
        hs_code=re.sub(r"\D", "", code.group(1)) if code else "",
        number=fold_text(text),
        words=tuple(terms),
        glossed=english,
        translated=named.words,
        goods=named.codes,
        english=named.read,
        asked=query_words,
        names=_names(text),
    )


@dataclass(frozen=True)
class NamedGoods:
    """What the vocabulary knows of the goods that a query names: English names, all that was read in English (also
    describing words and the nearest names), words of the names in English and in Chinese, and subheadings."""

    english: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    codes: tuple[str, ...] = ()


def _goods(text: str, language: str) -> NamedGoods:
    """The goods that the words name, so that gạo thơm finds what is offered as jasmine rice or as 茉莉香米."""
    goods = load_goods()
    # Malay and Indonesian are not told from other languages written in plain letters.
    spoken = concepts(text, language)
    if not spoken and text.isascii():
        language, spoken = "id", concepts(text, "id")
    named = list(dict.fromkeys(concept for several in spoken for concept in several[:MOST_CONCEPTS]))
    near: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    if language not in READ:
        near = goods.near(text, language, MOST_NEAR, NEAR_ENOUGH)
        described = describing_words(text, language, "en")
    listed = [*named, *(one for one in near if one not in named)]
    read = {lang: _names_in(lang, listed, language) for lang in NAMES_SOUGHT}
    read["en"] = [*described, *read["en"]]
    words = [tuple(word for name in names for word in words_of(name, lang)) for lang, names in read.items()]
    return NamedGoods(
        tuple(_names_in("en", named, language)),
        tuple(read["en"]),
        tuple(one for one in words if one),
        tuple(dict.fromkeys(goods.hs6(one) for one in listed)),
    )


def _names_in(lang: str, concepts_read: Sequence[str], language: str) -> list[str]:
    """The usual names of goods in a language, none where that is the language of the query."""
    goods = load_goods()
    names = (goods.names(one, lang)[:1] for one in concepts_read if lang != language and goods.is_translated(one))
    return [name for found in names for name in found]


def _by_sound(text: str, documents: Documents) -> str:
    """Pinyin as the Chinese words it stands for, where no document holds what was typed: those of a Chinese name, else
    of several words that sound so the one that most documents hold, in Chinese or by its gloss."""
    if not text.isascii() or len(text.replace(" ", "")) < SHORTEST_SOUND:
        return text
    stems = [stem for part in text.split() for lang in ("vi", "en") for stem in words_of(part, lang)]
    if any(documents.frequency(stem) for stem in stems):
        return text
    return _most_frequent(words_that_sound(text), documents) or _part_of_a_name(fold_sound(text), documents) or text


def _part_of_a_name(sound: str, documents: Documents) -> str:
    """The part of a Chinese name that sounds so: molixiangmi → 茉莉香米, where names hold moli and xiangmi."""
    for words in _splits(sound, documents, MOST_PARTS):
        for document in documents.holding(words[0])[0][:MOST_NAMES].tolist():
            segment, place = documents.locate(document)
            for language, name in segment.names_of(place):
                if language == "zh" and (part := _sounding(simplify(name), sound)):
                    return part
    return ""


def _splits(sound: str, documents: Documents, most: int) -> Iterator[tuple[str, ...]]:
    """The ways to take a sound apart into at most so many words that documents hold, few words first."""
    if documents.frequency(sound):
        yield (sound,)
    for end in range(SHORTEST_SOUND, len(sound) - SHORTEST_SOUND + 1) if most > 1 else ():
        if documents.frequency(sound[:end]):
            yield from ((sound[:end], *rest) for rest in _splits(sound[end:], documents, most - 1))


def _sounding(name: str, sound: str) -> str:
    """The characters of a name that sound so, '' where none do."""
    for run in HAN.findall(name):
        syllables = [fold_sound(syllable) for syllable in pinyin(run).split()]
        for first in range(len(syllables) if len(syllables) == len(run) else 0):
            for last in range(first + 2, len(syllables) + 1):
                if "".join(syllables[first:last]) == sound:
                    return run[first:last]  # type: ignore[no-any-return]
    return ""


def _most_frequent(words: Sequence[str], documents: Documents) -> str:
    """The word that most documents hold, '' where none holds any."""
    counts = {word: max(documents.frequency(one) for one in (word, *words_of(gloss(word), "en"))) for word in words}
    best = max(counts, key=counts.__getitem__, default="")
    return best if best and counts[best] else ""


def _words(text: str, language: str, documents: Documents, exactly: bool) -> tuple[list[str], list[tuple[str, str]]]:
    """(words as they are looked up, (typed, read as) of those that were misspelt)."""
    if language not in STEMMED:
        return list(words_of(text, language)), []
    words, spelling, tried = [], [], 0
    for typed in words_of(text, "vi")[:MOST_WORDS]:  # whole words: nothing is cut off Vietnamese ones
        stems = [stem for lang in (language, *STEMMED) for stem in words_of(typed, lang)]
        word = next((stem for stem in (*stems, typed) if documents.frequency(stem)), "")
        may_be_wrong = not word and stems and len(typed) > 4 and not exactly and tried < MOST_RESPELT
        if may_be_wrong and not documents.has_company(typed) and not _is_known(typed, language):
            tried += 1
            if word := _respelt(stems[0], len(typed), documents):
                spelling.append((typed, word))
        words.append(word or typed)
    return words, spelling


def _is_known(typed: str, language: str) -> bool:
    """Whether the word is one of the vocabulary: it is spelt right, though no entry holds it."""
    return any(concepts(typed, lang) for lang in dict.fromkeys((language, "en")))


def _respelt(word: str, length: int, documents: Documents) -> str:
    """The nearest word of the directory for the stem of a mistyped one of this length, the more frequent of equally
    near ones; a short stem is no reading of a long word."""
    if not word.isalpha() or 2 * len(word) <= length:
        return ""
    near = process.extract(word, documents.words_from(word[0]), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5)
    known = [(round(score), documents.frequency(one), one) for one, score, _at in near if documents.frequency(one)]
    return max(known)[2] if known else ""


def _names(text: str) -> tuple[str, ...]:
    folded = text.casefold().replace(" ", "")
    if len(folded) < 2:
        return ()
    aloud = "" if text.isascii() else pinyin(text).replace(" ", "").casefold()
    return tuple(dict.fromkeys([folded, *([aloud] if len(aloud) >= 5 else [])]))
