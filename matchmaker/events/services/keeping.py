"""What a company's word is worth: how many of its meetings it kept. Shown before somebody asks for one."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Count, F, Q, When

from matchmaker.companies.models import Company
from matchmaker.events.models import Meeting

ENOUGH = 3  # below this a percentage says nothing
LATE = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeptRate:
    """`kept` of `of` meetings; a meeting counts once its outcome is agreed or settled."""

    kept: int
    of: int

    @property
    def percent(self) -> int | None:
        """None where there are too few to say."""
        return round(100 * self.kept / self.of) if self.of >= ENOUGH else None


def kept_rate(company: Company) -> KeptRate:
    """How many of its meetings a company kept: it came, rather than stayed away or called off on the last day."""
    return kept_rates([company.pk]).get(company.pk, KeptRate(0, 0))


def kept_rates(companies: list[int]) -> dict[int, KeptRate]:
    """The same for many companies, in two queries; companies without a meeting are absent."""
    found: dict[int, list[int]] = {}
    for side in ("supplier", "buyer"):
        came = Q(status__in=[Meeting.Status.HELD, Meeting.Status.CUT_SHORT])
        missed = Q(status=Meeting.Status.MISSED) & ~Q(absent="")
        late = Q(status=Meeting.Status.CANCELLED, cancelled_by=side, cancelled_at__gt=F("starts_at") - LATE)
        stayed_away = Q(status=Meeting.Status.MISSED, absent__in=[side, Meeting.Side.BOTH])
        one_missed = Q(supplier_said="missed") ^ Q(buyer_said="missed")
        disputed = Q(team_said="") & one_missed & ~Q(supplier_said="") & ~Q(buyer_said="")
        rows = (
            Meeting.objects.filter(came | missed | late, **{f"{side}__in": companies})
            .exclude(disputed)
            .order_by()
            .values_list(side)
            .annotate(of=Count("pk"), broken=Count(Case(When(stayed_away | late, then=1))))
        )
        for key, of, broken in rows:
            kept = found.setdefault(key, [0, 0])
            kept[0] += of - broken
            kept[1] += of
    return {key: KeptRate(*counts) for key, counts in found.items()}
