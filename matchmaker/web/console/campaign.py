"""The campaign itself: its name, text, dates and rules."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services.lifecycle import update_campaign
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms.refusals import refusals_in_form


class CampaignForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = [
            *("name", "about", "starts_on", "ends_on", "host", "answer_days", "trusts_partners", "trusts_domains"),
            *("freight_percent", "insurance_percent"),
        ]
        labels = {"name": gettext_lazy("Name")}  # the model's word is that for the name of a person, too
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def _post_clean(self):
        """Rules are checked by the service; the form only reads what was typed."""


@organiser
def campaign(request):
    form = CampaignForm(request.POST or None, instance=request.campaign)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            update_campaign(by=request.user, campaign=request.campaign, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("console_campaign")
    address = site.url_of(request.campaign)
    return render(request, "console/campaign.html", {"form": form, "address": address})
