"""Reads the quantities of a text: numbers with their signs, units, currencies, bounds, and what a rate is for.

One number and what stands around it is a term. Terms join to a range (5–10 %), a pack (12 × 500 ml), a size
(40 × 30 × 25 cm) or a ratio (1:3). Then what stands before and behind is read: bounds, and the unit of a rate.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from matchmaker.engines.language.quantities.belonging import with_words
from matchmaker.engines.language.quantities.codes import code_spans
from matchmaker.engines.language.quantities.dates import YEARS, days_of
from matchmaker.engines.language.quantities.lexicon import (
    Hit,
    Lexicon,
    base_language,
    capitals,
    lexicon,
    script,
    spelled,
    starts_inside,
    units,
    words_of,
)
from matchmaker.engines.language.quantities.marks import DIGITS, value_of
from matchmaker.engines.language.quantities.model import Quantity, Span
from matchmaker.engines.language.quantities.numerals import Numeral, NumeralReader
from matchmaker.engines.language.quantities.plain import PlainText, plain_text

BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "~": "about"}
LONGEST = 20_000  # characters; what stands behind them is not read
_CROSSES = "×x*х✕╳"
_SIGN_FOLLOWS = " (（[,，:：;；~～〜至到–"
_CAPITAL_UNITS = frozenset(["A", "C", "K", "N"])  # a small letter is a word or another unit
_OVER = {"zh": "多余餘几", "ko": "여"}  # between a number and its unit: 100多人
# "one" is an article in these languages.
_ARTICLES = frozenset(["fr", "es", "pt", "it", "de", "tr", "vi", "id"])
_HUNDRED = re.compile(r"1(?:00|,?000)? ?")
_PLUS_MINUS = re.compile(r" ?(?:±|\+/-|\+-) ?")
_TO_THE_UNIT = re.compile(r"[ \xa0]*")
_BEFORE_BOUND = re.compile(r"[ :：(（/]*$")
_KOREAN_PARTICLES = "을를은는의도로만과와에가이 ,.()"
_OF = re.compile(r"(?: de| da| di| à| von)? ?")
_SPARE_WORDS = re.compile(r"(?: of| de| di| von| d'| für| pour| para| per|需要|需|要|为|是|达到|达|有)? ?$")


@dataclass(frozen=True)
class Term:
    """A number with its sign and the unit or currency beside it."""

    numeral: Numeral
    start: int
    end: int
    value: Decimal
    other: Decimal | None = None
    unit: str = ""
    currency: str = ""


@dataclass
class Draft:
    """A quantity while it is read."""

    kind: str
    terms: list[Term]
    start: int
    end: int
    unit: str = ""
    currency: str = ""
    per: str = ""
    bound: str = ""
    tolerance: Decimal | None = None


def read_all(text: str, language: str) -> list[Quantity]:
    """All quantities of a text and its codes, in order, with places in the text as it is."""
    plain = plain_text(text[:LONGEST])
    base = base_language(language)
    quantities = _Reader(plain, base).read() if _may_hold(plain, base) else []
    quantities = with_words(quantities, plain, base)
    if plain.origins is None:
        return quantities
    return [_placed(item, plain) for item in quantities]


def _placed(item: Quantity, plain: PlainText) -> Quantity:
    """With its places in the text as it was."""
    start, end = plain.span(item.start, item.end)
    return replace(item, start=start, end=end, words=Span(*plain.span(*item.words)) if item.words else None)


def _may_hold(text: PlainText, language: str) -> bool:
    return text.has_digits or bool(_number_words(language).find(text.lower))


@cache
def _number_words(language: str) -> Lexicon:
    """Words with which a spelled number, a half, a dual or a month may start."""
    words = [*spelled(language), *words_of("half", language), *words_of("dual", language), *words_of("month", language)]
    if language in ("zh", "ja"):
        words += list("零一二两兩三四五六七八九十百千万半〇")
    return Lexicon(dict.fromkeys([*words, *"½¼¾⅓⅔⅛⅕"], ""))


@cache
def _containers(language: str) -> Lexicon:
    """Units that begin with digits: 20' FCL, 40 pieds."""
    return Lexicon({word: code for word, code in words_of("unit", language).items() if word[0].isdigit()})


