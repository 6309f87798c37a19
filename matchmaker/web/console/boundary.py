"""What of a contact leaves the country of the site, and how many persons it was this year."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from matchmaker.campaigns.boundary import choose_fields, persons_this_year
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms import fields


class CrossingForm(forms.Form):
    leaving = forms.MultipleChoiceField(
        label=gettext_lazy("What may leave"),
        required=False,
        widget=fields.Ticks,
        choices=[
            ("contact_name", gettext_lazy("Name of the contact person")),
            ("contact_email", gettext_lazy("Email address")),
            ("contact_phone", gettext_lazy("Telephone")),
            ("contact_wechat", gettext_lazy("WeChat ID")),
        ],
        help_text=gettext_lazy("For companies abroad, once both sides have said yes. What is not ticked stays here."),
    )


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def boundary(request):
    initial = {"leaving": request.campaign.crossing_fields}
    form = CrossingForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        choose_fields(by=request.user, campaign=request.campaign, fields=form.cleaned_data["leaving"])
        messages.success(request, _("Saved."))
        return redirect("console_boundary")
    count = persons_this_year()
    context = {
        "form": form,
        "count": count,
        "limit": settings.BOUNDARY_LIMIT,
        "year": timezone.localdate().year,
        "thresholds": [{"at": at, "reached": count >= at} for at in settings.BOUNDARY_THRESHOLDS],
    }
    return render(request, "console/boundary.html", context)
