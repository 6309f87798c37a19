"""What matching goes by: a look at the effect first, then saved."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.matching.models import MatchRun, MatchSettings
from matchmaker.matching.services import effect_of, save_settings
from matchmaker.matching.services.tuning import HIGHEST, MOST_PROMISED, weights_in_use
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms.refusals import refusals_in_form


def _weight(label, help_text, low: float = 0, high: float = HIGHEST) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"})
    return forms.FloatField(label=label, help_text=help_text, min_value=low, max_value=high, widget=widget)


class SettingsForm(forms.Form):
    meaning = _weight(gettext_lazy("Meaning"), gettext_lazy("How close the two texts are, in any language."))
    words = _weight(gettext_lazy("Words in common"), gettext_lazy("Rare words count more than frequent ones."))
    hs = _weight(gettext_lazy("HS code"), gettext_lazy("Two, four or six digits in common."))
    category = _weight(gettext_lazy("Category"), gettext_lazy("The same category, or at least the same group."))
    trust = _weight(gettext_lazy("Verification"), gettext_lazy("What was checked of the supplier."))
    crowding = _weight(
        gettext_lazy("Commonplace texts"),
        gettext_lazy("Below zero: a text that is near to everything must be nearer to count."),
        low=-HIGHEST,
        high=0,
    )
    floor = forms.IntegerField(
        label=gettext_lazy("Suggestions promised to small and first-time exporters"),
        help_text=gettext_lazy("Each of their products gets at least so many, even where the fit is lower."),
        min_value=0,
        max_value=MOST_PROMISED,
    )
    skip_known = forms.BooleanField(
        label=gettext_lazy("Leave out companies that have met"),
        help_text=gettext_lazy("Companies whose contacts are open to each other get no further suggestions together."),
        required=False,
    )

    def given(self) -> dict:
        values = dict(self.cleaned_data)
        floor, skip_known = values.pop("floor"), values.pop("skip_known")
        return {"weights": values, "floor": floor, "skip_known": skip_known}


@organiser
def match_settings(request):
    """Without a script too: one button shows the effect on this page, the other saves."""
    chosen = MatchSettings.objects.filter(adopted=True).first()
    initial = {name: round(value, 2) for name, value in weights_in_use().to_dict().items()}
    initial |= {"floor": chosen.floor if chosen else 0, "skip_known": bool(chosen and chosen.skip_known)}
    form = SettingsForm(request.POST or None, initial=initial)
    effect = None
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            if request.POST.get("do") == "save":
                save_settings(by=request.user, campaign=request.campaign, **form.given())
                messages.success(request, _("Saved. The settings count from the next full run on."))
                return redirect("console_matching")
            effect = effect_of(**form.given())
    latest = MatchRun.objects.filter(state=MatchRun.State.DONE).first()
    context = {
        "form": form,
        "effect": effect,
        "figures": figures_of(effect) if effect else [],
        "history": MatchSettings.objects.select_related("by")[:10],
        "chosen": chosen,
        "pending": bool(chosen and latest and latest.settings_id != chosen.pk),
    }
    return render(request, "console/match_settings.html", context)


def figures_of(effect) -> list[dict]:
    figures = [
        {"label": _("suggestions that stay"), "value": effect.kept},
        {"label": _("new suggestions"), "value": effect.new},
        {"label": _("suggestions that go"), "value": effect.gone},
        {"label": _("lines with another first suggestion"), "value": effect.moved, "first": True},
    ]
    if effect.promised:
        figures.append(
            {
                "label": _("promised to small exporters"),
                "value": effect.promised,
                "note": _("%(promised)s likely to be accepted; the others %(usual)s")
                % {"promised": _percent(effect.promised_probability), "usual": _percent(effect.usual_probability)},
            }
        )
    return figures


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{number_format(value * 100, 0)}%"
