"""Which worker matches which waiting row: claimed by a conditional update with a lease (docs/decisions/0003)."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.core.leases import unleased
from matchmaker.matching.models import MatchRun, OfferState, WantState
from matchmaker.matching.services import storing

FOLLOWED, MOST_FOLLOWED = dt.timedelta(hours=2), 5_000
LEASE = 30  # seconds; renewed while its worker lives, so that a row of a dead one waits so long
STATES = {Product: OfferState, DemandLine: WantState}
COMPANY = {Product: "company", DemandLine: "demand__company"}

_BEHIND = Q(matching_state__isnull=True) | ~Q(matching_state__revision=F("revision"))
_TRIED = Q(matching_state__attempts__gt=0, matching_state__tried_revision=F("revision"))


@dataclass(frozen=True)
class Claim:
    """Rows that are ours until the lease ends, each with the revision it had when we took it."""

    token: uuid.UUID
    products: dict[int, int]
    lines: dict[int, int]

    def __bool__(self) -> bool:
        return bool(self.products or self.lines)


def behind(kind):
    """Products or demand lines whose revision matching has not seen."""
    if kind is Product:
        return Product.objects.exclude(status=Product.Status.DRAFT).filter(_BEHIND)
    return DemandLine.objects.exclude(demand__status="draft").filter(_BEHIND)


def follow_companies() -> int:
    """Let products and lines wait whose company changed after they were matched; returns how many.

    What a company may show comes and goes with its status, and conditions name its level, size and age. Looks at
    companies of the last hours only, so that it costs little every ten seconds; a full run sees them all.
    """
    changed = Company.objects.filter(updated_at__gt=timezone.now() - FOLLOWED).values_list("pk", flat=True)
    companies = list(changed[:MOST_FOLLOWED])
    return sum(_let_wait(kind, companies) for kind in STATES) if companies else 0


def _let_wait(kind, companies: list[int]) -> int:
    stale = kind.objects.filter(
        **{f"{COMPANY[kind]}__in": companies},
        matching_state__revision=F("revision"),
        matching_state__matched_at__lt=F(f"{COMPANY[kind]}__updated_at"),
    )
    keys = list(stale.values_list("pk", flat=True)[:MOST_FOLLOWED])
    return kind.objects.filter(pk__in=keys).update(revision=F("revision") + 1) if keys else 0


def take(most: int, *, beside: MatchRun | None = None) -> Claim:
    """Claim what waits: one row a company first, so that one company's import of thousands does not delay the others.

    What was tried before and not brought to an end goes alone, when nothing fresh is left: a row that kills its worker
    takes no other along, and after five attempts it is put aside until it is edited. `beside` a run that is going only
    what it will not deal with soon is taken: products edited since it began and those of no block to come, lines it has
    not read.
    """
    token = uuid.uuid4()
    free = {kind: _free(kind) for kind in STATES}
    if beside:
        to_come = beside.blocks.filter(done_at__isnull=True, first__lte=OuterRef("pk"), last__gte=OuterRef("pk"))
        free[Product] = free[Product].filter(Q(updated_at__gt=beside.started_at) | ~Exists(to_come))
        free[DemandLine] = free[DemandLine].filter(matching_state__run_revision__isnull=True)
    fresh = {kind: free_rows.exclude(_TRIED) for kind, free_rows in free.items()}
    products, lines = (_claim(kind, _in_turn(free_rows, kind, most), token) for kind, free_rows in fresh.items())
    if not products and not lines:
        tried = {kind: free_rows.exclude(storing.PUT_ASIDE).order_by("pk") for kind, free_rows in free.items()}
        products = _claim(Product, list(tried[Product].values_list("pk", flat=True)[:1]), token)
        if not products:
            lines = _claim(DemandLine, list(tried[DemandLine].values_list("pk", flat=True)[:1]), token)
    return Claim(token, products, lines)


def give_back(claim: Claim, *, is_counted: bool = True) -> None:
    """Another worker may take them now; the attempt stays counted where there was one."""
    for states in STATES.values():
        states.objects.filter(lease_token=claim.token).update(
            lease_until=None, lease_token=None, attempts=F("attempts") - int(not is_counted)
        )


def renew(claim: Claim) -> None:
    """Make the lease last as long again from now on."""
    for states in STATES.values():
        states.objects.filter(lease_token=claim.token).update(lease_until=timezone.now() + _lease())


def _lease() -> dt.timedelta:
    return dt.timedelta(seconds=min(LEASE, settings.MATCH_LEASE))


def _free(kind):
    return behind(kind).filter(unleased(timezone.now(), "matching_state__"))


def _in_turn(waiting, kind, most: int) -> list[int]:
    turns = waiting.annotate(turn=Window(RowNumber(), partition_by=COMPANY[kind], order_by="pk"))
    return list(turns.order_by("turn", "pk").values_list("pk", flat=True)[:most])


def _claim(kind, keys: list[int], token: uuid.UUID) -> dict[int, int]:
    """The rows we got, at the revision they had. The attempt is counted before the work."""
    if not keys:
        return {}
    states, now = STATES[kind], timezone.now()
    states.objects.bulk_create([states(**{states._meta.pk.attname: pk}) for pk in keys], ignore_conflicts=True)
    revision = Subquery(kind.objects.filter(pk=OuterRef("pk")).values("revision")[:1])
    # One table and no join: PostgreSQL looks at these conditions again when it had to wait for the row. What a person
    # quicker has matched meanwhile is left out.
    states.objects.filter(unleased(now), pk__in=keys).exclude(revision=revision).update(
        lease_until=now + _lease(),
        lease_token=token,
        attempts=Case(When(tried_revision=revision, then=F("attempts") + 1), default=Value(1)),
        tried_revision=revision,
    )
    return dict(states.objects.filter(lease_token=token).values_list("pk", "tried_revision"))
