"""Translations are requested as rows, made by a task, and read by pages. No page ever waits for an engine."""

import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from matchmaker.core.languages import base_of, current
from matchmaker.core.leases import unleased
from matchmaker.core.rendered import Rendered
from matchmaker.engines.language import clean, is_readable, load_goods
from matchmaker.translation import checks, gloss, memory
from matchmaker.translation.engines import Engine, EngineError, Refusal, get_engine
from matchmaker.translation.models import PUBLIC_KINDS, Kind, KindPolicy, Translation, Usage

LEASE = dt.timedelta(minutes=5)  # longer than the slowest answer of a batch
BATCH = 20
MAX_ATTEMPTS = 6
FIRST_RETRY = dt.timedelta(minutes=1)
LONGEST_TEXT = 6_000  # characters
PAUSE_KEY = "translation:pause"
FIRST_PAUSE, LONGEST_PAUSE = 30, 1800  # seconds without a call after failures in a row
logger = logging.getLogger(__name__)
State = Translation.State


def digest_of(text: str) -> str:
    """The key of a text: the same text requested twice is translated once."""
    return hashlib.sha256(clean(text).encode()).hexdigest()


# -- what may leave ---------------------------------------------------------------------------------------------------
def kinds_that_may_leave() -> set[str]:
    """Kinds of texts that may be sent to an engine outside this machine."""
    decided = dict(KindPolicy.objects.values_list("kind", "may_leave"))
    return {kind for kind in Kind.values if decided.get(kind, kind in PUBLIC_KINDS)}


@transaction.atomic
def set_kind_policy(*, by, kind: str, may_leave: bool) -> None:
    """Decide about a kind of text. Texts that wait and may not leave any more are forgotten."""
    KindPolicy.objects.update_or_create(kind=kind, defaults={"may_leave": may_leave, "by": by})
    if not may_leave:
        Translation.objects.filter(kind=kind, state=State.WAITING).delete()


def characters_this_month(today: dt.date | None = None) -> int:
    """Characters sent to engines since the first of the month."""
    month = (today or timezone.localdate()).replace(day=1)
    return Usage.objects.filter(month=month).aggregate(sum=Sum("characters"))["sum"] or 0


# -- asking -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class TranslationRequest:
    """A text that is wanted in another language (ISO 639-1 codes)."""

    text: str
    source: str
    target: str
    kind: str = Kind.PRODUCT


def request_translations(wanted: Iterable[TranslationRequest]) -> int:
    """Write a row for each text that has none yet; a task does the rest. Returns how many rows are new.

    Without an engine, and for kinds of text that may not leave, nothing is written.
    """
    engine = get_engine()
    if engine is None:
        return 0
    allowed = kinds_that_may_leave() if engine.is_remote else set(Kind.values)
    rows = {}
    for one in wanted:
        text = clean(one.text) if "\n" not in one.text else one.text.strip()
        if one.kind in allowed and one.source != one.target and 0 < len(text) <= LONGEST_TEXT:
            key = digest_of(text), one.source, one.target
            rows[key] = Translation(
                digest=key[0],
                source=one.source,
                target=one.target,
                kind=one.kind,
                original=text,
                next_at=timezone.now(),
            )
    before = Translation.objects.count()
    Translation.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return Translation.objects.count() - before


def retranslate(*, kind: str | None = None) -> int:
    """Have translations made anew (of one kind, or all); until then the old ones are shown. Returns how many."""
    rows = Translation.objects.exclude(state=State.WAITING)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.update(state=State.WAITING, attempts=0, problem="", next_at=timezone.now(), lease_until=None)


# -- making -----------------------------------------------------------------------------------------------------------
def translate_waiting(limit: int = 10) -> int:
    """Translate batches of texts that wait; returns how many texts were worked on.

    Rows are claimed by a lease, so a worker that dies loses nothing and nothing is translated twice at the same time.
    """
    engine = get_engine()
    worked = 0
    for _round in range(limit):
        if engine is None or cache.get(PAUSE_KEY) or not _budget_left(engine):
            break
        rows = _claim()
        if not rows:
            break
        worked += len(rows)
        _translate(engine, rows)
    return worked


def _budget_left(engine: Engine) -> bool:
    return not engine.is_remote or characters_this_month() < settings.TRANSLATION_MONTHLY_CHARACTERS


def _free(now: dt.datetime) -> Q:
    return Q(state=State.WAITING, next_at__lte=now) & unleased(now)


