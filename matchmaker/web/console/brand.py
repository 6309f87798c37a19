"""The brand of the campaign: a form, with a picture of the colours as they are."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services.brand import FIELDS, set_brand
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms.refusals import refusals_in_form


class BrandForm(forms.ModelForm):
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG or WebP; it is made smaller to 480 × 160 pixels."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)

    class Meta:
        model = Campaign
        fields = FIELDS
        help_texts = {
            "short_name": gettext_lazy("Beside the logo at the top of each page, and in the title of the window."),
            "colour": gettext_lazy("# and six digits. White text must be readable on it."),
            "reply_to": gettext_lazy("Leave it empty for the address of the whole site."),
            "sender_name": gettext_lazy("Emails come from this name. Leave it empty for the name of the campaign."),
        }

    def _post_clean(self):
        """Rules are checked by the verb; the form only reads what was typed."""


@organiser
def brand(request):
    form = BrandForm(request.POST or None, request.FILES or None, instance=request.campaign)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            set_brand(by=request.user, campaign=request.campaign, **form.cleaned_data)
            messages.success(request, _("Saved. Pages, emails and papers look like this from now on."))
            return redirect("console_brand")
    return render(request, "console/brand.html", {"form": form})
