"""Offers and wants prepared for comparison: each is one row in a few arrays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language import word_tables
from matchmaker.engines.language.attributes import Attributes, read_attributes
from matchmaker.engines.language.encoder import READ, Encoder, normalise
from matchmaker.engines.language.glossary import gloss
from matchmaker.engines.language.reading import describing_words, english_names
from matchmaker.engines.matching import attributes, bags, origins
from matchmaker.engines.matching.background import Background
from matchmaker.engines.matching.certainty import certainty
from matchmaker.engines.matching.pairs import Offer, Want

if TYPE_CHECKING:
    from matchmaker.engines.matching.loops import Side
    from matchmaker.engines.matching.tiles import Tile

# Of the two readings of "these words are common", how much counts what the want asked and the offer says; the rest is
# what the offer says and the want asked. Offers are longer, so their other words prove less.
WANT_SHARE = 0.6
# A gloss helps the vector of a short name and blurs that of a text.
_SHORT = 12
_GLOSS_WEIGHT = 0.5
# The names of goods in English beside a text that the encoder reads, and a text that it does not read beside them.
_NAMES_WEIGHT = 0.5
_UNREAD_WEIGHT = 0.3
# A short name word by word in English, as far as the tables know its words.
_SHORT_RENDERED = 60
_RENDERED_WEIGHT = 0.5

# Of what `encode` reads of texts. Stored vectors of another number are encoded anew.
READING = 2

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Index[Item: (Offer, Want)]:
    """`items` in the order of their keys, and row i of every array in `side` is items[i]."""

    items: tuple[Item, ...]
    side: Side
    # Postings of the columns, made at the first match and kept: a hundred thousand wants meet one new product often.
    tiles: dict[int, list[Tile]] = field(default_factory=dict, compare=False, repr=False)
    surfaces: dict[int, dict[str, str]] = field(default_factory=dict, compare=False, repr=False)
    glosses: dict[int, dict[str, bags.GlossReading]] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def vectors(self) -> Vectors:
        """n × dim, to be stored beside the items."""
        return self.side.vectors

    def block(self, start: int, stop: int) -> Self:
        """The rows start..stop as an index of their own; numbers are shared, not copied."""
        start, stop, _ = slice(start, stop).indices(len(self.items))
        stop = max(start, stop)
        side, first, last = self.side, self.side.starts[start], self.side.starts[stop]
        rows, inside = slice(start, stop), slice(first, last)
        return type(self)(
            self.items[rows],
            side._replace(
                vectors=side.vectors[rows],
                starts=side.starts[start : stop + 1] - first,
                numbers=side.numbers[inside],
                here=side.here[inside],
                ask=side.ask[inside],
                traits=side.traits[rows],
            ),
        )

    def patched(self, fresh: Self, removed: Collection[int]) -> Self:
        """What building anew would give: rows of `fresh` in place of older ones of their keys, without those `removed`.

        A row depends on its item and the background alone, so the others are copied and not worked out again.
        """
        left = set(removed) | {item.key for item in fresh.items}
        stay: NDArray[np.int64] = np.array([i for i, item in enumerate(self.items) if item.key not in left], np.int64)
        items = [*(self.items[i] for i in stay), *fresh.items]
        order = np.array(sorted(range(len(items)), key=lambda i: items[i].key), np.int64)
        one, other = self.side, fresh.side
        lengths = np.concatenate((np.diff(one.starts)[stay], np.diff(other.starts)))
        first = np.concatenate((one.starts[:-1][stay], other.starts[:-1] + len(one.numbers)))
        lengths, first = lengths[order], first[order]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        words = np.repeat(first - starts[:-1], lengths) + np.arange(starts[-1])

        def rows(name: str) -> NDArray[Any]:
            return np.concatenate((getattr(one, name)[stay], getattr(other, name)))[order]

        def packed(name: str) -> NDArray[Any]:
            return np.concatenate((getattr(one, name), getattr(other, name)))[words]

        side = one._replace(
            vectors=rows("vectors"),
            starts=starts,
            numbers=packed("numbers"),
            here=packed("here"),
            ask=packed("ask"),
            traits=rows("traits"),
        )
        return type(self)(tuple(items[i] for i in order), side)

    def surface_forms(self, place: int) -> dict[str, str]:
        """Searchable word → the way it stands in the texts of an item."""
        if place not in self.surfaces:
            self.surfaces[place] = bags.surfaces(self.items[place].texts)
        return self.surfaces[place]

    def attributes(self, place: int) -> Attributes:
        """What the texts of an item say of it."""
        return read_attributes(self.items[place].texts)

    def gloss_readings(self, place: int) -> dict[str, bags.GlossReading]:
        """English searchable word → the Chinese word of an item that it was read from."""
        if place not in self.glosses:
            self.glosses[place] = bags.gloss_readings(self.items[place].texts)
        return self.glosses[place]


class OfferIndex(Index[Offer]):
    """Offers ready for comparison."""


class WantIndex(Index[Want]):
    """Wants ready for comparison."""


def encode(texts: Sequence[Sequence[tuple[str, str]]], encode_texts: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """One vector an item: the mean over its languages, scaled to length 1.

    Two names averaged find the right one far more often than the better of them alone. Where no English text stands,
    the names of goods in English are a further text; a short Chinese name is helped by its word-by-word gloss, a short
    name of any language by the English words that the tables guess.
    """
    lines: list[str] = []
    owners: list[int] = []
    weights: list[float] = []
    for owner, pairs in enumerate(texts):
        has_english = any(lang == "en" for lang, _ in pairs)
        for lang, text in pairs:
            for line, weight in _weighted_texts(text, lang, has_english=has_english):
                lines.append(line)
                owners.append(owner)
                weights.append(weight)
    vectors = encode_texts(lines)
    sums = np.zeros((len(texts), vectors.shape[1]), np.float32)
    np.add.at(sums, np.array(owners, np.int64), vectors * np.array(weights, np.float32)[:, None])
    return normalise(sums)


def _weighted_texts(text: str, lang: str, *, has_english: bool) -> Iterator[tuple[str, float]]:
    """A text of an item, and what helps it where no English text stands, each with its weight in the mean."""
    is_read = lang in READ or not lang
    if has_english:
        yield text, 1.0
        return
    named = english_names(text, lang)
    if named and not is_read:
        named = ", ".join([*describing_words(text, lang, "en"), named])
    is_short = len(text) <= (_SHORT if lang == "zh" else _SHORT_RENDERED)
    rendered = word_tables.load_tables().rendering(text, lang) if is_short else ""
    yield text, 1.0 if is_read or not (named or rendered) else _UNREAD_WEIGHT
    if named:
        yield named, _NAMES_WEIGHT if is_read else 1.0
    if rendered:
        yield rendered, _RENDERED_WEIGHT if is_read else 1.0
    if lang == "zh" and len(text) <= _SHORT:
        yield gloss(text) or text, _GLOSS_WEIGHT


def build[I: (OfferIndex, WantIndex)](
    kind: type[I],
    items: Sequence[Any],
    vectors: Vectors | Sequence[bytes] | None,
    *,
    encoder: Encoder,
    background: Background,
) -> I:
    """An index of items. `vectors` are rows (or their float32 bytes) in the order of the items as given.

    Raises ValueError for two items of one key and for vectors of another shape than (items, encoder.dim).
    """
    from matchmaker.engines.matching.loops import CROWDING, TRUST, Side

    order = sorted(range(len(items)), key=lambda i: items[i].key)
    sorted_items = tuple(items[i] for i in order)
    if any(a.key == b.key for a, b in pairwise(sorted_items)):
        raise ValueError("Two items of an index have the same key.")
    offered = kind is OfferIndex
    if vectors is None:
        matrix = encode(
            [item.texts for item in sorted_items], encoder.encode_passage if offered else encoder.encode_query
        )
    else:
        matrix = _rows(vectors, encoder.dim)
        if matrix.shape != (len(items), encoder.dim):
            raise ValueError(f"Expected {len(items)} vectors of {encoder.dim} numbers, got {matrix.shape}.")
        if order != list(range(len(items))):
            matrix = matrix[np.array(order)]
    starts, numbers, counts = bags.pack(bags.bag(item.texts) for item in sorted_items)
    rarity = background.rarity(numbers)
    total = np.add.reduceat(np.append(rarity, 0.0), starts[:-1]) if len(items) else np.zeros(0)
    share = (1 - WANT_SHARE) if offered else WANT_SHARE
    ask = share * rarity / np.repeat(np.maximum(total, 1e-9), np.diff(starts))
    among = background.wants if offered else background.offers
    here = background.saturate(starts, counts)
    extras = (_hidden_of_offer(item) if offered else _hidden_of_want(item) for item in sorted_items)
    starts, numbers, here, ask = attributes.add((starts, numbers, here, ask.astype(np.float32)), extras)
    traits = _traits(sorted_items)
    traits[:, CROWDING] = background.crowding(matrix, among=among)
    if offered:
        traits[:, TRUST] = [item.verification / 3 for item in sorted_items]
    return kind(
        sorted_items,
        Side(
            matrix,
            starts,
            numbers,
            here,
            ask,
            traits,
        ),
    )


def _hidden_of_offer(offer: Offer) -> list[tuple[int, float, float]]:
    return attributes.of_offer(read_attributes(offer.texts)) + origins.of_offer(offer)


def _hidden_of_want(want: Want) -> list[tuple[int, float, float]]:
    return attributes.of_want(read_attributes(want.texts)) + origins.of_want(want)


def _rows(vectors: Vectors | Sequence[bytes], dim: int) -> Vectors:
    if isinstance(vectors, np.ndarray):
        matrix = np.ascontiguousarray(vectors, np.float32)
        return matrix if matrix.flags.writeable else matrix.copy()
    if any(len(row) != 4 * dim for row in vectors):
        raise ValueError(f"A stored vector must be {4 * dim} bytes for {dim} numbers.")
    return np.frombuffer(b"".join(vectors), np.float32).reshape(len(vectors), dim).copy()


def digits(hs6: str) -> str:
    """The 0, 2, 4 or 6 leading digits of an HS code that mean a level: '1006.3' → '1006'."""
    plain = "".join(c for c in hs6 if c in "0123456789")[:6]
    return plain[: len(plain) // 2 * 2]


def family(category: str) -> str:
    """The group a category belongs to: 'AGRI-06' → 'AGRI'."""
    return category.rpartition("-")[0] or category


def _traits(items: Sequence[Offer] | Sequence[Want]) -> NDArray[np.float32]:
    """The codes of each item as whole numbers that float32 holds exactly (HS codes are at most 999999)."""
    from matchmaker.engines.matching.loops import CATEGORY_SURE, HS_SURE, TRAITS

    traits = np.zeros((len(items), TRAITS), np.float32)
    for i, item in enumerate(items):
        hs = digits(item.hs6)
        for slot, length in enumerate((2, 4, 6)):
            if len(hs) >= length:
                traits[i, slot] = int(hs[:length]) + 1
        if hs:
            traits[i, HS_SURE] = certainty(item.hs_share, is_confirmed=item.code_is_confirmed)
        if item.category:
            traits[i, CATEGORY_SURE] = certainty(item.category_share, is_confirmed=item.code_is_confirmed)
            traits[i, 3] = bags.number(f"family {family(item.category)}") % (1 << 24)
            traits[i, 4] = bags.number(f"category {item.category}") % (1 << 24)
    return traits
