"""The desk of a country partner or a trading group: its companies and how far they are, its codes, its events."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.models import Enrolment, Partner
from matchmaker.campaigns.services import partners
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company, Invitation
from matchmaker.companies.tasks import start_invitations
from matchmaker.events.models import Event, EventParticipation, Meeting
from matchmaker.matching.models import Match
from matchmaker.messaging.models import Obstacle
from matchmaker.notifications.tasks import start_delivery
from matchmaker.reporting.figures import FEWEST, FUNNEL
from matchmaker.reporting.services import SPLIT_STEPS, lines_below, partner_line
from matchmaker.web.access.decorators import partner, signed_in
from matchmaker.web.forms.fields import text_beside
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.partner.forms import CodeForm, EnrolForm, VouchForm
from matchmaker.web.rendering.page_context import partner_desks


@signed_in
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Where the letter leads: to one's desk. A person who confirmed her address meanwhile takes her place here."""
    partners.take_seats(by=request.user)
    own = Partner.objects.open().of(request.user).first()
    if own is None:
        raise Http404
    return redirect("partner_home", own.uid)


@partner
@require_safe
def home(request: HttpRequest, uid) -> HttpResponse:
    """The companies this partner brought, with what they have reached."""
    enrolments = request.partner.enrolments.all()
    statuses = list(enrolments.values_list("company__status", flat=True))
    context = {
        "partner": request.partner,
        "page": Paginator(with_counts(enrolments).order_by("-pk"), 30).get_page(request.GET.get("page")),
        "figures": [
            {"label": _("companies brought"), "value": len(statuses)},
            {"label": _("approved"), "value": statuses.count(Company.Status.APPROVED), "first": True},
            {"label": _("waiting for approval"), "value": statuses.count(Company.Status.PENDING)},
            {"label": _("you may still bring"), "value": partners.places_left(request.partner)},
        ],
        "line": [(FUNNEL[step.code], step.companies) for step in partner_line(request.partner)],
        "steps": [FUNNEL[code] for code in SPLIT_STEPS],
        "below": _below(request.partner),
        "fewest": FEWEST,
        "others": [desk for desk in partner_desks(request) if desk["uid"] != request.partner.uid],
    }
    return render(request, "partner/home.html", context)


def _below(partner: Partner) -> list[dict]:
    """Each of those below with its figures and their labels."""
    labels = [FUNNEL[code] for code in SPLIT_STEPS]
    return [{"name": row.name, "figures": list(zip(labels, row.steps, strict=True))} for row in lines_below(partner)]


@partner
@require_safe
def events(request: HttpRequest, uid) -> HttpResponse:
    """Which of its companies come to which event, with the number of their meetings."""
    own = request.partner.enrolments.values("company")
    meetings = Meeting.objects.exclude(status=Meeting.Status.CANCELLED).filter(event=OuterRef("event"))
    pairs = meetings.filter(Q(supplier=OuterRef("company")) | Q(buyer=OuterRef("company")))
    rows = EventParticipation.objects.filter(event__campaign=request.partner.campaign, company__in=own)
    rows = rows.exclude(status=EventParticipation.Status.WITHDRAWN).filter(event__in=Event.objects.published())
    number = pairs.order_by().values("event").annotate(n=Count("pk")).values("n")
    rows = rows.select_related("event", "company").annotate(meetings=Coalesce(Subquery(number), 0))
    known = Event.objects.published().filter(participations__in=rows.order_by().values("pk")).distinct()
    chosen = known.filter(slug=request.GET.get("event", "").replace("\x00", "")).first()
    if chosen is not None:
        rows = rows.filter(event=chosen)
    context = {
        "partner": request.partner,
        "page": Paginator(rows.order_by("-event__starts_on", "pk"), 30).get_page(request.GET.get("page")),
        "events": known.order_by("-starts_on"),
        "chosen": chosen,
    }
    return render(request, "partner/events.html", context)


@partner
@require_safe
def obstacles(request: HttpRequest, uid) -> HttpResponse:
    """What blocks the deals of its companies."""
    rows = Obstacle.objects.visible_to(request.user).filter(campaign=request.partner.campaign)
    rows = rows.filter(company__in=request.partner.enrolments.values("company")).for_lists()
    page = Paginator(rows.order_by("closed_at", "-pk"), 30).get_page(request.GET.get("page"))
    return render(request, "partner/obstacles.html", {"partner": request.partner, "page": page})


