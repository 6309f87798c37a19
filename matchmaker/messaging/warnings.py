"""Signs of known frauds in a message: what its reader should look at twice. Nothing is held or refused for them.

Plain Python. The signs stand in `data/trade/fraud_signs.csv`, the sentences for readers in
`data/trade/fraud_warnings.csv`; both can be maintained without code.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from matchmaker.catalogue import screening
from matchmaker.companies.duplicates import domain
from matchmaker.core import reference
from matchmaker.engines.language import in_base, read_quantities, simplify

FEE, TRAVEL, GIFT, PAYEE = "fee", "travel", "gift", "payee"
ACCOUNT, CONTACT, YOUNG, LOOKALIKE = "account", "contact", "young", "lookalike"
KINDS = (ACCOUNT, PAYEE, FEE, TRAVEL, GIFT, LOOKALIKE, YOUNG, CONTACT)  # in the order a reader sees them

YOUNG_YEARS = 1  # founded this year or last year
LARGE_BASE = {"mass": 1_000_000, "volume": 1_000_000}  # kg and litres
LARGE_COUNT = 100_000  # pieces, pallets, cartons …
LARGE_CONTAINERS = 50
CONTAINERS = ("container", "20gp", "40gp", "40hq")
ALIKE_LETTERS = 5  # shorter names of domains resemble each other by chance

_SENTENCE = re.compile(r"(?<=[.!?])\s+|[。！？；;؟\n]+")
_LETTER = "[a-z0-9\u0131\u0400-\u04ff]"  # of the alphabets that part words by spaces and join nothing to them
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
_HOST = re.compile(r"(?:[\w.+-]+@|https?://|www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?![\w@])", re.IGNORECASE)


@dataclass(frozen=True)
class Facts:
    """What is known of a message beside its words.

    Attributes:
        language: of the message, a code such as "en".
        is_first: nobody of the reader's company has answered the sender yet.
        founded: year in which the sender's company was founded, None where it is not stated.
        year: the year in which the message was written.
        domains: web and mail addresses that the sender's company has in its profile.
        earlier: texts that the sender's side wrote before in this conversation.
        requested: amount and unit of the request for a quote that the message brings, None without one.
        confirmed: number of the sender's confirmed account, '' where there is none that the reader may see.
    """

    language: str = "en"
    is_first: bool = False
    founded: int | None = None
    year: int = 0
    domains: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    requested: tuple[Decimal, str] | None = None
    confirmed: str = ""


@dataclass(frozen=True)
class _Sign:
    """All `parts` stand in one sentence that has nothing of `unless`."""

    kind: str
    parts: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None

    def is_in(self, sentence: str) -> bool:
        return all(part.search(sentence) for part in self.parts) and not (self.unless and self.unless.search(sentence))


@dataclass(frozen=True)
class FraudWarning:
    """What a reader sees about a sign, in one language: our sentence, and an authority's with the page it stands on.

    `detail` is what this site knows of the sender about it, '' where it knows nothing.
    """

    kind: str
    sentence: str
    authority: str
    source: str
    url: str
    detail: str = ""


def warning_of(kind: str, language: str) -> FraudWarning:
    """The sentences of a kind in a language of the site, such as "zh-hans"; English for any other."""
    row, base = _sentences()[kind], language.split("-")[0]
    authority = row.get(f"authority_{base}") or row["authority_en"]
    return FraudWarning(kind, reference.name_in(row, language), authority, row["source"], row["url"])


@cache
def _sentences() -> dict[str, reference.Row]:
    return {row["kind"]: row for row in reference.read_csv("trade/fraud_warnings.csv")}


def signs_in(text: str, facts: Facts) -> list[str]:
    """The kinds of fraud of which the message has a sign, in the order of `KINDS`; [] for nearly every message."""
    kinds = set(_kinds_of_words(text))
    if facts.is_first:
        kinds |= {CONTACT for finding in screening.screen([text]) if _leads_away(finding)}
    else:
        kinds.discard(CONTACT)
    if _is_other_account(text, facts.earlier, facts.confirmed):
        kinds.add(ACCOUNT)
    if _is_young(facts) and (asks_for_much(text, facts.language) or (facts.requested and is_much(*facts.requested))):
        kinds.add(YOUNG)
    if any(is_lookalike(host, facts.domains) for host in _HOST.findall(text)):
        kinds.add(LOOKALIKE)
    return [kind for kind in KINDS if kind in kinds]


def _leads_away(finding: screening.Finding) -> bool:
    """A mailbox, a telephone, or the name of an account with a figure: "our shop on WeChat" names none."""
    if finding.kind == screening.HANDLE:
        return any(char.isdigit() for char in finding.found)
    return finding.kind in (screening.EMAIL, screening.PHONE)


def asks_for_much(text: str, language: str) -> bool:
    """Whether a text names an amount that few buyers take; see `is_much`."""
    quantities = (found for found in read_quantities(text, language) if found.kind == "amount" and found.unit)
    return any(is_much(found.high, found.unit) for found in quantities)


def is_much(amount: Decimal, unit: str) -> bool:
    """Whether few buyers take so much at once: from 1,000 t or 1,000 m³, 50 containers, 100,000 pieces or pallets."""
    if unit.lower() in CONTAINERS:
        return amount >= LARGE_CONTAINERS
    kind, factor = in_base(unit) or ("", Decimal(1))
    return amount * factor >= LARGE_BASE.get(kind, LARGE_COUNT)


def is_lookalike(host: str, own: Iterable[str]) -> bool:
    """Whether a web or mail host resembles a company's own domains (acme-foods.com) and is none of them.

    acme-food.com, acmefoods-export.com and acme-foods.co resemble it; shop.acme-foods.com is its own.
    """
    seen, known = domain(host), {domain(address) for address in own} - {""}
    if not seen or seen in known:
        return False
    return any(_resemble(_name_of(seen), _name_of(other)) for other in known)


def _resemble(one: str, other: str) -> bool:
    if len(other) < ALIKE_LETTERS:
        return one == other
    return other in one or OSA.distance(one, other) <= (1 if len(other) < 2 * ALIKE_LETTERS else 2)


def _name_of(registered: str) -> str:
    """acme-foods.co.uk → acmefoods, with figures that stand for letters read as these."""
    return registered.split(".")[0].replace("-", "").translate(str.maketrans("015", "ols"))


def _is_young(facts: Facts) -> bool:
    return facts.founded is not None and facts.year - facts.founded <= YOUNG_YEARS


def _is_other_account(text: str, earlier: Iterable[str], confirmed: str) -> bool:
    """Whether the text names an account (IBAN) that is not the confirmed one, or while earlier texts name others."""
    known = {confirmed} if confirmed else {iban for words in earlier for iban in _ibans(words)}
    return bool(known) and not _ibans(text) <= known


def _ibans(text: str) -> set[str]:
    """The IBANs of a text with right check digits (ISO 13616), without spaces."""
    compact = (match.group().replace(" ", "") for match in _IBAN.finditer(text))
    return {iban for iban in compact if int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1}


@lru_cache(maxsize=2000)
def _kinds_of_words(text: str) -> frozenset[str]:
    whole = _fold(text)
    near = [sign for sign in _signs() if all(part.search(whole) for part in sign.parts)]
    if not near:
        return frozenset()
    sentences = [_fold(sentence) for sentence in _SENTENCE.split(text)]
    return frozenset(sign.kind for sign in near if any(sign.is_in(sentence) for sentence in sentences))


@cache
def _signs() -> tuple[_Sign, ...]:
    """The rows of the table. ` + ` joins parts that all stand in a sentence, `|` words of which one does."""
    return tuple(
        _Sign(
            row["kind"],
            tuple(_pattern(part, row["language"]) for part in row["words"].split(" + ")),
            _pattern(row["unless"], row["language"]) if row["unless"] else None,
        )
        for row in reference.read_csv("trade/fraud_signs.csv")
    )


def _pattern(words: str, language: str) -> re.Pattern[str]:
    """Any of the words; of an alphabet with words apart it is the whole word, or its beginning where `*` stands."""
    plain = (_plain(word if language == "ja" else simplify(word)) for word in words.split("|"))
    return re.compile("|".join(map(_word, plain)))


def _word(plain: str) -> str:
    escaped = re.escape(plain).replace(r"\*", f"{_LETTER}*")
    return f"(?<!{_LETTER}){escaped}(?!{_LETTER})" if re.match(_LETTER, plain) else escaped


def _fold(text: str) -> str:
    """A text for comparison; a Japanese one keeps its characters, which the signs in Japanese have, too."""
    return _plain(simplify(text))


def _plain(text: str) -> str:
    """Without case, accents and doubled spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.replace("’", "'").replace("đ", "d").split())
