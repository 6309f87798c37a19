"""The brand of an event, where it differs from its campaign's."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from matchmaker.events.models import EventBrand
from matchmaker.events.services.brand import set_event_brand
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console.events.event import event_of
from matchmaker.web.forms.refusals import refusals_in_form

PICTURES = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})


class EventBrandForm(forms.ModelForm):
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG or WebP; it is made smaller to 480 × 160 pixels."),
        widget=PICTURES,
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)
    picture = forms.FileField(label=gettext_lazy("Picture of the event"), required=False, widget=PICTURES)
    remove_picture = forms.BooleanField(label=gettext_lazy("Remove the picture"), required=False)

    class Meta:
        model = EventBrand
        fields = ("short_name", "colour")
        help_texts = {
            "short_name": gettext_lazy("Beside the logo at the top of each page, and in the title of the window."),
            "colour": gettext_lazy("# and six digits. White text must be readable on it."),
        }

    def _post_clean(self):
        """Rules are checked by the verb; the form only reads what was typed."""


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def brand(request: HttpRequest, slug: str) -> HttpResponse:
    event = event_of(request, slug)
    form = EventBrandForm(request.POST or None, request.FILES or None, instance=event.look)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            set_event_brand(by=request.user, event=event, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("console_event_brand", slug)
    context = {"event": event, "tab": "brand", "form": form}
    return render(request, "console/event_brand.html", context, status=422 if form.errors else 200)
