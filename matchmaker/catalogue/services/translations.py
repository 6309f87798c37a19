"""Requests for translations of products and demands, in the languages of their readers."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from matchmaker.catalogue.models import Demand, Product, ProductText
from matchmaker.core.languages import BUYERS, ENGLISH, site_languages
from matchmaker.engines.language import detect
from matchmaker.translation import memory
from matchmaker.translation.models import Kind
from matchmaker.translation.services import Source, TranslationRequest, read, read_ahead, request_translations


def request_product_translations(product: Product) -> None:
    """Have a product's original translated for buyers and into English, where its owner wrote neither."""
    texts = {text.language: text for text in product.texts.all()}
    original = product.original
    if original is None:
        return
    targets = [language for language in (BUYERS, ENGLISH) if language not in texts]
    written = [original.name, original.description]
    request_translations(_requests(written, original.language, targets, Kind.PRODUCT))
    words = product.videos.values_list("words", flat=True)  # in any language: nothing says which
    request_translations(
        one for text in words for one in _requests([text], detect(text), (BUYERS, ENGLISH), Kind.PRODUCT)
    )


def request_demand_translations(demand: Demand) -> None:
    """Have a demand translated into the languages of tier 1; a private one only where the organisers allow it."""
    public = demand.visibility == Demand.Visibility.PUBLIC
    kind = Kind.DEMAND if public else Kind.PRIVATE_DEMAND
    targets = [language.base for language in site_languages(tier=1)]
    written = [(demand.title, demand.language), (demand.description, demand.language)]
    written += [(line.text, line.language) for line in demand.lines.all()]
    request_translations(one for text, language in written for one in _requests([text], language, targets, kind))


def _requests(texts: Iterable[str], source: str, targets: Iterable[str], kind: str) -> Iterator[TranslationRequest]:
    yield from (
        TranslationRequest(text, source, target, kind)
        for text in texts
        if text
        for target in targets
        if target != source
    )


@contextmanager
def names_read_ahead(texts: Iterable[ProductText]) -> Iterator[None]:
    """Inside, `names_in_other_languages` of products with these texts asks the database once a language, not once a
    product."""
    originals = [(text.name, text.language) for text in texts if text.is_original]
    with memory.opened():
        for language in (BUYERS, ENGLISH):
            read_ahead(originals, language)
        yield


def names_in_other_languages(product: Product, texts: Sequence[ProductText]) -> list[tuple[str, str]]:
    """(language, name) in Chinese and English where the owner wrote none but a translation or a gloss is there."""
    proposals = propose_names({text.language: text.name for text in texts}, product.hs_code)
    return [(proposal.language, proposal.name) for proposal in proposals]


@dataclass(frozen=True)
class Proposal:
    """A name of a product that its owner may take over. `origin` is `machine` or `gloss`."""

    language: str
    name: str
    origin: str
    engine: str


def propose_names(names: dict[str, str], hs_code: str = "") -> list[Proposal]:
    """Names in Chinese and English for a product that has none there.

    Args:
        names: language → name as its owner wrote it, the original first.
    """
    original = next(iter(names), "")
    proposals = []
    for language in (BUYERS, ENGLISH):
        if names and language not in names:
            made = read(Source(names, original, hs_code), language)
            if made.origin in ("machine", "gloss"):
                proposals.append(Proposal(language, made.text, made.origin, made.engine))
    return proposals
