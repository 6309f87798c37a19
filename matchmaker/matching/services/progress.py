"""Whether matching is about to bring something for what a page shows."""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from matchmaker.catalogue.models import Demand, Product
from matchmaker.matching.services import claims, storing

# Matching takes seconds. A page that waits longer asks no more: a notice tells of what comes later.
LONGEST_WAIT = dt.timedelta(minutes=10)


def product_waits(product: Product) -> bool:
    """Whether a product that was just published or changed is still to be compared with the demands."""
    return product.is_public and _is_recent(product) and _still_to_do(Product.objects.filter(pk=product.pk))


def demand_waits(demand: Demand) -> bool:
    """Whether a line of a demand that was just opened or changed is still to be compared with the products."""
    if not demand.is_open or not demand.company.is_approved:
        return False
    return _is_recent(demand) and _still_to_do(demand.lines.all())


def _is_recent(row: Product | Demand) -> bool:
    return timezone.now() - row.updated_at < LONGEST_WAIT


def _still_to_do(chosen: QuerySet) -> bool:
    return claims.behind(chosen.model).exclude(storing.PUT_ASIDE).filter(pk__in=chosen.order_by().values("pk")).exists()