def _claim() -> list[Translation]:
    """Up to a batch of texts of one pair of languages, claimed for this worker."""
    now = timezone.now()
    first = Translation.objects.filter(_free(now)).order_by("next_at", "pk").first()
    if first is None:
        return []
    same = Translation.objects.filter(_free(now), source=first.source, target=first.target, kind=first.kind)
    keys = list(same.order_by("next_at", "pk").values_list("pk", flat=True)[:BATCH])
    claimed = []
    for key in keys:
        claim = Translation.objects.filter(_free(now), pk=key)
        if claim.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
            claimed.append(key)
    return list(Translation.objects.filter(pk__in=claimed).order_by("pk"))


def _translate(engine: Engine, rows: list[Translation]) -> None:
    source, target = rows[0].source, rows[0].target
    texts = [row.original for row in rows]
    if engine.is_remote and rows[0].kind not in kinds_that_may_leave():  # decided after the row was written
        Translation.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return
    terms = [terms_of(text, source, target) for text in texts]
    try:
        if not engine.translates(source, target):
            raise Refusal("no_such_pair")
        pairs = sorted({(term, accepted[0]) for listed in terms for term, accepted in listed})
        answers = engine.translate(texts, source, target, pairs)
        if len(answers) != len(rows):
            raise EngineError("bad_answer")
    except EngineError as problem:
        _fail(rows, problem)
        return
    cache.delete_many([PAUSE_KEY, f"{PAUSE_KEY}:count"])
    _count(engine, rows)
    for row, answer, wanted_terms in zip(rows, answers, terms, strict=True):
        _store(engine, row, answer, wanted_terms)


def terms_of(text: str, source: str, target: str) -> list[tuple[str, tuple[str, ...]]]:
    """Names of goods in a text with every accepted name in the other language; a general word (shoes) has too many."""
    goods = load_goods()
    pairs = []
    for span in goods.find(text, source):
        concepts = [one for one in span.concepts if goods.is_translated(one) and not goods.is_general(one)]
        names = tuple(dict.fromkeys(name for concept in concepts for name in goods.names(concept, target)))
        if names:
            pairs.append((clean(text)[span.start : span.end], names))
    return pairs


def _store(engine: Engine, row: Translation, answer: str, terms: list[tuple[str, tuple[str, ...]]]) -> None:
    """Keep an answer that passes the checks; refuse another one with the reason."""
    try:
        text = checks.clean_translation(answer)
        problem = checks.problem_of(row.original, row.source, text, row.target)
    except ValidationError:
        text, problem = "", "not_a_text"
    if not problem and settings.TRANSLATION_TERMS_REQUIRED and checks.missing_terms(text, terms):
        problem = "missing_term"
    Translation.objects.filter(pk=row.pk).update(
        state=State.REFUSED if problem else State.DONE,
        text="" if problem else text,
        problem=problem,
        engine=engine.name,
        version=engine.version()[:80],
        lease_until=None,
        next_at=None,
        updated_at=timezone.now(),
    )


def _fail(rows: list[Translation], problem: EngineError) -> None:
    """Later again; after too many attempts, or where trying is useless, not any more. Failures pause all calls."""
    now = timezone.now()
    for row in rows:
        final = isinstance(problem, Refusal) or row.attempts >= MAX_ATTEMPTS
        Translation.objects.filter(pk=row.pk).update(
            state=State.FAILED if final else State.WAITING,
            problem=problem.code,
            lease_until=None,
            next_at=None if final else now + FIRST_RETRY * 2 ** (row.attempts - 1),
        )
    if not isinstance(problem, Refusal):
        failures = cache.get(f"{PAUSE_KEY}:count", 0) + 1
        cache.set(f"{PAUSE_KEY}:count", failures, 2 * LONGEST_PAUSE)
        cache.set(PAUSE_KEY, problem.code, min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE))
    logger.warning("translation %s → %s failed: %s", rows[0].source, rows[0].target, problem.code)


def _count(engine: Engine, rows: list[Translation]) -> None:
    if not engine.is_remote:
        return
    month = timezone.localdate().replace(day=1)
    key = {"month": month, "engine": engine.name, "kind": rows[0].kind}
    Usage.objects.bulk_create([Usage(**key)], ignore_conflicts=True)
    Usage.objects.filter(**key).update(
        characters=F("characters") + sum(len(row.original) for row in rows), texts=F("texts") + len(rows)
    )


# -- reading ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Source:
    """A text as its owner wrote it.

    Attributes:
        texts: language (ISO 639-1) → text, the owner's own; the original among them.
        original: the language of the original.
        hs_code: chooses between goods of the same name.
        is_name: a name or a line, short enough for a gloss.
        category: the name of its category in the reader's language, shown where nothing else can be read.
    """

    texts: dict[str, str]
    original: str
    hs_code: str = ""
    is_name: bool = True
    category: str = ""


