"""Translation of what people write: what may leave the site, what it has cost, what failed."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from matchmaker.campaigns.services import translation as services
from matchmaker.translation.models import Kind
from matchmaker.translation.services import kinds_that_may_leave, overview
from matchmaker.web.access.decorators import campaign_admin

PROBLEMS = {
    "changed_numbers": gettext_lazy("A number was changed; the translation is not shown."),
    "added_markup": gettext_lazy("Markup was added; the translation is not shown."),
    "missing_term": gettext_lazy("A word of the trade was translated otherwise; the translation is not shown."),
    "empty": gettext_lazy("The answer was empty."),
    "too_long": gettext_lazy("The answer was far too long."),
    "not_a_text": gettext_lazy("The answer was no text."),
    "no_such_pair": gettext_lazy("The engine does not have this pair of languages."),
    "unreachable": gettext_lazy("The engine did not answer."),
    "not_installed": gettext_lazy("The engine is not installed on the server."),
    "damaged_model": gettext_lazy("The files of a model are damaged or missing."),
    "status_401": gettext_lazy("The engine refused the key."),
    "status_403": gettext_lazy("The engine refused the key."),
}


@dataclass(frozen=True)
class Problem:
    """One kind of failure, in words, and how many texts it concerns."""

    sentence: str
    count: int


@campaign_admin
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The engine, the budget, the kinds of texts and the failures."""
    state, allowed = overview(), kinds_that_may_leave()
    context = {
        "state": state,
        "problems": [
            Problem(str(PROBLEMS.get(code, _("The engine gave an answer that is not as documented."))), count)
            for code, count in state.problems.items()
        ],
        "kinds": [(kind, kind.value in allowed) for kind in Kind],
        "may_change": request.campaign.is_current and not request.campaign.is_archived,
        "percent": min(100, round(100 * state.used / state.budget)) if state.budget else 100,
    }
    return render(request, "console/translation.html", context)


@campaign_admin
@require_POST
def decide(request: HttpRequest, kind: str) -> HttpResponse:
    """Whether texts of one kind may be sent to the engine."""
    if kind not in Kind.values:
        raise Http404
    _require_current(request)
    who = {"by": request.user, "campaign": request.campaign}
    services.decide_about_kind(**who, kind=kind, may_leave=request.POST.get("may_leave") == "1")
    messages.success(request, _("Saved."))
    return redirect("console_translation")


@campaign_admin
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Have everything translated anew."""
    _require_current(request)
    count = services.translate_again(by=request.user, campaign=request.campaign)
    sentence = ngettext("%(count)d text is translated anew.", "%(count)d texts are translated anew.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("console_translation")


def _require_current(request: HttpRequest) -> None:
    """The engine is of the whole site: administrators of other campaigns read the figures and change nothing."""
    if not request.campaign.is_current:
        raise Http404
