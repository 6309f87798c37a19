"""What staff of the site look after: campaigns and their teams, companies, people, deliveries and storage."""

import shutil
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from matchmaker.core.storage import count_files
from matchmaker.notifications import health
from matchmaker.web.access.decorators import staff
from matchmaker.web.console.delivery import channel_names

ACTIVE = timedelta(days=30)
FILES = {
    "companies.Document": gettext_lazy("Papers of companies"),
    "catalogue.ProductFile": gettext_lazy("Files of products"),
    "catalogue.ProductImage": gettext_lazy("Pictures of products"),
    "catalogue.ProductVideo": gettext_lazy("Videos of products"),
    "messaging.Attachment": gettext_lazy("Files in enquiries"),
    "messaging.StepPaper": gettext_lazy("Documents of deals"),
}


@staff
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    delivery, names = health.delivery_health(), channel_names()
    context = {
        "figures": _figures(),
        "campaigns": _campaigns(),
        "statuses": _statuses(),
        "delivery": delivery,
        "channels": [
            channel | {"label": names.get(channel["name"], channel["name"])}
            for channel in delivery["channels"]
            if channel["waiting"] or channel["parked"] or channel["ever"]
        ],
        "storage": _storage(),
    }
    return render(request, "console/site.html", context)


def _figures() -> list[dict]:
    people = User.objects.filter(is_active=True)
    seen = people.filter(last_login__gte=timezone.now() - ACTIVE)
    return [
        {"label": _("companies"), "value": Company.objects.count(), "first": True},
        {"label": _("published products"), "value": Product.objects.published().count()},
        {"label": _("open demands"), "value": Demand.objects.open().count()},
        {"label": _("people with an account"), "value": people.count()},
        {"label": _("signed in within 30 days"), "value": seen.count()},
    ]


def _campaigns() -> list[Campaign]:
    """Each with its figures and the people of its team."""
    counts = {
        "company_count": Count("participations__company", distinct=True),
        "event_count": Count("events", distinct=True),
    }
    rows = list(Campaign.objects.annotate(**counts).order_by("-starts_on", "-pk"))
    teams: dict[int, list[Organiser]] = {}
    for one in Organiser.objects.select_related("user").order_by("role", "pk"):
        teams.setdefault(one.campaign_id, []).append(one)
    for row in rows:
        row.team = teams.get(row.pk, [])
    return rows


def _statuses() -> list[dict]:
    counts = dict(Company.objects.order_by().values_list("status").annotate(n=Count("pk")))
    return [{"label": label, "value": counts.get(value, 0)} for value, label in Company.Status.choices]


def _storage() -> list[dict]:
    """Files by kind, and the room on the disk where the site keeps them itself."""
    counts = count_files()
    lines = [{"label": label, "value": counts.get(table, 0), "unit": ""} for table, label in FILES.items()]
    try:
        disk = shutil.disk_usage(settings.MEDIA_ROOT)
    except OSError:  # no such folder yet
        return lines
    free = {"label": _("Free on the disk"), "value": disk.free // 2**30, "unit": "GiB"}
    return [*lines, free]
