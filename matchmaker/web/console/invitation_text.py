"""The campaign's own words for the letter that invites companies."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import invitation_texts
from matchmaker.notifications import wording
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms.refusals import refusals_in_form


class InvitationTextForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ["invitation_subject", "invitation_text"]
        labels = {"invitation_subject": gettext_lazy("Subject"), "invitation_text": gettext_lazy("Text")}
        help_texts = {
            "invitation_text": gettext_lazy("Say what the campaign is, when and where it takes place."),
        }

    def _post_clean(self):
        """Rules are checked by the service; the form only reads what was typed."""


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    campaign = request.campaign  # type: ignore[attr-defined]  # set by the decorator
    form = InvitationTextForm(request.POST or None, instance=campaign)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            invitation_texts.set_invitation_text(by=request.user, campaign=campaign, **form.cleaned_data)
            messages.success(request, _("Saved. Emails sent from now on carry these words."))
            return redirect("console_invitation_text")
    language = request.LANGUAGE_CODE  # type: ignore[attr-defined]  # see PageLanguage
    own = wording.default(invitation_texts.KIND, language)
    context = {"form": form, "own": own, "placeholders": wording.placeholders(invitation_texts.KIND)}
    return render(request, "console/invitation_text.html", context, status=422 if form.errors else 200)