@dataclass(frozen=True)
class Readable:
    """A text for one reader.

    Attributes:
        text, language: what is shown first.
        origin: `owner` (in a language of the reader), `machine`, `gloss`, `category`, or `other` (nothing of these).
        engine: the name of the engine, for `machine`.
        original, original_language: as written, where something else is shown; else "".
    """

    text: str
    language: str
    origin: str
    engine: str = ""
    original: str = ""
    original_language: str = ""

    def __str__(self) -> str:
        return Rendered(self.text)

    @property
    def is_readable(self) -> bool:
        """Whether the reader of the page knows its letters."""
        return is_readable(self.text, base_of(current()))


def read(source: Source, reader: str) -> Readable:
    """One text for a reader; see `read_many`."""
    return read_many([source], reader)[0]


def read_many(sources: Sequence[Source], reader: str) -> list[Readable]:
    """Texts for a reader of one language, in one query for all of them.

    The order: the owner's text in the reader's language, a machine translation, a gloss, the owner's English, the
    category, the original.
    """
    machine = _stored_translations([source for source in sources if reader not in source.texts], reader)
    return [_read(source, reader, machine) for source in sources]


def read_ahead(texts: Iterable[tuple[str, str]], reader: str) -> None:
    """Read the translations of all (text, its language) of a page in one query, before its parts ask one by one."""
    if memory.is_open() and get_engine() is not None:
        _stored_translations(
            [Source({language: text}, language) for text, language in texts if language != reader], reader
        )


def _stored_translations(sources: Sequence[Source], reader: str) -> memory.StoredTexts:
    """(digest, source language) → (text, engine) of machine translations that may be shown."""
    if get_engine() is None:
        return {}
    wanted = {(digest_of(text), source.original) for source in sources if (text := source.texts.get(source.original))}
    known = memory.of(reader)
    if missing := wanted - known.keys():
        rows = Translation.objects.filter(
            target=reader,
            source__in={language for _digest, language in missing},
            digest__in={digest for digest, _language in missing},
        ).exclude(text="")
        known |= dict.fromkeys(missing)
        known |= {
            (digest, source): (text, engine)
            for digest, source, text, engine in rows.values_list("digest", "source", "text", "engine")
        }
    return {key: known[key] for key in wanted}


def _read(source: Source, reader: str, machine: memory.StoredTexts) -> Readable:
    if own := source.texts.get(reader):
        return Readable(own, reader, "owner")
    original = source.texts.get(source.original, "")
    beside = {"original": original, "original_language": source.original}
    translated = machine.get((digest_of(original), source.original)) if machine else None
    if translated:
        return Readable(translated[0], reader, "machine", translated[1], **beside)
    if source.is_name and (words := _gloss(source, reader)):
        return Readable(words, reader, "gloss", **beside)
    if english := source.texts.get("en"):
        return Readable(english, "en", "other", **({} if source.original == "en" else beside))
    if source.category and source.is_name:
        return Readable(source.category, reader, "category", **beside)
    return Readable(original, source.original, "other")


def _gloss(source: Source, reader: str) -> str:
    """From the owner's English where there is one, else from the original: the vocabulary has most words there."""
    for language in dict.fromkeys(("en", source.original)):
        if text := source.texts.get(language):
            made = gloss.render(text, language, reader, source.hs_code)
            if made.text:
                return made.text
    return ""


# -- for the organisers -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Overview:
    """What the organiser's page shows."""

    engine: str
    is_remote: bool
    version: str
    pause: str
    budget: int
    used: int
    counts: dict[str, int] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    usage: list[Usage] = field(default_factory=list)


def overview() -> Overview:
    """The state of translation on this site."""
    engine = get_engine()
    rows = Translation.objects.values_list("state", "problem").annotate(count=Count("pk"))
    states, problems = Counter(), Counter()
    for state, problem, count in rows:
        states[state] += count
        problems[problem] += count if problem else 0
    return Overview(
        engine=engine.name if engine else "",
        is_remote=bool(engine and engine.is_remote),
        version=engine.version() if engine else "",
        pause=cache.get(PAUSE_KEY) or "",
        budget=settings.TRANSLATION_MONTHLY_CHARACTERS,
        used=characters_this_month(),
        counts=dict(states),
        problems={code: count for code, count in problems.items() if count},
        usage=list(Usage.objects.order_by("-month", "engine", "kind")[:60]),
    )
