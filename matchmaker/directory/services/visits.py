"""Who looked at what: a person's own list, and numbers for the supplier."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.directory.models import ShowsVisits, Visit

WINDOW = dt.timedelta(days=30)


@dataclass(frozen=True)
class Interest:
    """How often the products of a supplier were looked at in the last thirty days, and how many buyers keep them."""

    seen: int
    seen_before: int  # in the thirty days before those
    buyers: int
    saved: int
    by_product: dict[int, tuple[int, int]]  # product → (seen, saved)


def note_visit(*, by: User, product: Product, company: Company | None = None) -> None:
    """This person opened a product's page; a day counts once. Her own company's products do not count."""
    if Company.objects.of(by).filter(pk=product.company_id).exists():
        return
    Visit.objects.update_or_create(user=by, product=product, day=timezone.localdate(), defaults={"company": company})


def recently_seen(user: User, most: int = 8) -> list[int]:
    """Primary keys of the products this person looked at last, each once."""
    keys = Visit.objects.filter(user=user).order_by("-at").values_list("product", flat=True)[: 5 * most]
    return list(dict.fromkeys(keys))[:most]


def interest_in(company: Company, today: dt.date | None = None) -> Interest:
    """Numbers only; who it was is `visitors`, for those who chose to be seen."""
    today = today or timezone.localdate()
    visits = Visit.objects.filter(product__company=company)
    recent = visits.filter(day__gt=today - WINDOW)
    saved = ShortlistItem.objects.filter(product__company=company)
    seen_of = dict(recent.values("product").annotate(n=Count("pk")).values_list("product", "n"))
    saved_of = dict(saved.values("product").annotate(n=Count("pk")).values_list("product", "n"))
    return Interest(
        seen=sum(seen_of.values()),
        seen_before=visits.filter(day__gt=today - 2 * WINDOW, day__lte=today - WINDOW).count(),
        buyers=recent.exclude(company=None).values("company").distinct().count(),
        saved=sum(saved_of.values()),
        by_product={key: (seen_of.get(key, 0), saved_of.get(key, 0)) for key in seen_of.keys() | saved_of.keys()},
    )


def visitors(company: Company) -> QuerySet[Company]:
    """Buyers who looked at this supplier's products lately and chose to be visible."""
    since = timezone.localdate() - WINDOW
    seen = Visit.objects.filter(product__company=company, day__gt=since).values("company")
    return Company.objects.approved().filter(pk__in=seen, shows_visits__isnull=False)


@transaction.atomic
def show_visits(*, by: User, company: Company, visible: bool) -> None:
    """Let suppliers see that this company looked at their products, or be a number among others again."""
    require_member(by, company)
    if visible:
        ShowsVisits.objects.get_or_create(company=company, defaults={"chosen_by": by})
    else:
        ShowsVisits.objects.filter(company=company).delete()
    record(by=by, verb="show_visits", on=company, facts={"visible": visible})
