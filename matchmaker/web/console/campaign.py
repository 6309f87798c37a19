"""The campaign itself, and the demands in it."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import update_campaign
from matchmaker.catalogue.models import Demand
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.demands import held
from matchmaker.web.forms.refusals import refusals_in_form


class CampaignForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ["name_en", "name_zh", "about_en", "about_zh", "starts_on", "ends_on"]
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "about_en": forms.Textarea(attrs={"rows": 5}),
            "about_zh": forms.Textarea(attrs={"rows": 5, "lang": "zh"}),
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
    open_demands = Demand.objects.open()
    readable = (
        open_demands.exclude(visibility=Demand.Visibility.PRIVATE)
        .select_related("company")
        .annotate(
            line_count=Count("lines", distinct=True),
            match_count=Count("lines__matches", distinct=True, filter=Q(lines__matches__withdrawn_at__isnull=True)),
            mutual_count=Count("lines__matches", distinct=True, filter=Q(lines__matches__mutual_at__isnull=False)),
        )
        .order_by("closing_on", "pk")
    )
    return render(
        request,
        "console/demands.html",
        {
            "page": Paginator(readable, 30).get_page(request.GET.get("page")),
            "held": held(request),
            "role": request.role,
            "private": open_demands.filter(visibility=Demand.Visibility.PRIVATE).count(),
        },
    )
