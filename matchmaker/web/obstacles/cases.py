"""Cases of one's companies and of those that one's desk follows: list, report, answer, close."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.models import Organiser, Partner
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.companies.services import is_member
from matchmaker.messaging.models import Enquiry, Obstacle
from matchmaker.messaging.services import obstacles
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import current_company, signed_in
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.obstacles.forms import AnswerForm, CloseForm, ReportForm

PAGE, MOST = 30, 100  # cases on a page; enquiries and products to choose from


def _cases(user):
    """Those of one's own companies and desks; the team has its own pages."""
    own = Q(company__in=Company.objects.of(user).values("pk"))
    desks = Q(pk__in=Obstacle.objects.of_desks(user).values("pk"))
    return Obstacle.objects.visible_to(user).filter(own | desks).for_lists()


@signed_in
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    page = Paginator(_cases(request.user).order_by("closed_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    company = current_company(request)
    context = {"page": page, "company": company, "next_step": {} if company else _next_step(request.user)}
    return render(request, "obstacles/index.html", context)


def _next_step(user) -> dict[str, str]:
    """Where a person without a company reports: from the page of a company at her desk, or after joining."""
    if Organiser.objects.filter(user=user, role__in=Organiser.DECIDES).exists():
        return {"url": reverse("console_obstacles"), "label": _("Organiser console")}
    if desk := Partner.objects.open().of(user).order_by("pk").first():
        lead = _("What blocks the deals of your companies. Report one from the page of a company.")
        return {"url": reverse("partner_home", args=[desk.uid]), "label": _("Your companies"), "lead": lead}
    return {"url": reverse("join"), "label": _("Join the campaign")}


def _company(request: HttpRequest) -> Company:
    """The one the address names, else the one that one works for; 404 for those of others."""
    if wanted := request.GET.get("company"):
        try:
            return get_object_or_404(obstacles.companies_of_reporter(request.user), uid=UUID(wanted))
        except ValueError:
            raise Http404 from None
    company = current_company(request)
    if company is None:
        raise Http404
    return company


def _form(request: HttpRequest, company: Company) -> ReportForm:
    products = Product.objects.filter(company=company).prefetch_related("texts")
    enquiries: list[Enquiry] = []
    if is_member(request.user, company):
        enquiries = list(Enquiry.objects.of(company).order_by("-pk")[:MOST])
    else:
        products = products.published()
    return ReportForm(
        request.POST if request.method == "POST" else None,
        initial={"about": request.GET.get("about", "")},
        enquiries=enquiries,
        products=list(products.order_by("-pk")[:MOST]),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    company = _company(request)
    form = _form(request, company)
    if request.method == "POST" and form.is_valid():
        values = {"about": None, **form.cleaned_data}
        with refusals_in_form(form):
            case = obstacles.report_obstacle(by=request.user, company=company, **values)
            transaction.on_commit(start_delivery)
            messages.success(request, _("The case is open. The campaign’s team sees it."))
            return redirect("obstacle", case.uid)
    context = {"company": company, "form": form, "own": is_member(request.user, company)}
    return render(request, "obstacles/report.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, uid) -> HttpResponse:
    """One case with its answers; a POST writes one."""
    case = get_object_or_404(_cases(request.user).select_related("enquiry", "product"), uid=uid)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            obstacles.answer_obstacle(by=request.user, obstacle=case, text=form.cleaned_data["text"])
            transaction.on_commit(start_delivery)
            messages.success(request, _("Your answer is written."))
            return redirect("obstacle", uid)
    return _page(request, case, form, _close_form(request, case))


def _close_form(request: HttpRequest, case: Obstacle, data=None) -> CloseForm:
    return CloseForm(data, outcomes=obstacles.outcomes_of(obstacles.side_of(request.user, case)))


def _page(request: HttpRequest, case: Obstacle, form: AnswerForm, close_form: CloseForm) -> HttpResponse:
    own = is_member(request.user, case.company)
    context = {
        "case": case,
        "answers": case.answers.select_related("author"),
        "form": form,
        "close_form": close_form,
        "enquiry": case.enquiry if own else None,  # a partner does not see whom its company talks to
    }
    return render(request, "obstacles/case.html", context, status=422 if form.errors or close_form.errors else 200)


@signed_in
@require_POST
def close(request: HttpRequest, uid) -> HttpResponse:
    case = get_object_or_404(_cases(request.user).select_related("enquiry", "product"), uid=uid)
    form = _close_form(request, case, request.POST)
    if form.is_valid():
        with refusals_in_form(form):
            obstacles.close_obstacle(by=request.user, obstacle=case, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            messages.success(request, _("The case is closed."))
            return redirect("obstacle", uid)
    return _page(request, case, AnswerForm(), form)
