"""The English words for parts of a text: the names of goods from the vocabulary, Chinese also from the dictionary.

Encoders and word indexes read English best. What this gives is a bag of English words beside the text, not a
translation of it.
"""

from functools import lru_cache

from matchmaker.language.glossary import gloss
from matchmaker.language.vocabulary import load_goods, load_words


@lru_cache(maxsize=1024)  # a text is read for its words, its English names and its reasons in one go
def concepts(text: str, lang: str) -> tuple[tuple[str, ...], ...]:
    """The concepts of each name of goods that stands in a text, in order."""
    return tuple(span.concepts for span in load_goods().find(text, lang))


def names_of_goods(text: str, lang: str, target: str) -> str:
    """The names of goods that stand in a text, in another language; "" for a text of that language and where there are
    none.

    A name that may stand for several things gives the name of each.
    """
    if lang == target:
        return ""
    goods = load_goods()
    names: dict[str, None] = {}
    for spoken in concepts(text, lang):
        for concept in spoken:
            if goods.is_translated(concept):
                names |= dict.fromkeys(goods.names(concept, target)[:1])
    return ", ".join(names)


@lru_cache(maxsize=1024)
def describing_words(text: str, lang: str, target: str) -> tuple[str, ...]:
    """The words about goods (frozen, of oak, sliced) that stand in a text, in another language and in order."""
    vocabulary = load_words()
    spoken = (vocabulary.names(span.concepts[0], target)[:1] for span in vocabulary.find(text, lang))
    return tuple(dict.fromkeys(name for names in spoken for name in names))


def english_names(text: str, lang: str) -> str:
    return names_of_goods(text, lang, "en")


def in_english(text: str, lang: str) -> str:
    """All English words for parts of a text: names of goods and, of a Chinese text, every word."""
    named = english_names(text, lang)
    return f"{named} {gloss(text)}".strip() if lang == "zh" else named
