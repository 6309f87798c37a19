"""What the engine knows of the campaign as a whole: learned once a run, so a pair has one score in every block."""

from functools import lru_cache

from matchmaker.matching.engine.background import Background
from matchmaker.matching.engine.scoring import Matcher
from matchmaker.matching.models import MatchRun
from matchmaker.matching.services import rows, vectors
from matchmaker.matching.sides import offers, wants


def learn_for(run: MatchRun) -> None:
    """Learn and store the run's background, unless another worker already has: both would write the same."""
    if MatchRun.objects.filter(pk=run.pk, background__isnull=False).exists():
        return
    offered, wanted = offers(rows.matchable_products()), wants(rows.matchable_lines())
    learned = Matcher(vectors.encoder()).learn_background(
        offered, wanted, vectors.offer_vectors(offered), vectors.want_vectors(wanted)
    )
    MatchRun.objects.filter(pk=run.pk, background__isnull=True).update(background=learned.to_bytes())


def current() -> Background:
    """That of the newest run; the empty one before there was any."""
    latest = MatchRun.objects.filter(background__isnull=False).order_by("-pk").values_list("pk", flat=True).first()
    return _of(latest) if latest else Background()


@lru_cache(maxsize=2)
def _of(run: int) -> Background:
    return Background.from_bytes(bytes(MatchRun.objects.values_list("background", flat=True).get(pk=run) or b""))