@partner
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest, uid) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            made = partners.make_code(by=request.user, partner=request.partner, **form.cleaned_data)
            messages.success(request, _("The code is %(code)s. Pass it on with its address.") % {"code": made.code})
            return redirect("partner_codes", uid)
    context = {
        "partner": request.partner,
        "form": form,
        "codes": request.partner.codes.counted().order_by("-pk"),
        "left": partners.places_left(request.partner),
    }
    return render(request, "partner/codes.html", context, status=422 if form.errors else 200)


@partner
@require_POST
def withdraw_code(request: HttpRequest, uid, code) -> HttpResponse:
    found = get_object_or_404(request.partner.codes.select_related("partner__campaign"), uid=code)
    partners.withdraw_code(by=request.user, code=found)
    messages.success(request, _("The code %(code)s lets nobody in any more.") % {"code": found.code})
    return redirect("partner_codes", uid)


# How far the companies of a partner have come: figures only, never whom they talk to.


def with_counts(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Each with `products` published, `matches` that stand, `mutual` ones and `meetings` planned or held."""
    known = Q(line__demand__visibility="public") | Q(buyer_answer=Match.Answer.INTERESTED)
    matches = Match.objects.active().filter(known)  # a private demand shows in no figure before its buyer's yes
    counted = {
        "products": _number(Product.objects.published(), "company"),
        "matches": _number(matches, "product__company"),
        "mutual": _number(matches.filter(mutual_at__isnull=False), "product__company"),
        "meetings": _number(Meeting.objects.exclude(status=Meeting.Status.CANCELLED), "supplier"),
    }
    return enrolments.select_related("company", "code", "vouched_by").annotate(**counted)


def _number(rows: QuerySet, company: str) -> Coalesce:
    mine = rows.order_by().filter(**{company: OuterRef("company")}).values(company)
    return Coalesce(Subquery(mine.annotate(n=Count("pk", distinct=True)).values("n")), 0)


# What a partner does with one company: enrol it, see where it stands, vouch for it.


@partner
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, uid) -> HttpResponse:
    """Open a draft for a company; its contact person gets the letter that lets her take it over."""
    first = {"country": request.partner.country, "side": "supplier"}
    form = EnrolForm(request.POST if request.method == "POST" else None, initial=first)
    if request.partner.is_group:
        del form.fields["side"]
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            made = partners.enrol_company(by=request.user, partner=request.partner, **form.cleaned_data)
            transaction.on_commit(start_invitations)
            transaction.on_commit(start_delivery)
            messages.success(
                request, _("%(company)s is enrolled; its contact person gets an email.") % {"company": made.company}
            )
            return redirect("partner_company", uid, made.uid)
    left = partners.places_left(request.partner)
    context = {"partner": request.partner, "form": form, "left": left}
    return render(request, "partner/enrol.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, key, form: VouchForm) -> HttpResponse:
    enrolment = get_object_or_404(with_counts(request.partner.enrolments.all()), uid=key)
    company = enrolment.company
    context = {
        "partner": request.partner,
        "enrolment": enrolment,
        "company": company,
        "form": form,
        "invited": Invitation.objects.open().filter(company=company).first() if not company.members.exists() else None,
        "figures": [
            {"label": _("products published"), "value": enrolment.products},
            {"label": _("matches"), "value": enrolment.matches},
            {"label": _("contacts opened"), "value": enrolment.mutual, "first": True},
            {"label": _("meetings"), "value": enrolment.meetings},
        ],
    }
    return render(request, "partner/company.html", context, status=422 if form.errors else 200)


@partner
@require_safe
def show(request: HttpRequest, uid, key) -> HttpResponse:
    return _page(request, key, VouchForm())


@partner
@require_POST
def vouch(request: HttpRequest, uid, key) -> HttpResponse:
    enrolment = get_object_or_404(request.partner.enrolments.select_related("company", "partner__campaign"), uid=key)
    form = VouchForm(request.POST)
    if form.is_valid():
        with refusals_in_form(form):
            partners.vouch(by=request.user, enrolment=enrolment, text=form.cleaned_data["vouch"])
            transaction.on_commit(start_delivery)
            messages.success(request, _("You vouch for %(company)s.") % {"company": enrolment.company})
            return redirect("partner_company", uid, key)
    return _page(request, key, form)


@partner
@require_POST
def take_back(request: HttpRequest, uid, key) -> HttpResponse:
    enrolment = get_object_or_404(request.partner.enrolments.select_related("company", "partner__campaign"), uid=key)
    with refusals_in_messages(request):
        partners.withdraw_vouch(by=request.user, enrolment=enrolment, reason=text_beside(request, "reason"))
        messages.success(request, _("Your word is taken back."))
    return redirect("partner_company", uid, key)
