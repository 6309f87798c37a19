"""The companies of a campaign by filters: for the list, its counts, saved views and actions on many."""

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from matchmaker.campaigns.models import Campaign, Participation, Tag
from matchmaker.catalogue.models import Category, DemandLine, Product
from matchmaker.catalogue.services import missing
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.companies.services import search_names
from matchmaker.core import reference
from matchmaker.core.ttl_cache import cached_for
from matchmaker.events.models import Event, EventInvitation, EventParticipation, Wish
from matchmaker.web.forms import fields

SIDES = [("supplier", gettext_lazy("Suppliers")), ("buyer", gettext_lazy("Buyers"))]
INVITATIONS = [
    ("account", gettext_lazy("has an account")),
    ("invited", gettext_lazy("invited, not come yet")),
    ("none", gettext_lazy("not invited")),
]
MISSING = [
    (missing.ANYTHING, gettext_lazy("anything")),
    ("number", gettext_lazy("company number")),
    ("contact", gettext_lazy("email of a contact person")),
    ("about", gettext_lazy("text about the company")),
    ("languages", gettext_lazy("languages spoken")),
    ("products", gettext_lazy("published product (suppliers)")),
    ("demands", gettext_lazy("published demand (buyers)")),
    ("answers", gettext_lazy("answers to the campaign’s questions")),
]
ORDERS: dict[str, tuple[Promise | str, list]] = {
    "": (gettext_lazy("longest waiting first"), ["submitted_at", "pk"]),
    "new": (gettext_lazy("newest first"), ["-submitted_at", "-pk"]),
    "name": (gettext_lazy("by name"), [Lower("legal_name"), "pk"]),
    "country": (gettext_lazy("by country"), ["country", "submitted_at", "pk"]),
}
AT_EVENT = [
    ("registered", gettext_lazy("registered")),
    ("waiting", gettext_lazy("on the waiting list")),
    ("none", gettext_lazy("invited, no answer yet")),
    ("yes", gettext_lazy("answered yes")),
    ("no", gettext_lazy("answered no")),
    ("later", gettext_lazy("decides later")),
    ("no_wishes", gettext_lazy("registered, no wishes yet")),
    ("not_invited", gettext_lazy("neither invited nor registered")),
]


def facts_of(campaign: Campaign, companies: list[Company]) -> dict[int, dict]:
    """What the list says beside each of these companies: its account, its published products, what it lacks."""
    keys = [company.pk for company in companies]
    accounts = set(Membership.objects.filter(company__in=keys).values_list("company", flat=True))
    invited = set(Invitation.objects.open().filter(company__in=keys).values_list("company", flat=True))
    published = Product.objects.filter(company__in=keys, status=Product.Status.PUBLISHED).order_by()
    products = dict(published.values_list("company").annotate(n=Count("pk")))
    lacking, labels = missing.missing_of(campaign, keys), dict(MISSING)
    states = dict(INVITATIONS)
    return {
        key: {
            "account": states["account" if key in accounts else "invited" if key in invited else "none"],
            "products": products.get(key, 0),
            "missing": [labels[code] for code in lacking.get(key, [])],
        }
        for key in keys
    }


def companies_of(campaign: Campaign) -> QuerySet[Company]:
    """Those that take part, each once."""
    return Company.objects.filter(pk__in=Participation.objects.filter(campaign=campaign).values("company"))


@cached_for(60)
def _countries(campaign: int) -> frozenset[str]:
    """Codes of countries that companies of a campaign come from; reading them all at each page is its longest query."""
    here = Participation.objects.filter(campaign=campaign).values("company")
    return frozenset(Company.objects.filter(pk__in=here).order_by().values_list("country", flat=True).distinct())


def _any(label: str) -> list[tuple[str, str]]:
    return [("", label)]


