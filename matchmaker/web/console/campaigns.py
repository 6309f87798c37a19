"""All campaigns: which one works in, new ones, their states, and companies that go on into the next."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.models import Campaign, Organiser, Partner, Tag
from matchmaker.campaigns.services import lifecycle, team
from matchmaker.catalogue.models import Product
from matchmaker.core.site_prefix import split
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import campaigns
from matchmaker.web.back import address_back
from matchmaker.web.campaign_site import link, link_to
from matchmaker.web.console.company_list import SIDES
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages

# What the button to a state says.
STEPS = {
    "open": gettext_lazy("Open it"),
    "closed": gettext_lazy("Close it"),
    "archived": gettext_lazy("Archive it"),
}
OUT_OF_ARCHIVE = gettext_lazy("Take it out of the archive")


def _steps(campaign: Campaign) -> list[tuple[str, str]]:
    """The states that may follow, each with its button; an archived campaign becomes a closed one again."""
    words = STEPS | {"closed": OUT_OF_ARCHIVE} if campaign.state == Campaign.State.ARCHIVED else STEPS
    return [(state, words[state]) for state in lifecycle.next_states(campaign)]


class NewCampaignForm(forms.ModelForm):
    source = forms.ModelChoiceField(
        label=gettext_lazy("Copy from"),
        queryset=Campaign.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("nothing"),
    )
    copied = forms.MultipleChoiceField(
        label=gettext_lazy("What to copy"),
        required=False,
        widget=fields.Ticks,
        initial=list(lifecycle.COPIED),
        choices=[
            ("questions", gettext_lazy("Registration questions")),
            ("texts", gettext_lazy("Text about the campaign")),
            ("categories", gettext_lazy("Categories")),
        ],
    )

    class Meta:
        model = Campaign
        fields = ["name", "starts_on", "ends_on"]
        labels = {"name": gettext_lazy("Name")}  # the model's word is that for the name of a person, too
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    field_order = ("name", "starts_on", "ends_on", "source", "copied")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = Campaign.objects.decided_by(user).order_by("-starts_on")

    def _post_clean(self):
        """Rules are checked by the verb; the form only reads what was typed."""


def _rows(request: HttpRequest):
    sides = {
        f"{side}s": Count("participations", distinct=True, filter=Q(participations__side=side))
        for side in ("supplier", "buyer")
    }
    rows = Campaign.objects.visible_to(request.user).annotate(**sides, event_count=Count("events", distinct=True))
    return rows.order_by("-starts_on", "-pk")


@campaigns
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    roles = dict(Organiser.objects.filter(user=request.user).values_list("campaign", "role"))
    rows = []
    for row in _rows(request):
        may_change = request.user.is_staff or roles.get(row.pk) == Organiser.Role.ADMIN
        rows.append(
            {
                "campaign": row,
                "role": Organiser.Role(roles[row.pk]).label if row.pk in roles else "",
                "is_here": request.campaign is not None and row.pk == request.campaign.pk,
                "may_change": may_change,
                "steps": _steps(row) if may_change else [],
                "may_show": may_change and not row.is_current and row.state in ("open", "closed"),
            }
        )
    context = {"rows": rows, "may_create": lifecycle.may_create(request.user)}
    return render(request, "console/campaigns.html", context)


@campaigns
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A planned campaign, which its author works in from now on."""
    form = NewCampaignForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            campaign = lifecycle.create_campaign(by=request.user, **form.cleaned_data)
            messages.success(request, _("The campaign is planned. You work in it now."))
            return redirect(link_to(request, campaign, "console_home"))
    return render(request, "console/campaign_new.html", {"form": form}, status=422 if form.errors else 200)


def _one(request: HttpRequest, slug: str) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(request.user), slug=slug)


