"""The report: one page of figures, the same as PDF, sheet and data set, and the targets beside them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.core import formats
from matchmaker.core.downloads import download
from matchmaker.events.models import Event
from matchmaker.reporting import figures, presentation, services
from matchmaker.reporting.figures import MONTH, WEEK
from matchmaker.reporting.services.report import TREND, EventRow, Report
from matchmaker.reporting.tasks import start_counting
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.charts import Columns, columns
from matchmaker.web.rendering.list_export import export

MANY = "all"


@team
@require_safe
def outcomes(request: HttpRequest) -> HttpResponse:
    """From the invitation to the first shipment, over one campaign, one event, or all of one's campaigns."""
    scope, period = _scope(request), _period(request)
    report = _latest(scope, period)
    context = {
        "role": request.role,
        "report": report,
        "scope": scope,
        "period": period,
        "query": request.GET.urlencode(),
        "own_campaigns": services.campaigns_of(request.user),
        "is_many": len(scope.campaigns) > 1,
        "events": Event.objects.filter(campaign__in=scope.campaigns, status=Event.Status.PUBLISHED),
        "zone": services.ZONE,
        "job": _job(report),
        "fewest": figures.FEWEST,
    }
    if report:
        context |= {
            "figures": _first_figures(report),
            "charts": _charts(report),
            "tables": presentation.tables(report),
            "targets": [
                (step.code, figures.FUNNEL[step.code], step.target)
                for step in report.funnel
                if step.code in figures.TARGETS
            ],
            "may_set_targets": _may_set_targets(request, scope),
        }
    return render(request, "console/outcomes.html", context)


@team
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Whether a large report was counted, which asks for itself again until it was."""
    job = _job(_latest(_scope(request), _period(request)))
    query = request.GET.urlencode()
    urls = {"poll_url": f"{request.path}?{query}", "result_url": f"{reverse('console_outcomes')}?{query}"}
    return render(request, "components/job.html", {"job": job, **urls})


def _may_set_targets(request: HttpRequest, scope: services.Scope) -> bool:
    """Of one whole campaign that is not archived, in whose team one decides."""
    if len(scope.campaigns) > 1 or scope.event or scope.campaigns[0].state == Campaign.State.ARCHIVED:
        return False
    return scope.campaigns[0] in services.campaigns_of(request.user, roles=Organiser.DECIDES)


def _latest(scope: services.Scope, period: str) -> Report | None:
    report = services.latest(scope, period=period)
    if report is None or report.is_old:
        transaction.on_commit(start_counting)
    return report


def _job(report: Report | None) -> dict:
    return {"state": "done" if report else "running", "label": _("The report is being counted")}


@team
@require_safe
def event_results(request: HttpRequest, slug: str) -> HttpResponse:
    """What became of one event: meetings, ratings, and what people said in the survey."""
    event = get_object_or_404(Event.objects.select_related("campaign"), campaign=request.campaign, slug=slug)
    row = services.event_row(event)
    context = {
        "event": event,
        "tab": "results",
        "figures": _event_figures(row),
        "row": row,
        "words": services.survey_words(event),
    }
    return render(request, "console/event_results.html", context)


@organiser
@require_safe
def sheet(request: HttpRequest, form: str) -> HttpResponse:
    """Every figure as a row of a sheet."""
    scope, period = _scope(request, Organiser.DECIDES), _period(request)

    def table():
        rows = presentation.sheet_rows(services.build(scope, period=period))
        return [_("Part"), _("Row"), _("Column"), _("Figure")], rows

    return export(request, "report", form, table, title=_("Report"))


@team
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The report on paper, in the reader's language."""
    from matchmaker.reporting import printing  # brings fpdf and fontTools (25 MB)

    report = services.build(_scope(request), period=_period(request))
    made = printing.report_pdf(report)
    return download(made, name=f"report-{timezone.localdate()}.pdf", content_type="application/pdf", inline=True)