class CompanyFilter(forms.Form):
    """What may stand in the address of the list. A value that is not offered narrows nothing."""

    q = forms.CharField(label=gettext_lazy("Name, pinyin or company number"), required=False, max_length=100)
    side = forms.ChoiceField(label=gettext_lazy("Side"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("Evidence"), required=False)
    tag = forms.ChoiceField(label=gettext_lazy("Tag"), required=False)
    invitation = forms.ChoiceField(label=gettext_lazy("Contact person"), required=False)
    missing = forms.ChoiceField(label=gettext_lazy("What is missing"), required=False)
    event = forms.ChoiceField(label=gettext_lazy("Event"), required=False)
    answer = forms.ChoiceField(label=gettext_lazy("At this event"), required=False)
    country = fields.CodesField(label=gettext_lazy("Countries"), choices=fields.countries, required=False)
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False)
    status = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(self, data, *, campaign: Campaign):
        super().__init__(data)
        self.campaign = campaign
        either = _any(gettext_lazy("any"))
        self._offer("side", [*either, *SIDES])
        self._offer("category", [*either, *((row.code, str(row)) for row in Category.objects.all())])
        self._offer("level", [*either, *((str(value), label) for value, label in Company.Verification.choices)])
        self._offer("tag", [*either, *((str(row.uid), row.name) for row in Tag.objects.filter(campaign=campaign))])
        self._offer("invitation", [*either, *INVITATIONS])
        self._offer("missing", [*_any("–"), *MISSING])
        self._offer("sort", [(value, label) for value, (label, _columns) in ORDERS.items()])
        events = Event.objects.filter(campaign=campaign).order_by("-starts_on", "-pk")
        self._offer("event", [*either, *((row.slug, str(row)) for row in events)])
        self._offer("answer", [*either, *AT_EVENT])
        self._offer("status", [*either, *Company.Status.choices])
        present = _countries(campaign.pk)
        self._offer("country", [choice for choice in reference.choices(reference.countries()) if choice[0] in present])
        self.is_valid()

    def _offer(self, name: str, choices: list) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # each of them has choices

    @property
    def values(self) -> dict:
        """What was chosen, by field; empty where nothing was."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def boxes(self) -> list[forms.BoundField]:
        names = ("side", "category", "level", "tag", "invitation", "missing", "event", "answer", "country", "sort")
        return [self[name] for name in names]

    @property
    def order(self) -> list:
        """What the list is ordered by."""
        return ORDERS[self.values.get("sort", "")][1]

    def rows(self, *, with_status: bool = True) -> QuerySet[Company]:
        """The companies that fit, in no order."""
        found = companies_of(self.campaign).order_by()
        for name, value in self.values.items():
            narrow = _NARROW.get(name)
            if narrow and (with_status or name != "status"):
                found = found.filter(narrow(self, value))
        return found

    def counts(self) -> dict[str, int]:
        """How many fit by status, whichever status is chosen."""
        rows = self.rows(with_status=False).values_list("status").annotate(n=Count("pk"))
        return dict(rows)

    def at_event(self, answer: str) -> Q:
        """Companies by what they are to the event that is chosen."""
        event = Event.objects.filter(campaign=self.campaign, slug=self.values.get("event", "")).first()
        if event is None:
            return Q()
        here = EventParticipation.objects.filter(event=event)
        registered = Q(pk__in=here.registered().values("company"))
        invited = EventInvitation.objects.filter(event=event)
        if answer in ("registered", "waiting"):
            return Q(pk__in=here.filter(status=answer).values("company"))
        if answer == "no_wishes":
            return registered & ~Q(pk__in=Wish.objects.positive().filter(event=event).values("company"))
        if answer == "not_invited":
            coming = here.exclude(status=EventParticipation.Status.WITHDRAWN)
            return ~Q(pk__in=coming.values("company")) & ~Q(pk__in=invited.values("company"))
        if answer:
            value = "" if answer == "none" else answer
            return Q(pk__in=invited.filter(answer=value).values("company"))
        return registered | Q(pk__in=here.waiting().values("company")) | Q(pk__in=invited.values("company"))


def _of_side(form: CompanyFilter, side: str) -> Q:
    return Q(pk__in=Participation.objects.filter(campaign=form.campaign, side=side).values("company"))


def _with_words(form: CompanyFilter, words: str) -> Q:
    words = words.replace("\x00", "")
    return search_names(words) | Q(identifier__iexact=words.strip())


def _in_category(form: CompanyFilter, code: str) -> Q:
    sells = Product.objects.filter(category=code).values("company")
    wants = DemandLine.objects.filter(category=code).exclude(demand__visibility="private").values("demand__company")
    return Q(pk__in=sells) | Q(pk__in=wants)


def _by_invitation(form: CompanyFilter, state: str) -> Q:
    has_account = Q(Exists(Membership.objects.filter(company=OuterRef("pk"))))
    invited = Q(Exists(Invitation.objects.open().filter(company=OuterRef("pk"))))
    return {"account": has_account, "invited": ~has_account & invited}.get(state, ~has_account & ~invited)


_NARROW = {
    "q": _with_words,
    "side": _of_side,
    "country": lambda form, codes: Q(country__in=codes),
    "category": _in_category,
    "level": lambda form, level: Q(verification=int(level)),
    "tag": lambda form, uid: Q(company_tags__tag__uid=uid),
    "invitation": _by_invitation,
    "missing": lambda form, code: missing.lacks(form.campaign, code),
    "event": lambda form, slug: form.at_event(form.values.get("answer", "")),
    "status": lambda form, status: Q(status=status),
}