@campaigns
@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Work in another campaign from here on."""
    campaign = get_object_or_404(Campaign.objects.run_by(request.user), slug=slug)
    messages.success(request, _("You work in %(campaign)s now.") % {"campaign": campaign})
    back = split(address_back(request, reverse("console_home")))[1]
    return redirect(link(request, campaign, back))


@campaigns
@require_POST
def set_state(request: HttpRequest, slug: str) -> HttpResponse:
    campaign, state = _one(request, slug), request.POST.get("state", "")
    if state not in STEPS:
        return redirect("console_campaigns")
    with refusals_in_messages(request):
        row = lifecycle.set_state(by=request.user, campaign=campaign, state=state)
        values = {"campaign": row, "state": row.get_state_display()}
        messages.success(request, _("%(campaign)s: %(state)s.") % values)
    return redirect("console_campaigns")


@campaigns
@require_POST
def make_current(request: HttpRequest, slug: str) -> HttpResponse:
    with refusals_in_messages(request):
        row = team.make_current(by=request.user, campaign=_one(request, slug))
        messages.success(request, _("%(campaign)s stands at the root of the site now.") % {"campaign": row})
    return redirect("console_campaigns")


class TakeOverForm(forms.Form):
    """Which companies go on; read from the address, so that the preview can be looked at again."""

    source = forms.ModelChoiceField(
        label=gettext_lazy("From the campaign"), queryset=Campaign.objects.none(), to_field_name="slug"
    )
    side = forms.ChoiceField(
        label=gettext_lazy("Side"), required=False, choices=[("", gettext_lazy("Both sides")), *SIDES]
    )
    approved_only = forms.BooleanField(label=gettext_lazy("Only approved companies"), required=False)
    tag = forms.ModelChoiceField(
        label=gettext_lazy("Only with the tag"),
        queryset=Tag.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=gettext_lazy("any"),
    )

    partners = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Partners that go on, each with all below it"),
        queryset=Partner.objects.none(),
        to_field_name="uid",
        required=False,
        widget=fields.Ticks,
    )

    def __init__(self, *args, user, target: Campaign, **kwargs):
        super().__init__(*args, **kwargs)
        others = Campaign.objects.decided_by(user).exclude(pk=target.pk).order_by("-starts_on")
        self.fields["source"].queryset = others  # type: ignore[attr-defined]  # a ModelChoiceField has one
        tags = Tag.objects.filter(campaign__in=others).select_related("campaign")
        self.fields["tag"].queryset = tags  # type: ignore[attr-defined]  # as above
        partners = Partner.objects.open().filter(campaign__in=others, parent__isnull=True).select_related("campaign")
        self.fields["partners"].queryset = partners  # type: ignore[attr-defined]  # as above
        named = lambda partner: f"{partner} · {partner.campaign}"  # noqa: E731  # as below
        self.fields["partners"].label_from_instance = named  # type: ignore[attr-defined]  # as above
        label = lambda tag: f"{tag.name} · {tag.campaign}"  # noqa: E731  # a name would be longer than its use
        self.fields["tag"].label_from_instance = label  # type: ignore[attr-defined]  # as above


@campaigns
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, slug: str) -> HttpResponse:
    """A preview with numbers; sent, the companies take part."""
    target = _one(request, slug)
    given = request.POST or request.GET
    form = TakeOverForm(given if "source" in given else None, user=request.user, target=target)
    preview = products = None
    if form.is_bound and form.is_valid():
        choice = form.cleaned_data
        preview = lifecycle.preview_take_over(target=target, **choice)
        if request.method == "POST":
            with refusals_in_form(form):
                n = lifecycle.take_over(by=request.user, target=target, **choice)
                transaction.on_commit(start_delivery)
                messages.success(request, _("Carried over: %(n)d places of companies.") % {"n": n})
                if preview.partners:
                    messages.success(request, _("Partners that go on: %(n)d.") % {"n": preview.partners})
                return redirect("console_campaigns")
        products = Product.objects.published().filter(company__in=preview.companies).count()
    context = {"form": form, "target": target, "preview": preview, "products": products}
    return render(request, "console/take_over.html", context, status=422 if form.errors else 200)
