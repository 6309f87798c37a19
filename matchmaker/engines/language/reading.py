"""The English words for parts of a text: the names of goods from the vocabulary, Chinese also from the dictionary.

Encoders and word indexes read English best. What this gives is a bag of English words beside the text, not a
translation of it.
"""

from functools import lru_cache

from matchmaker.engines.language.glossary import gloss
from matchmaker.engines.language.vocabulary import load_goods, load_words

# HS headings of what goods are packed in.
PACKING = frozenset(["3923", "4415", "4819", "6305", "7010", "7310", "7612"])
# Kinds of words that tell goods of one name apart.
DESCRIBING = frozenset(["state", "material", "quality", "packaging", "form", "use", "colour"])


@lru_cache(maxsize=1024)  # a text is read for its words, its English names and its reasons in one go
def concepts(text: str, lang: str) -> tuple[tuple[str, ...], ...]:
    """The concepts of each name of goods that stands in a text, in order; of "honey in a glass jar" the honey alone."""
    found = tuple(span.concepts for span in load_goods().find(text, lang))
    return tuple(spoken for spoken in found if not _is_packing(spoken)) or found


def _is_packing(spoken: tuple[str, ...]) -> bool:
    return all(load_goods().hs6(concept)[:4] in PACKING for concept in spoken)


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
def described(text: str, lang: str) -> tuple[str, ...]:
    """The words about goods (frozen, of oak, sliced) that stand in a text, in order; no measures, no words of trade."""
    vocabulary = load_words()
    spoken = (span.concepts[0] for span in vocabulary.find(text, lang))
    return tuple(dict.fromkeys(word for word in spoken if vocabulary.kind(word) in DESCRIBING))


def describing_words(text: str, lang: str, target: str) -> tuple[str, ...]:
    """The same words in another language."""
    return tuple(name for word in described(text, lang) for name in load_words().names(word, target)[:1])


def english_names(text: str, lang: str) -> str:
    return names_of_goods(text, lang, "en")


def in_english(text: str, lang: str) -> str:
    """All English words for parts of a text: names of goods and, of a Chinese text, every word."""
    named = english_names(text, lang)
    return f"{named} {gloss(text)}".strip() if lang == "zh" else named
