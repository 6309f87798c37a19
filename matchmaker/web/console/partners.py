"""Country partners and trading groups: admit them, give seats at their desk, see what they brought."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.models import Partner, PartnerSeat
from matchmaker.campaigns.models.partners import LEVELS
from matchmaker.campaigns.services import partners
from matchmaker.campaigns.tasks import start_letters
from matchmaker.core.multilingual import in_language
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import may_change, organiser, team
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import add_to_form, refusals_in_form


class PartnerForm(forms.Form):
    name = fields.of_model(Partner, "name", label=gettext_lazy("Name"))
    country = fields.CodeField(
        label=gettext_lazy("Country or region"),
        choices=fields.countries,
        required=False,
        sentence=gettext_lazy("Choose a country or region from the list."),
        help_text=gettext_lazy("Empty where it speaks for several."),
    )
    parent = forms.ChoiceField(
        label=gettext_lazy("Parent"),
        required=False,
        help_text=gettext_lazy(
            "Its companies count there, too, and use up that quota. The desk above reads its figures."
        ),
    )
    quota = fields.WholeInput(label=gettext_lazy("Companies it may bring"), initial=50)
    is_trusted = forms.BooleanField(
        label=gettext_lazy("Its word approves"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "A company it vouches for is approved without waiting, unless it looks like one that is here already."
        ),
    )

    def __init__(self, *args, kind: str, parents: list[Partner], **kwargs):
        super().__init__(*args, **kwargs)
        self.parents = {str(one.uid): one for one in parents}
        choices = [
            ("", gettext_lazy("none, it is at the top")),
            *((uid, one.full_name) for uid, one in self.parents.items()),
        ]
        self.fields["parent"].choices = choices
        if kind == Partner.Kind.GROUP:
            del self.fields["country"]
            self.fields["quota"].label = gettext_lazy("Buyers it may bring")

    def clean_parent(self) -> Partner | None:
        return self.parents.get(self.cleaned_data["parent"])


class SeatForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        max_length=254,
        help_text=gettext_lazy("The person who confirms this address gets a seat at the desk. An email is sent there."),
    )


KINDS = {  # kind → its list and its page for a new one
    Partner.Kind.COUNTRY: ("console_partners", "console_partner_new"),
    Partner.Kind.GROUP: ("console_groups", "console_group_new"),
}


def of_campaign(request):
    return Partner.objects.filter(campaign=request.campaign).with_parents()


def _form(request, kind: str, partner: Partner | None, data=None) -> PartnerForm:
    initial: dict = {}
    if partner:
        initial = {name: getattr(partner, name) for name in partners.PARTNER_FIELDS}
        initial["parent"] = str(partner.parent.uid) if partner.parent else ""
    elif parent := request.GET.get("under"):
        initial["parent"] = parent
    parents = partners.possible_parents(request.campaign, kind, partner)
    return PartnerForm(data, initial=initial, kind=kind, parents=parents)


@team
@require_safe
def index(request, kind=Partner.Kind.COUNTRY):
    rows = (
        of_campaign(request)
        .filter(kind=kind)
        .annotate(
            brought=Count("enrolments", distinct=True),
            approved=Count("enrolments", distinct=True, filter=Q(enrolments__company__status="approved")),
            vouched=Count("enrolments", distinct=True, filter=Q(enrolments__vouched_at__isnull=False)),
            seated=Count("seats", distinct=True, filter=Q(seats__withdrawn_at__isnull=True)),
        )
    )
    tree = sorted(rows.order_by(in_language("name")), key=_place)
    context = {
        "partners": [(partner, len(partner.chain()) - 1) for partner in tree],
        "may_change": may_change(request),
        "is_groups": kind == Partner.Kind.GROUP,
        "new_url": reverse(KINDS[kind][1]),
    }
    return render(request, "console/partners.html", context)


def _place(partner: Partner) -> list[tuple]:
    """Below its parent; the closed ones last."""
    return [(one.closed_at is not None, str(one), one.pk) for one in partner.chain()]


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, uid=None, kind=Partner.Kind.COUNTRY):
    """A new partner, or one that is there with its seats and companies."""
    partner = get_object_or_404(of_campaign(request), uid=uid) if uid else None
    kind = Partner.Kind(partner.kind) if partner else kind
    form = _form(request, kind, partner, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            partner = partners.save_partner(
                by=request.user, campaign=request.campaign, partner=partner, kind=kind, **form.cleaned_data
            )
        except (ValidationError, Refused) as problem:
            add_to_form(form, problem)
            partner = get_object_or_404(of_campaign(request), uid=uid) if uid else None
        else:
            messages.success(request, _("Saved."))
            return redirect("console_partner", partner.uid)
    return _page(request, partner, kind, form, SeatForm())


def _page(request, partner, kind, form, seat):
    index_name, new_name = KINDS[kind]
    context = {
        "partner": partner,
        "form": form,
        "seat": seat,
        "is_group": kind == Partner.Kind.GROUP,
        "index_url": reverse(index_name),
        "new_url": reverse(new_name),
    }
    if partner:
        enrolments = partner.enrolments.select_related("company", "code", "vouched_by")
        context |= {
            "seats": partner.seats.standing().select_related("user"),
            "codes": partner.codes.counted(),
            "page": Paginator(enrolments, 30).get_page(request.GET.get("page")),
            "children": partner.children.order_by("closed_at", in_language("name")),
            "below": Partner.objects.open().within(partner).exclude(pk=partner.pk).count(),
            "may_have_children": not partner.closed_at and len(partner.chain()) < LEVELS,
        }
    return render(request, "console/partner.html", context, status=422 if form.errors or seat.errors else 200)


@organiser
@require_POST
def give_seat(request, uid):
    partner = get_object_or_404(of_campaign(request).open().select_related("campaign", "parent__parent"), uid=uid)
    seat = SeatForm(request.POST)
    if seat.is_valid():
        with refusals_in_form(seat):
            partners.give_seat(by=request.user, partner=partner, **seat.cleaned_data)
            transaction.on_commit(start_letters)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Invited: %(email)s.") % {"email": seat.cleaned_data["email"]})
            return redirect("console_partner", uid)
    kind = Partner.Kind(partner.kind)
    return _page(request, partner, kind, _form(request, kind, partner), seat)


@organiser
@require_POST
def withdraw_seat(request, uid, key):
    seat = get_object_or_404(
        PartnerSeat.objects.select_related("partner__campaign"), pk=key, partner__in=of_campaign(request)
    )
    if seat.partner.uid != uid:
        raise Http404
    partners.withdraw_seat(by=request.user, seat=seat)
    messages.success(request, _("%(email)s has no seat at the desk any more.") % {"email": seat.email})
    return redirect("console_partner", uid)


@organiser
@require_POST
def close(request, uid):
    partner = get_object_or_404(of_campaign(request).select_related("campaign"), uid=uid)
    partners.close_partner(by=request.user, partner=partner)
    messages.success(
        request, _("%(partner)s is closed: its desk and codes open nothing any more.") % {"partner": partner}
    )
    return redirect(KINDS[Partner.Kind(partner.kind)][0])
