"""How far the companies of a partner have come: figures only, never whom they talk to."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from matchmaker.campaigns.models import Enrolment
from matchmaker.catalogue.models import Product
from matchmaker.events.models import Meeting
from matchmaker.matching.models import Match


def followed(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Each with `products` published, `matches` that stand, `mutual` ones and `meetings` planned or held."""
    known = Q(line__demand__visibility="public") | Q(buyer_answer=Match.Answer.INTERESTED)
    matches = Match.objects.active().filter(known)  # a private demand shows in no figure before its buyer's yes
    counted = {
        "products": _number(Product.objects.published(), "company"),
        "matches": _number(matches, "product__company"),
        "mutual": _number(matches.filter(mutual_at__isnull=False), "product__company"),
        "meetings": _number(Meeting.objects.exclude(status=Meeting.Status.CANCELLED), "supplier"),
    }
    return enrolments.select_related("company", "code", "vouched_by").annotate(**counted)


def _number(rows: QuerySet, company: str) -> Coalesce:
    mine = rows.order_by().filter(**{company: OuterRef("company")}).values(company)
    return Coalesce(Subquery(mine.annotate(n=Count("pk", distinct=True)).values("n")), 0)