class _Reader:
    def __init__(self, plain: PlainText, language: str):
        self.plain = plain
        self.text = plain.lower
        self.language = language
        self.numerals = NumeralReader(plain.lower, language)
        self.masked = bytearray(len(plain.lower) + 1)

    def words(self, role: str) -> Lexicon:
        return lexicon(role, self.language)

    # --- the text from left to right

    def read(self) -> list[Quantity]:
        found = self._days()
        found += self._codes()
        place = 0
        for start in self._starts():
            if start < place or self.masked[start]:
                continue
            item = self._quantity(start)
            if item is not None:
                place = max(item.end, start + 1)
                found.append(item)
        return sorted(found, key=lambda item: item.start)

    def _starts(self) -> list[int]:
        places = {match.start() for match in re.finditer(r"(?<!\d)\d|[½¼¾⅓⅔⅛⅕]", self.text)}
        places |= {hit.start for hit in _number_words(self.language).find(self.text)}
        places |= {match.start() + 1 for match in re.finditer(r"(?<=\d) (?=\d)", self.text)}
        return sorted(places)

    def _mask(self, start: int, end: int) -> bool:
        """Take a part out of the text; False where some of it is taken."""
        if any(self.masked[start:end]):
            return False
        self.masked[start:end] = b"\x01" * (end - start)
        return True

    def _days(self) -> list[Quantity]:
        days = []
        for day in days_of(self.plain, self.language):
            if self._mask(day.start, day.end):
                number = Decimal(re.sub(r"\D", "", day.date) or 0)
                kind = "year" if day.date.isdigit() else "date"
                either = f"{day.date}|{day.other}" if day.other else day.date
                days.append(Quantity(kind, number, number, day.start, day.end, date=either))
        return days

    def _codes(self) -> list[Quantity]:
        codes = []
        for start, end in sorted(code_spans(self.plain, self.language), key=lambda span: (span[0], -span[1])):
            digits = re.sub(r"[^A-Z0-9]", "", self.plain.cased[start:end].upper())
            is_new = not any(self.masked[start:end])
            self.masked[start:end] = b"\x01" * (end - start)
            if is_new and any(map(str.isdigit, digits)) and not self.text.startswith("&", start):
                codes.append(Quantity("code", Decimal(0), Decimal(0), start, end, date=digits))
        return codes

    # --- one quantity

    def _quantity(self, start: int) -> Quantity | None:
        item = self._dual(start) or self._container(start) or self._measured(start)
        if item is None or any(self.masked[item.start : item.end]):
            return None
        return item

    def _dual(self, start: int) -> Quantity | None:
        """One word for a number and its unit: حاويتان, полтонны."""
        hit = None if starts_inside(self.text, start) else self.words("dual").at(self.text, start)
        if hit is None:
            return None
        number, unit = hit.value.split(" ")
        value = Decimal(number)
        draft = Draft("amount", [], hit.start, hit.end, unit=unit)
        self._surroundings(draft)
        return self._finished(draft, value, value, spelled=True)

    def _container(self, start: int) -> Quantity | None:
        """Containers by their length: 20' FCL, 40HQ, 40フィートコンテナ2本."""
        hit = _containers(self.language).at(self.text, start)
        if hit is None or (start and self.text[start - 1] in ".,"):
            return None
        count, end = Decimal(1), hit.end
        behind = self._skip(end)
        numeral = self.numerals.at(behind) if self.text[behind : behind + 1].isdigit() else None
        if numeral is not None and numeral.plain:
            unit = self.words("unit").at(self.text, self._skip(numeral.end))
            if unit and (units()[unit.value].family == "piece" or unit.value == "bottle"):
                count, end = numeral.value, unit.end
        draft = Draft("amount", [], start, end, unit=hit.value)
        self._surroundings(draft)
        return self._finished(draft, count, count)

    def _measured(self, start: int) -> Quantity | None:
        draft = self._draft(start)
        if draft is None:
            return None
        self._surroundings(draft)
        return self._checked(draft)

    def _draft(self, start: int) -> Draft | None:
        term = self._term(start)
        if term is None:
            return None
        draft = Draft("amount", [term], term.start, term.end, term.unit, term.currency)
        if not (self._factors(draft) or self._ratio(draft) or self._range(draft)):
            self._tolerance(draft)
        return draft

    def _checked(self, draft: Draft) -> Quantity | None:
        first, last = draft.terms[0], draft.terms[-1]
        if first.numeral.spelled and not self._is_spelled_number(draft):
            return None
        if first.numeral.fraction and not draft.unit:
            return None
        if self.language == "ja" and self.text.startswith(_PER_SUFFIXES["ja"], draft.end):
            return None  # what a rate is for: 1トン当たり
        if self._is_year(draft):
            return Quantity("year", first.value, first.value, draft.start, draft.end, date=str(first.value))
        if draft.kind in ("pack", "size", "ratio"):
            return self._finished(draft, first.value, first.value)
        alternatives = _alternatives(draft)
        return replace(self._finished(draft, first.value, last.value), alternatives=alternatives)

    def _finished(self, draft: Draft, low: Decimal, high: Decimal, *, spelled: bool = False) -> Quantity:
        kind = draft.kind
        if kind == "amount":
            kind = _kind_of(draft)
        joined = kind in ("pack", "size", "ratio")
        return Quantity(
            kind, low, high, draft.start, draft.end, BOUNDS.get(draft.bound, "exact"), draft.unit, draft.per,
            draft.currency, tuple(term.value for term in draft.terms) if joined else (), draft.tolerance,
            spelled=spelled or bool(draft.terms and draft.terms[0].numeral.spelled),
        )  # fmt: skip

    # --- terms

    def _term(self, start: int) -> Term | None:
        numeral = self._half(start) or self.numerals.at(start)
        if numeral is None:
            return None
        begin, is_negative = self._sign(start)
        currency = self._currency_before(begin)
        if currency:
            begin, is_negative = self._sign(currency.start) if not is_negative else (currency.start, True)
        percent = None if currency else self._percent_before(begin)
        value = -numeral.value if is_negative else numeral.value
        other = None if numeral.other is None else (-numeral.other if is_negative else numeral.other)
        term = Term(numeral, begin, numeral.end, value, other)
        if percent:
            return replace(term, start=percent.start, unit="%")
        if currency:
            return self._with_unit_behind_price(replace(term, currency=currency.value))
        return self._with_unit(term)

    def _half(self, start: int) -> Numeral | None:
        hit = None if starts_inside(self.text, start) else self.words("half").at(self.text, start)
        return Numeral(hit.start, hit.end, Decimal(hit.value), spelled=True) if hit else None

    def _sign(self, start: int) -> tuple[int, bool]:
        before = self.text[start - 1 : start]
        if before == "+":
            return start - 1, False
        if before in ("-", "–") and before:
            previous = self.text[start - 2 : start - 1]
            if not previous or previous in _SIGN_FOLLOWS or (previous.isalpha() and not script(previous)):
                return (start, False) if self._range_before(start - 1) else (start - 1, True)
        hit = self.words("sign").before(self.text, self._skip_back(start))
        bound = self.words("before").before(self.text, hit.end) if hit else None  # "au moins" is no sign
        return (hit.start, True) if hit and not (bound and bound.start < hit.start) else (start, False)

    def _range_before(self, start: int) -> bool:
        return bool(re.search(r"\d ?$", self.text[max(0, start - 2) : start]))

    def _currency_before(self, start: int) -> Hit | None:
        end = self._skip_back(start)
        hit = self.words("currency").before(self.text, end)
        if hit is None:
            hit = capitals().before(self.plain.cased, end)
        if hit is None or (hit.start and self.text[hit.start - 1].isdigit()):
            return None
        # "5 € 20 kg": the sign belongs to the number before it
        return None if re.search(r"\d ?$", self.text[max(0, hit.start - 2) : hit.start]) else hit

    def _percent_before(self, start: int) -> Hit | None:
        hit = self.words("percent_before").before(self.text, start)
        if hit is None or (hit.start and self.text[hit.start - 1].isdigit()):
            return None
        return hit

    def _with_unit(self, term: Term) -> Term:
        place = self._skip(term.end)
        hit = self.words("subunit").at(self.text, place) if not term.numeral.spelled else None
        if hit:
            factor, currency = hit.value.split(" ")
            return self._scaled(term, hit.end, Decimal(factor), currency=currency)
        hit = self.words("scaled").at(self.text, place)
        if hit:
            factor, unit = hit.value.split(" ")
            return self._scaled(term, hit.end, Decimal(factor), unit=unit)
        if self.text[place : place + 1] in tuple(_OVER.get(self.language, "")):
            place = self._skip(place + 1)
        currency_hit, unit_hit = self._currency_at(place), self._unit_at(term, place)
        if currency_hit and (unit_hit is None or currency_hit.end >= unit_hit.end):
            return self._with_currency(term, currency_hit)
        if unit_hit is None:
            return term
        container = self._container_size(unit_hit)
        return replace(term, end=container.end, unit=container.value)

    def _container_size(self, unit: Hit) -> Hit:
        """2 containers 40' HQ: the size says more; 2 adet 40' HQ konteyner."""
        if unit.value not in ("container", "pc", "unit"):
            return unit
        joiner = _OF.match(self.text, unit.end)
        size = _containers(self.language).at(self.text, joiner.end() if joiner else unit.end)
        if size is None:
            return unit
        more = self.words("unit").at(self.text, self._skip(size.end))
        return Hit(unit.start, more.end if more and more.value == "container" else size.end, size.value)

    def _scaled(self, term: Term, end: int, factor: Decimal, *, unit: str = "", currency: str = "") -> Term:
        other = None if term.other is None else term.other * factor
        return replace(term, end=end, value=term.value * factor, other=other, unit=unit, currency=currency)

    def _with_currency(self, term: Term, hit: Hit) -> Term:
        tenths = re.compile(r"\d(?!\d)").match(self.text, hit.end)
        if tenths and self.text[hit.start : hit.end] in ("块", "元"):  # 8块5 is 8.5
            return replace(term, end=tenths.end(), value=term.value + Decimal(tenths[0]) / 10, currency=hit.value)
        return replace(term, end=hit.end, currency=hit.value)

    def _with_unit_behind_price(self, term: Term) -> Term:
        """$5 USD: the currency again; its unit is read with the rate."""
        again = self._currency_at(self._skip(term.end))
        return replace(term, end=again.end, currency=again.value) if again else term

    def _currency_at(self, place: int) -> Hit | None:
        hit = self.words("currency").at(self.text, place)
        if hit and hit.end - hit.start == 1 and self.text[place] in "$€£¥₽₺฿" and self._amount_follows(hit.end, place):
            return None
        return hit or capitals().at(self.plain.cased, place)

    def _amount_follows(self, end: int, place: int) -> bool:
        """5 $20: the sign belongs to the number behind it."""
        return self.text[end : end + 1].isdigit() and self.text[place - 1 : place] == " "

    def _unit_at(self, term: Term, place: int) -> Hit | None:
        hit = self.words("unit").at(self.text, place)
        if hit is None and self.text[place : place + 1] in "-'" and place == term.end:
            hit = self.words("unit").at(self.text, place + 1)
            hit = hit if hit and self.text[place + 1 : place + 2].isalpha() and hit.end - hit.start > 1 else None
        if hit is None or (term.numeral.spelled and not self._unit_of_word_ends(hit)):
            return None
        is_gap_of_inch = self.text[hit.start : hit.end] in ('"', "'") and hit.start > term.end
        is_small_letter = hit.value in _CAPITAL_UNITS and self.plain.cased[hit.start : hit.end].islower()
        return None if is_gap_of_inch or (is_small_letter and hit.end - hit.start == 1) else hit

    def _unit_of_word_ends(self, hit: Hit) -> bool:
        """In Korean a unit behind a spelled number is a word of its own, with a particle at most."""
        return self.language != "ko" or self.text[hit.end : hit.end + 1] in ("", *_KOREAN_PARTICLES)

    # --- terms that join

    def _factors(self, draft: Draft) -> bool:
        """12 × 500 ml, 750ml*6, 40 × 30 × 25 cm."""
        while (term := self._next_factor(draft)) is not None:
            draft.terms.append(term)
            draft.end = term.end
        if len(draft.terms) == 1:
            return False
        of_container = [term for term in draft.terms if term.unit and units()[term.unit].family == "container"]
        if of_container and len(draft.terms) == 2 and not draft.terms[0].unit:
            draft.terms, draft.unit = draft.terms[:1], of_container[0].unit
            return True
        self._name_factors(draft)
        return True

    def _next_factor(self, draft: Draft) -> Term | None:
        place = self._skip(draft.end)
        if self.text[place : place + 1] not in tuple(_CROSSES):
            return None
        place = self._skip(place + 1)
        container = _containers(self.language).at(self.text, place)
        if container and len(draft.terms) == 1:
            numeral = Numeral(container.start, container.end, Decimal(1))
            return Term(numeral, container.start, container.end, Decimal(1), unit=container.value)
        return self._term(place) if self.text[place : place + 1].isdigit() and not self.masked[place] else None

    def _name_factors(self, draft: Draft) -> None:
        """A pack has a count and a measure, the count first; all factors of a size have one unit."""
        terms = draft.terms
        kinds = [units()[term.unit].kind if term.unit else "" for term in terms]
        measures = [place for place, kind in enumerate(kinds) if kind in ("mass", "volume")]
        if len(terms) == 2 and len(measures) == 1 and kinds[1 - measures[0]] in ("", "count"):
            draft.kind = "pack"
            measure = terms[measures[0]]
            draft.terms = [terms[1 - measures[0]], measure]
            draft.unit = measure.unit
            return
        draft.kind = "size"
        draft.unit = next((term.unit for term in reversed(terms) if term.unit), "")

    def _ratio(self, draft: Draft) -> bool:
        place = draft.end
        if draft.unit or draft.currency or self.text[place : place + 1] != ":":
            return False
        if not self.text[place + 1 : place + 2].isdigit():
            return False
        term = self._term(place + 1)
        if term is None or term.unit or term.currency:
            return False
        draft.kind, draft.end = "ratio", term.end
        draft.terms.append(term)
        return True

    def _range(self, draft: Draft) -> bool:
        """5–10 %, from 5 to 10 %, 0℃～4℃, between 10 and 15 days."""
        first = draft.terms[0]
        place = self._skip(draft.end)
        mark = self.words("range").at(self.text, place)
        if mark is None or (mark.value == "and" and not self._opened(draft.start, "and")):
            return False
        second = self._second(mark)
        if second is None or not self._may_join(first, second, mark):
            return False
        if second.numeral.scaled and not first.numeral.scaled and first.value < second.value:
            first = self._with_multiple_of(first, second)
        draft.terms = [first, second]
        draft.end, draft.unit = second.end, second.unit or first.unit
        draft.currency = second.currency or first.currency
        if opened := self._opened(draft.start, mark.value):
            draft.start = opened.start
        return True

    def _second(self, mark: Hit) -> Term | None:
        place = self._skip(mark.end)
        for lexicon_of_signs in (self.words("currency"), self.words("percent_before")):
            sign = lexicon_of_signs.at(self.text, place)
            place = self._skip(sign.end) if sign else place
        while self.text[place : place + 1] in ("-", "+") and self.text[place + 1 : place + 2].isdigit():
            place += 1
        if self.masked[place] or not self.text[place : place + 1].isdigit():
            return None
        term = self._term(place)
        return replace(term, start=min(term.start, place)) if term else None

    def _may_join(self, first: Term, second: Term, mark: Hit) -> bool:
        if first.unit and second.unit and first.unit != second.unit and not _are_convertible(first.unit, second.unit):
            return False
        if (first.currency and second.unit) or (first.unit and second.currency):
            return False
        if first.unit and not second.unit and mark.end - mark.start > 1 and mark.value != "and":
            return False  # "500 kg à 20 …": the second number has another noun
        return first.value < max(second.value, second.other or second.value)

    def _with_multiple_of(self, first: Term, second: Term) -> Term:
        """5-10万: the multiple is of both numbers."""
        digits = DIGITS.match(self.text, second.numeral.start)
        bare = value_of(digits[0], self.language) if digits else None
        if bare is None or not bare.value or first.value > bare.value:
            return first
        return replace(first, value=first.value * abs(second.value) / bare.value)

    def _opened(self, start: int, value: str) -> Hit | None:
        """The word that opens a range: from, between."""
        hit = self.words("open").before(self.text, self._skip_back(start))
        return hit if hit and hit.value == value else None

    def _tolerance(self, draft: Draft) -> None:
        """0.5 ± 0.02 mm, 0.5 mm ± 0.02 mm, and ± 5 % alone."""
        first = draft.terms[0]
        before = re.search(r"(?:±|\+/-|\+-) ?%?$", self.text[: first.start])
        if before and first.numeral.start >= before.start():
            draft.tolerance, draft.start = abs(first.value), before.start()
            draft.terms = [replace(first, value=Decimal(0), other=None)]
            return
        mark = _PLUS_MINUS.match(self.text, draft.end)
        if not mark or not self.text[mark.end() : mark.end() + 1].isdigit():
            return
        term = self._term(mark.end())
        if term is None or (draft.unit and term.unit and term.unit != draft.unit):
            return
        draft.tolerance, draft.end, draft.unit = abs(term.value), term.end, draft.unit or term.unit

    # --- what stands around

    def _surroundings(self, draft: Draft) -> None:
        self._unit_in_front(draft)
        self._rate(draft)
        self._bound_behind(draft)
        self._leading(draft)
        self._bound_before(draft)
        self._leading(draft)

    def _unit_in_front(self, draft: Draft) -> None:
        """pH 3.5, Brix 65°, コンテナ2本, and the mark between a number and its unit that means more: 100多人."""
        if draft.terms:
            behind = draft.terms[-1].numeral.end
            if draft.end > behind and self.text[behind] in _OVER.get(self.language, ""):
                draft.bound = ">"
        end = self._skip_back(draft.start)
        hit = self.words("unit_before").before(self.text, end) if draft.unit in ("", "deg") else None
        if hit is None and draft.unit in ("bottle", "unit", "pc") and self.language in ("ja", "ko", "zh"):
            hit = self.words("unit").before(self.text, end)
            hit = hit if hit and units()[hit.value].family == "container" else None
        if hit and not draft.currency and draft.kind == "amount":
            draft.unit, draft.start = hit.value, hit.start

    def _rate(self, draft: Draft) -> None:
        """/t, per carton, per 100 g, للطن, 一吨, each."""
        place = self._skip(draft.end)
        word = self.words("per_word").at(self.text, place)
        if word and (draft.currency or word.value != "pc"):
            draft.per, draft.end = word.value, word.end
            return
        hit = self._per_unit(place, is_price=bool(draft.currency), has_unit=bool(draft.unit))
        hit = hit or (self._rate_in_brackets(place) if self.language == "ja" else None)
        if hit:
            draft.per, draft.end = hit.value, hit.end

    def _per_unit(self, place: int, *, is_price: bool, has_unit: bool) -> Hit | None:
        if self.language == "ar" and (hit := self._arabic_per(place)):
            return hit
        mark = self.words("per").at(self.text, place)
        if mark is None:
            unit = self.words("unit").at(self.text, place) if is_price and place > 0 else None
            return unit if unit and unit.value == "pc" and unit.end - unit.start > 1 else None
        if not is_price and self.text[mark.start : mark.end] == "@":
            return None
        place = self._skip(mark.end)
        hundred = _HUNDRED.match(self.text, place)
        after = hundred.end() if hundred else place
        unit = self.words("unit").at(self.text, after)
        if unit is None or (not is_price and not self._is_rate(mark, unit, has_unit)):
            return None
        count = hundred[0].strip().replace(",", "") if hundred else ""
        return Hit(mark.start, unit.end, ("" if count in ("", "1") else count) + unit.value)

    def _rate_in_brackets(self, place: int) -> Hit | None:
        """（100g当たり）"""
        match = re.compile(r"[（(]?(1(?:0{2,3})?) ?").match(self.text, place)
        unit = self.words("unit").at(self.text, match.end()) if match else None
        if match is None or unit is None:
            return None
        suffix = next((word for word in _PER_SUFFIXES["ja"] if self.text.startswith(word, unit.end)), "")
        if not suffix:
            return None
        return Hit(place, unit.end + len(suffix), ("" if match[1] == "1" else match[1]) + unit.value)

    def _is_rate(self, mark: Hit, unit: Hit, has_unit: bool) -> bool:
        """Articles make a rate of prices and of times only: 500 cajas al mes."""
        written = self.text[mark.start : mark.end]
        is_time = units()[unit.value].kind in ("time", "calendar") or unit.value in ("day", "workday")
        return written in _RATE_MARKS or is_time or (written in _RATE_WORDS and not has_unit)

    def _arabic_per(self, place: int) -> Hit | None:
        """للطن: the word for "per" and the article are one with the unit."""
        for prefix in ("لل", "بال", "لكل ", "في ال", "ال"):
            if self.text.startswith(prefix, place):
                unit = self.words("unit").at(self.text, place + len(prefix))
                if unit:
                    return Hit(place, unit.end, unit.value)
        return None

    def _leading(self, draft: Draft) -> None:
        """每吨1080美元, 톤당 1,080달러, กิโลละ 45 บาท, ayda 500 koli."""
        if draft.per:
            return
        end = len(_BEFORE_COLON.sub("", self.text[: draft.start]))
        hit = self.words("leading").before(self.text, end)
        if hit is None:
            hit = self._leading_unit(end)
        if hit and not any(self.masked[hit.start : hit.end]):
            draft.per, draft.start = hit.value, hit.start

    def _leading_unit(self, end: int) -> Hit | None:
        suffix = _PER_SUFFIXES.get(self.language)
        if suffix:
            for written in suffix:
                if self.text.endswith(written, 0, end):
                    return self._counted_unit(end - len(written))
        if self.language == "zh":
            unit = self.words("unit").before(self.text, end)
            if unit and self.text[unit.start - 1 : unit.start] == "每":
                return Hit(unit.start - 1, unit.end, unit.value)
        return None

    def _counted_unit(self, end: int) -> Hit | None:
        """The unit in front of 当たり, with a 1 or a 100 before it."""
        unit = self.words("unit").before(self.text, end)
        if unit is None:
            return None
        count = re.search(r"(?<!\d)1(?:0{2,3})? ?$", self.text[: unit.start])
        if count is None:
            return unit
        number = count[0].strip()
        return Hit(count.start(), unit.end, ("" if number == "1" else number) + unit.value)

    def _bound_behind(self, draft: Draft) -> None:
        place = draft.end
        while self.text[place : place + 1] in (" ", "'", "-") and place < len(self.text):
            place += 1
        hit = self.words("after").at(self.text, place)
        if hit:
            draft.bound, draft.end = hit.value, hit.end
            unit = self.words("unit").at(self.text, self._skip(hit.end))
            if unit and not draft.unit and not draft.currency:  # 3 000'den fazla ağaç, 100 or more cartons
                draft.unit, draft.end = unit.value, unit.end

    def _bound_before(self, draft: Draft) -> None:
        if draft.bound and draft.bound != "~":
            return
        head = self.text[: draft.start]
        if any(self.masked[max(0, draft.start - 1) : draft.start]):
            return
        end = len(_BEFORE_BOUND.sub("", head))
        hit = self.words("before").before(self.text, end) or self.words("before").before(
            self.text, len(_SPARE_WORDS.sub("", self.text[:end]))
        )
        if hit is None:
            hit = self._bound_before_attribute(end)
        if hit is None or (self._is_open(hit) and len(draft.terms) == 2 and draft.kind == "amount"):
            return
        draft.bound, draft.start = hit.value, hit.start

    def _bound_before_attribute(self, end: int) -> Hit | None:
        """maximum acidity 0.5 %"""
        attribute = self.words("attribute").before(self.text, end)
        return self.words("before").before(self.text, self._skip_back(attribute.start)) if attribute else None

    def _is_open(self, hit: Hit) -> bool:
        return self.words("open").words.get(self.text[hit.start : hit.end]) is not None

    # --- checks

    def _is_spelled_number(self, draft: Draft) -> bool:
        first = draft.terms[0]
        if not draft.unit and not draft.currency:
            return False
        return first.value != 1 or self.language not in _ARTICLES

    def _is_year(self, draft: Draft) -> bool:
        term = draft.terms[0]
        is_bare = not draft.currency and not draft.per and not draft.bound and draft.unit in ("", "year")
        return (
            is_bare and len(draft.terms) == 1 and term.numeral.plain and term.value in YEARS
            and term.numeral.end - term.numeral.start == 4 and draft.tolerance is None
        )  # fmt: skip

    def _skip(self, place: int) -> int:
        match = _TO_THE_UNIT.match(self.text, place)
        return match.end() if match else place

    def _skip_back(self, place: int) -> int:
        while place and self.text[place - 1] == " ":
            place -= 1
        return place


_RATE_MARKS = frozenset(
    ["/", "per", "por", "par", "pro", "je", "ต่อ", "每", "لكل", "на", "в", "mỗi", "cada", "pour", "für", "ogni", "trên"]
)
_RATE_WORDS = frozenset(["a", "an", "each"])
_PER_SUFFIXES = {"ja": ("当たり", "あたり", "につき"), "ko": ("당 ", "당"), "th": ("ละ",), "tr": (" başına", " başı")}
_BEFORE_COLON = re.compile(r"(?:需求|需要|需|出口|供应|可供|生产)?[ :：]*$")


def _are_convertible(first: str, second: str) -> bool:
    one, other = units()[first], units()[second]
    return bool(one.kind) and one.kind == other.kind


def _kind_of(draft: Draft) -> str:
    if draft.currency:
        return "price"
    if draft.unit in ("%", "‰"):
        return "percentage"
    return "temperature" if draft.unit in ("C", "F") else "amount"


def _alternatives(draft: Draft) -> tuple[tuple[Decimal, Decimal], ...]:
    first, last = draft.terms[0], draft.terms[-1]
    if first.other is None and last.other is None:
        return ()
    low = first.value if first.other is None else first.other
    high = last.value if last.other is None else last.other
    return ((low, high),)