@organiser
@require_POST
def data(request: HttpRequest) -> HttpResponse:
    """The signed data set; a POST, because each one stands in the record."""
    made = services.data_set(by=request.user, scope=_scope(request, Organiser.DECIDES))
    return download(made, name=f"report-{timezone.localdate()}.zip", content_type="application/zip")


@organiser
@require_POST
def targets(request: HttpRequest) -> HttpResponse:
    """The targets of the campaign whose report is shown, which may be another than the one that is worked in."""
    scope = _scope(request, Organiser.DECIDES)
    if len(scope.campaigns) > 1 or scope.event:
        raise Http404
    with refusals_in_messages(request):
        values = {}
        for code, label in figures.TARGETS.items():
            text = request.POST.get(code, "").strip()
            if text and not (text.isascii() and text.isdigit() and len(text) < 9):
                raise ValidationError(
                    _("“%(text)s” is no target for %(figure)s: write a whole number in digits.")
                    % {"text": text[:20], "figure": label}
                )
            values[code] = int(text) if text else None
        services.set_targets(by=request.user, campaign=scope.campaigns[0], values=values)
        messages.success(request, _("Saved."))
    return redirect(f"{reverse('console_outcomes')}?{request.GET.urlencode()}")


def _scope(request: HttpRequest, roles=Organiser.Role.values) -> services.Scope:
    """The campaigns and the event that the address names; those of another's team do not exist."""
    own = services.campaigns_of(request.user, roles=roles)
    wanted = request.GET.get("campaign", "") or request.campaign.slug
    campaigns = tuple(own if wanted == MANY else [one for one in own if one.slug == wanted])
    if not campaigns:
        raise Http404
    slug = request.GET.get("event", "")
    event = Event.objects.filter(campaign__in=campaigns, slug=slug).select_related("campaign").first() if slug else None
    if slug and event is None:
        raise Http404
    return services.Scope((event.campaign,) if event else campaigns, event=event)


def _period(request: HttpRequest) -> str:
    return WEEK if request.GET.get("period") == WEEK else MONTH


def _first_figures(report: Report) -> list[dict]:
    """What a minister reads first."""
    companies = {step.code: formats.number(step.companies) for step in report.funnel}
    order = next(rung for rung in report.rungs if rung.code == "order")
    row = report.meetings
    rate = _("%(percent)s of them kept") % {"percent": formats.percent(row.kept)} if row.kept is not None else ""
    deals = _("orders confirmed by both sides: %(count)s") % {"count": formats.number(order.confirmed)}
    return [
        {"label": _("Companies signed up"), "value": companies["registered"]},
        {"label": _("Meetings held"), "value": formats.number(row.held), "note": rate},
        {"label": _("Companies with a deal"), "value": companies["agreed"]},
        {"label": _("Value of the orders"), "value": formats.money(order.yuan), "note": deals, "first": True},
    ]


def _event_figures(row: EventRow) -> list[dict]:
    number, percent = formats.number, formats.percent
    rated = _("%(count)s ratings of meetings") % {"count": number(row.ratings)}
    answered = _("%(answers)s of %(sent)s answered") % {"answers": number(row.answers), "sent": number(row.surveyed)}
    return [
        {"label": _("Meetings held"), "value": number(row.held), "first": True},
        {"label": _("Missed"), "value": number(row.missed)},
        {"label": _("Disputed"), "value": number(row.disputed)},
        {"label": _("Meetings kept"), "value": percent(row.kept) or "–"},
        {"label": _("Tables used"), "value": percent(row.tables_used) or "–"},
        {"label": _("Rating of meetings, 1 to 5"), "value": number(row.satisfaction, 1) or "–", "note": rated},
        {"label": _("Would come again, 1 to 5"), "value": number(row.again, 1) or "–", "note": answered},
    ]


def _charts(report: Report) -> list[Columns]:
    """New companies by period, one chart a step; the figures stand in the table below."""
    names = [presentation.period_name(row.key) for row in report.trend]
    if len(names) < 2:
        return []
    return [
        columns(str(figures.FUNNEL[code]), names, [row.steps[place] for row in report.trend])
        for place, code in enumerate(TREND)
    ]
