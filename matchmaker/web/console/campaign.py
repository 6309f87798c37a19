"""The campaign itself, and the demands in it."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from matchmaker.campaigns import boundary
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import update_campaign
from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.core import reference
from matchmaker.directory.models import ExchangeRate
from matchmaker.directory.rates import current_rates
from matchmaker.directory.services import remove_rate, set_rate
from matchmaker.matching.models import Match
from matchmaker.matching.tasks import start_price_update
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.company_list import companies_of
from matchmaker.web.console.demands import held_demands
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.rendering.reading_ahead import read_ahead_demands


class CampaignForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ["name", "about", "starts_on", "ends_on", "answer_days", "trusts_partners", "trusts_domains"]
        labels = {"name": gettext_lazy("Name")}  # the model's word is that for the name of a person, too
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def _post_clean(self):
        """Rules are checked by the verb; the form only reads what was typed."""


@organiser
def campaign(request):
    form = CampaignForm(request.POST or None, instance=request.campaign)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            update_campaign(by=request.user, campaign=request.campaign, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("console_campaign")
    return render(request, "console/campaign.html", {"form": form})


@team
def demands(request):
    """Open demands that organisers may read; of private ones only the number (authorisation matrix)."""
    open_demands = Demand.objects.open().filter(company__in=companies_of(request.campaign))
    readable = (
        open_demands.exclude(visibility=Demand.Visibility.PRIVATE)
        .select_related("company")
        .prefetch_related(Prefetch("lines", DemandLine.objects.select_related("category").order_by("number"), "listed"))
        .order_by("closing_on", "pk")
    )
    page = Paginator(readable, 30).get_page(request.GET.get("page"))
    read_ahead_demands(page.object_list)
    matches = Match.objects.filter(line__demand__in=list(page.object_list)).order_by().values("line__demand")
    counted = matches.annotate(active=Count("pk", filter=Q(withdrawn_at__isnull=True)), mutual=Count("mutual_at"))
    counts = {row["line__demand"]: row for row in counted}
    return render(
        request,
        "console/demands.html",
        {
            "page": page,
            "rows": [(demand, counts.get(demand.pk, {"active": 0, "mutual": 0})) for demand in page.object_list],
            "held": held_demands(request),
            "role": request.role,
            "private": open_demands.filter(visibility=Demand.Visibility.PRIVATE).count(),
        },
    )


# What of a buyer's contact leaves the country of the site, and how many persons it was this year.


class CrossingForm(forms.Form):
    leaving = forms.MultipleChoiceField(
        label=gettext_lazy("What may leave"),
        required=False,
        widget=fields.Ticks,
        choices=[
            ("contact_name", gettext_lazy("Name of the contact person")),
            ("contact_email", gettext_lazy("E-mail address")),
            ("contact_phone", gettext_lazy("Telephone")),
            ("contact_wechat", gettext_lazy("WeChat ID")),
        ],
        help_text=gettext_lazy("For companies abroad, once both sides have said yes. What is not ticked stays here."),
    )


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def show(request):
    initial = {"leaving": request.campaign.crossing_fields}
    form = CrossingForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        boundary.choose_fields(by=request.user, campaign=request.campaign, fields=form.cleaned_data["leaving"])
        messages.success(request, _("Saved."))
        return redirect("console_boundary")
    count = boundary.persons_this_year()
    context = {
        "form": form,
        "count": count,
        "limit": settings.BOUNDARY_LIMIT,
        "year": timezone.localdate().year,
        "thresholds": [{"at": at, "reached": count >= at} for at in settings.BOUNDARY_THRESHOLDS],
    }
    return render(request, "console/boundary.html", context)


# Exchange rates by which prices are compared; each with its day and source.


class RateForm(forms.Form):
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    yuan = fields.TradeNumberField(label=gettext_lazy("Yuan for one unit"), max_digits=18, decimal_places=8)
    as_of = forms.DateField(
        label=gettext_lazy("Rate of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = fields.LineField(
        label=gettext_lazy("Source"),
        max_length=200,
        help_text=gettext_lazy("Such as the central parity rate of the China Foreign Exchange Trade System."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        codes = reference.choices(reference.currencies())
        self.fields["currency"].choices = [(code, f"{code} · {name}") for code, name in codes if code != "CNY"]


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def index(request):
    form = RateForm(request.POST or None, initial={"as_of": timezone.localdate(), "currency": "USD"})
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            set_rate(by=request.user, campaign=request.campaign, **form.cleaned_data)
            start_price_update()
            messages.success(request, _("Saved. Lists and comparisons follow within a minute."))
            return redirect("console_rates")
    held = current_rates()
    rows = [{"rate": row, "holds": held.get(row.currency) == row} for row in ExchangeRate.objects.all()[:200]]
    return render(request, "console/rates.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


@organiser
@require_POST
def remove(request, key: int):
    rate = get_object_or_404(ExchangeRate, pk=key)
    remove_rate(by=request.user, campaign=request.campaign, rate=rate)
    start_price_update()
    messages.success(request, _("The rate is gone; the one before it holds."))
    return redirect("console_rates")
