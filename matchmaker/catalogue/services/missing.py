"""What companies of a campaign still have to say or list: filters for the team, and the question to their people."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from matchmaker.accounts.audit import record
from matchmaker.campaigns.models import BulkAction, BulkItem, Campaign, Question
from matchmaker.campaigns.services.bulk import Work, among
from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.members import admins
from matchmaker.companies.models import Company, Membership
from matchmaker.core.lists import format_list
from matchmaker.notifications.by_language import in_languages, languages_of
from matchmaker.notifications.services import notify

KIND, VERB = "company_missing", "ask_for_missing"  # of the notice, and in the record of acts
ASKED_ANEW = dt.timedelta(days=3)  # a company is asked at most so often


@dataclass(frozen=True, slots=True)
class Gap:
    """`label` ends the sentence “Please add: …”; `lacks` is the condition on a company of a campaign."""

    label: Promise | str
    lacks: Callable[[Campaign], Q]


def _no_products(_campaign: Campaign) -> Q:
    """A product counts once it is published or waits for the approval of its company."""
    rows = Product.objects.filter(Q(status=Product.Status.PUBLISHED) | Q(publish_wish_by__isnull=False))
    return Q(is_supplier=True) & ~Q(Exists(rows.filter(company=OuterRef("pk"))))


def _no_demands(_campaign: Campaign) -> Q:
    rows = Demand.objects.filter(Q(status=Demand.Status.PUBLISHED) | Q(publish_wish_by__isnull=False))
    return Q(is_buyer=True) & ~Q(Exists(rows.filter(company=OuterRef("pk"))))


def _open_questions(campaign: Campaign) -> Q:
    """A required question of its side has no answer of the company."""
    lacking = Q(pk__in=[])
    for question in Question.objects.active().filter(campaign=campaign, is_required=True):
        side = {"supplier": Q(is_supplier=True), "buyer": Q(is_buyer=True)}.get(question.side, Q())
        lacking |= side & ~Q(Exists(question.answers.filter(company=OuterRef("pk"))))
    return lacking


GAPS: dict[str, Gap] = {
    "number": Gap(_("the company number"), lambda campaign: Q(identifier="")),
    "contact": Gap(_("an email address of a contact person"), lambda campaign: Q(contact_email="")),
    "about": Gap(_("a text about the company"), lambda campaign: Q(about={})),
    "languages": Gap(_("the languages that your people speak"), lambda campaign: Q(languages=[])),
    "products": Gap(_("a published product"), _no_products),
    "demands": Gap(_("a published demand"), _no_demands),
    "answers": Gap(_("answers to the questions of the campaign"), _open_questions),
}
ANYTHING = "any"


def lacks(campaign: Campaign, code: str) -> Q:
    """Condition on a company: it lacks this (a key of GAPS), or anything (`any`); none for another word."""
    if code == ANYTHING:
        condition = Q(pk__in=[])
        for gap in GAPS.values():
            condition |= gap.lacks(campaign)
        return condition
    return GAPS[code].lacks(campaign) if code in GAPS else Q()


def missing_of(campaign: Campaign, companies: Collection[int]) -> dict[int, list[str]]:
    """Primary key of each company that lacks something → what, as keys of GAPS in their order; a query for each."""
    found: dict[int, list[str]] = defaultdict(list)
    for code, gap in GAPS.items():
        for pk in Company.objects.filter(gap.lacks(campaign), pk__in=companies).values_list("pk", flat=True):
            found[pk].append(code)
    return dict(found)


def ask_for_missing(action: BulkAction, companies: list[Company]) -> Mapping[int, str]:
    """Ask the administrators of each company, in their languages, for all that it lacks at this moment."""
    campaign, missing = action.campaign, missing_of(action.campaign, [company.pk for company in companies])
    not_done = {}
    for company in companies:
        if codes := missing.get(company.pk):
            _ask(action, campaign, company, codes)
        else:
            not_done[company.pk] = "complete"
    return not_done


def _ask(action: BulkAction, campaign: Campaign, company: Company, codes: list[str]) -> None:
    people = admins(company)
    side = "supplier" if company.is_supplier else "buyer"
    notify(
        kind=KIND,
        to=people,
        about=company.uid,
        event_key=f"{KIND}:{company.uid}:{action.uid}",
        context={
            "company": company,
            "campaign": dict(campaign.name),
            "missing": in_languages(
                lambda: format_list([str(GAPS[code].label) for code in codes]), languages_of(people)
            ),
        },
        path={"products": "/supplier/products/", "demands": "/buyer/demands/"}.get(codes[0], f"/{side}/company/"),
    )
    record(by=action.by, verb=VERB, on=company, facts={"missing": codes})


def _left_out(action: BulkAction) -> list[tuple[str, Q]]:
    lacking = Company.objects.filter(lacks(action.campaign, ANYTHING), pk=OuterRef("company"))
    begun = Q(action__verb=BulkAction.Verb.ASK, action__confirmed_at__gt=timezone.now() - ASKED_ANEW)
    asked = BulkItem.objects.filter(begun, outcome=BulkItem.Outcome.DONE)
    return [
        ("no_account", ~among(Membership.objects.all())),
        ("complete", ~Q(Exists(lacking))),
        ("just_asked", among(asked)),
    ]


ASK = Work(ask_for_missing, _left_out)
