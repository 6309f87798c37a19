"""The translations of everything in a list are read in one query, before the template asks for them one by one."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.core.languages import base_of, current
from matchmaker.directory.cards import ProductCard
from matchmaker.engines.language import detect
from matchmaker.matching.models import Match
from matchmaker.messaging.models import Enquiry, Message
from matchmaker.translation.services import read_ahead

Written = Iterator[tuple[str, str]]  # (text, its language)


def read_ahead_products(products: Iterable[Any]) -> None:
    """For products read with `for_cards`, and cards of the directory."""
    _read(chain.from_iterable(map(_of_product, products)))


def read_ahead_demands(demands: Iterable[Demand]) -> None:
    """For demands with their lines in `listed`."""
    _read(chain.from_iterable(map(_of_demand, demands)))


def read_ahead_matches(matches: Iterable[Match]) -> None:
    """For matches read with `for_cards`."""
    _read(chain.from_iterable((*_of_product(match.product), *_of_line(match.line)) for match in matches))


def read_ahead_enquiries(enquiries: Iterable[Enquiry]) -> None:
    """For enquiries read with `for_cards`: what each of them is about."""
    _read(chain.from_iterable(map(_of_enquiry, enquiries)))


def read_ahead_messages(enquiry: Enquiry, messages: Iterable[Message], notes: Iterable[str]) -> None:
    """For the page of one enquiry: what it is about, its messages, and the notes of its quotes and steps."""
    written = ((message.text, message.language) for message in messages)
    _read(chain(_of_enquiry(enquiry), written, _of_notes(notes)))


def read_ahead_notes(notes: Iterable[str], lines: Iterable[DemandLine] = ()) -> None:
    """For a comparison of quotes: their notes, and the lines that they are for."""
    _read(chain(_of_notes(notes), *map(_of_line, lines)))


def read_ahead_product(product: Any) -> None:
    """For the page of one product with its videos."""
    _read(chain(_of_product(product), _of_notes(video.words for video in product.videos.all())))


def _read(texts: Written) -> None:
    read_ahead(texts, base_of(current()))


def _of_notes(notes: Iterable[str]) -> Written:
    """Texts whose language is stored nowhere."""
    return ((note, detect(note)) for note in notes if note)


def _of_product(product: Any) -> Written:
    texts = product.texts if isinstance(product, ProductCard) else product.texts.all()
    for text in texts:
        if text.is_original:
            yield text.name, text.language
            yield getattr(text, "description", ""), text.language


def _of_demand(demand: Any) -> Written:
    yield demand.title, demand.language
    for line in demand.listed:
        yield from _of_line(line)


def _of_line(line: DemandLine) -> Written:
    yield line.text, line.language


def _of_enquiry(enquiry: Enquiry) -> Written:
    if enquiry.demand:
        yield enquiry.demand.title, enquiry.demand.language
    elif enquiry.product:
        yield from _of_product(enquiry.product)
