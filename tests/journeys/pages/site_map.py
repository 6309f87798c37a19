"""Every page of the site with the sample campaign in it, and who opens it; for the page tests and the screenshots."""

import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import bulk, lifecycle
from matchmaker.catalogue.models import Demand, Product
from matchmaker.catalogue.services import shortlist_product
from matchmaker.companies.models import Company
from matchmaker.events.models import Event, EventInvitation, Meeting
from matchmaker.events.services import compute_plan, publish_plan, start_plan
from matchmaker.matching.models import Match
from matchmaker.matching.services import answer_match, match_block, start_match_run
from matchmaker.messaging.services import ask, quote, reply, request_quotes
from matchmaker.running import sample
from tests import factories
from tests.journeys.pages.corners import Corners
from tests.journeys.pages.happenings import Happenings
from tests.journeys.pages.rare_states import RareStates

YES = "interested"
ROLES = (
    *("anonymous", "supplier", "buyer", "organiser", "partner", "staff"),
    *("newcomer", "new-supplier", "new-buyer", "acting"),
    *("colleague", "joining", "waiting", "secured", "halfway", "archive"),
)
EXPORTERS_READ = ("fr", "ar", "th")
JUST_SIGNED_IN = ("newcomer", "secured", "halfway")


def choose_own_languages() -> None:
    """Exporters of some languages have the site in the language that they wrote in, before any letter goes to them."""
    for language in EXPORTERS_READ:
        own = Product.objects.filter(texts__is_original=True, texts__language=language)
        User.objects.filter(companies__products__in=own).update(language=language)


@dataclass(frozen=True)
class Page:
    name: str  # of its picture
    role: str  # one of ROLES
    path: str
    status: int = 200


class SiteMap:
    """The sample campaign, matched, with a plan of meetings, an opened contact and a shortlist.

    `people` gives the person of each role, `pages` all there is to see.
    """

    def __init__(self) -> None:
        for command in ("load_reference", "load_market_access"):
            call_command(command, stdout=io.StringIO())
        sample.load()
        choose_own_languages()
        self.organiser = User.objects.get(email=sample.ORGANISER)
        self.campaign = Campaign.objects.get(slug=sample.SLUG)
        self.run = start_match_run(by=self.organiser, campaign=self.campaign)
        while match_block():
            pass
        self.event = Event.objects.get(slug="wuhan-food")
        self.mutual, self.open = self._matches()
        self.seller, self.wanter = self.mutual.product.company, self.mutual.line.demand.company
        self._answer()
        self._plan()
        self._talk()
        self._many()
        self.desk, seat = factories.partner(
            self.campaign, name={"en": "Embassy of Kenya, Beijing", "zh-hans": "肯尼亚驻华大使馆"}, country="KE"
        )
        self.under_quota = Product.objects.published().filter(hs_code__startswith="1006").first()  # rice
        self.people = {
            "supplier": self.seller.members.first(),
            "buyer": self.wanter.members.first(),
            "organiser": self.organiser,
            "partner": seat,
            "staff": User.objects.get(email=sample.STAFF),
        }
        self.more, self.corners, self.rare = Happenings(self), Corners(self), RareStates(self)
        User.objects.filter(pk__in=[person.pk for person in self.people.values()]).update(last_login=timezone.now())
        self.pages = (
            self._public() + self._supplier() + self._buyer() + self._console() + self._account() + self._partner()
        )
        for role, paths in (*self.more.pages().items(), *self.rare.pages().items()):
            self.pages += self._of(role, paths)
        self.pages += [Page(row.name, row.role, row.path, row.status) for row in self.corners.pages()]

    def _matches(self) -> tuple[Match, Match]:
        """The best match of a food supplier and a buyer who both come to the event, and another open one of hers."""
        coming = self.event.participations.registered()
        found = Match.objects.for_cards().filter(
            product__company__in=coming.filter(side="supplier").values("company"),
            line__demand__company__in=coming.filter(side="buyer").values("company"),
            line__demand__visibility="public",
        )
        best = found.order_by("-score", "pk").first()
        other = found.filter(product__company=best.product.company, line__demand__company=best.line.demand.company)
        other = other.exclude(pk=best.pk).order_by("-score").first()
        return best, other or best

    def _answer(self) -> None:
        for side, company in (("supplier", self.seller), ("buyer", self.wanter)):
            answer_match(by=company.members.first(), match=self.mutual, side=side, answer=YES)
        by = self.wanter.members.first()
        self.listed = list(
            Product.objects.published().filter(matches__line__demand__company=self.wanter).distinct()[:3]
        )
        for product in self.listed:
            shortlist_product(by=by, company=self.wanter, product=product)

    def _many(self) -> None:
        """A campaign planned beside this one, an action on many, done and prepared, and invitations to an event."""
        by, days = self.organiser, {"starts_on": dt.date(2031, 1, 1), "ends_on": dt.date(2031, 12, 31)}
        name = {"en": "Export to China 2031", "zh-hans": "2031 年出口中国"}
        self.next_campaign = lifecycle.create_campaign(by=by, name=name, source=self.campaign, **days)
        rows = Company.objects.filter(campaigns=self.campaign)
        given = {"by": by, "campaign": self.campaign, "companies": rows}
        done = bulk.choose(by=by, action=bulk.prepare(verb="tag", **given), tag="VIP")
        bulk.confirm(by=by, action=done)
        bulk.work_on(done.pk, budget=60)
        self.bulk = {"prepared": bulk.prepare(verb="approve", **given), "done": done}
        self.bulk["open"] = bulk.prepare(verb="invite_to_event", **given)
        coming = Event.objects.filter(campaign=self.campaign, status="published", ends_on__gte=timezone.localdate())
        self.invited_to = coming.exclude(pk=self.event.pk).first() or self.event
        EventInvitation.objects.bulk_create(
            EventInvitation(event=self.invited_to, company=row, invited_by=by)
            for row in [self.seller, *rows.exclude(pk=self.seller.pk)[:9]]
        )

    def _talk(self) -> None:
        """An enquiry with an answer in it, and a quote."""
        buyer, seller = self.wanter.members.first(), self.seller.members.first()
        wanted = "我司拟采购切花玫瑰，请报价并说明最早交期。"
        self.enquiry = ask(by=buyer, company=self.wanter, product=self.mutual.product, text=wanted)
        reply(
            by=seller,
            enquiry=self.enquiry,
            text="Thank you. The first shipment can leave within four days of your order.",
        )
        product = self.mutual.product
        terms = {"price": Decimal("0.45"), "currency": "USD", "price_unit": product.price_unit}
        terms |= {"incoterm": "CPT", "incoterm_place": "Kunming", "lead_time_days": 4}
        days = timezone.localdate() + dt.timedelta(days=30)
        wish = {"quantity": Decimal(40000), "unit": product.price_unit, "payment": "tt", "advance_percent": 30}
        result = request_quotes(
            by=buyer, company=self.wanter, subjects=[product], line=self.mutual.line, sample_wanted=True, **wish
        )
        self.quote_request = result.request
        quote(by=seller, enquiry=self.enquiry, line=self.mutual.line, valid_until=days, **terms)

    def _plan(self) -> None:
        options = {"seconds": 1}
        self.plan = start_plan(by=self.organiser, event=self.event, **options)
        compute_plan()
        self.plan.refresh_from_db()
        publish_plan(by=self.organiser, draft=self.plan)
        self.draft = start_plan(by=self.organiser, event=self.event, **options)
        compute_plan()

    def cookie(self, role: str) -> str | None:
        """The session of somebody signed in, without hashing a password for it."""
        if role == "anonymous":
            return None
        if role == "acting":
            return self.more.acting()
        if role == "archive":
            return self.rare.session_in_the_archive()
        if role in JUST_SIGNED_IN:
            return self.corners.session(role)
        client = Client()
        self.people[role].refresh_from_db()  # somebody may have a new password meanwhile
        client.force_login(self.people[role])
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.corners.remember(self.people[role], key)
        return key

    @staticmethod
    def _of(role: str, paths: dict[str, str]) -> list[Page]:
        return [Page(name, role, path) for name, path in paths.items()]

    def _public(self) -> list[Page]:
        product, demand = self.mutual.product, Demand.objects.filter(visibility="public", status="published").first()
        return self._of(
            "anonymous",
            {
                "home": "/",
                "about": "/about/",
                "categories": "/categories/",
                "category": f"/categories/{product.category_id}/",
                "suppliers": "/suppliers/",
                "suppliers-filtered": "/suppliers/?q=rice",
                "suppliers-none": "/suppliers/?q=zzzzqqqq",
                "supplier": f"/suppliers/{self.seller.uid}/",
                "products": "/products/",
                "products-searched": "/products/?q=咖啡",
                "product": f"/products/{product.uid}/",
                "product-quota": f"/products/{self.under_quota.uid}/",
                "demands": "/demands/",
                "demand": f"/demands/{demand.uid}/",
                "events": "/events/",
                "event": f"/events/{self.event.slug}/",
                "join": "/join/",
                "sign-in": "/accounts/login/",
                "sign-up": "/accounts/signup/",
                "password-reset": "/accounts/password/reset/",
            },
        )

    def _supplier(self) -> list[Page]:
        meeting = Meeting.objects.filter(event=self.event, supplier=self.seller).first()
        product = self.mutual.product
        pages = {
            "supplier-home": "/supplier/",
            "supplier-company": "/supplier/company/",
            "supplier-products": "/supplier/products/",
            "supplier-product-new": "/supplier/products/new/",
            "supplier-product": f"/supplier/products/{product.uid}/",
            "supplier-withdraw": f"/supplier/products/{product.uid}/withdraw/",
            "supplier-registrations": "/supplier/registrations/",
            "supplier-preview": f"/supplier/products/{product.uid}/preview/",
            "supplier-china": f"/supplier/products/{product.uid}/china/",
            "supplier-matches": "/supplier/matches/",
            "supplier-match": f"/supplier/matches/{self.mutual.uid}/",
            "meetings": "/meetings/",
            "meetings-event": f"/meetings/{self.event.slug}/",
            "meetings-invitation": f"/meetings/{self.invited_to.slug}/invitation/",
            "meetings-details": f"/meetings/{self.event.slug}/details/",
            "meetings-free": f"/meetings/{self.event.slug}/free/",
            "meetings-companies": f"/meetings/{self.event.slug}/companies/",
            "meetings-print": f"/meetings/{self.event.slug}/print/",
            "companies": "/companies/",
            "supplier-interest": "/supplier/interest/",
            "supplier-import": "/imports/new/company/products/",
            "imports": "/imports/",
            "enquiries": "/enquiries/",
            "enquiry": f"/enquiries/{self.enquiry.uid}/",
            "enquiry-quote": f"/enquiries/{self.enquiry.uid}/quote/",
            "domain": f"/companies/{self.seller.uid}/domain/",
            "answers": f"/companies/{self.seller.uid}/answers/",
            "members": f"/companies/{self.seller.uid}/members/",
            "record": f"/companies/{self.seller.uid}/record/",
        }
        if meeting:
            pages["meeting"] = f"/meetings/meeting/{meeting.uid}/"
        return self._of("supplier", pages)

    def _buyer(self) -> list[Page]:
        demand = self.mutual.line.demand
        chosen = "&".join(f"p={product.uid}" for product in self.listed)
        return self._of(
            "buyer",
            {
                "buyer-home": "/buyer/",
                "buyer-company": "/buyer/company/",
                "buyer-demands": "/buyer/demands/",
                "buyer-demand-new": "/buyer/demands/new/",
                "buyer-demand": f"/buyer/demands/{demand.uid}/",
                "buyer-demand-edit": f"/buyer/demands/{demand.uid}/edit/",
                "buyer-preview": f"/buyer/demands/{demand.uid}/preview/",
                "buyer-matches": "/buyer/matches/",
                "buyer-match": f"/buyer/matches/{self.open.uid}/",
                "buyer-match-mutual": f"/buyer/matches/{self.mutual.uid}/",
                "buyer-enquiries": "/enquiries/",
                "buyer-enquiry": f"/enquiries/{self.enquiry.uid}/",
                "buyer-ask": f"/enquiries/product/{self.mutual.product.uid}/ask/",
                "buyer-quotes": f"/enquiries/demand/{demand.uid}/quotes/",
                "buyer-requests": "/enquiries/requests/",
                "buyer-request": f"/enquiries/requests/{self.quote_request.uid}/",
                "buyer-request-new": (
                    f"/enquiries/requests/new/?p={self.mutual.product.uid}&line={self.mutual.line.uid}"
                ),
                "buyer-contacts": "/enquiries/contacts/",
                "buyer-not-for-us": "/buyer/not-for-us/",
                "buyer-searches": "/searches/",
                "buyer-import": "/imports/new/company/demands/",
                "buyer-shortlist": "/buyer/shortlist/",
                "buyer-compare": f"/buyer/compare/?{chosen}",
                "buyer-product": f"/products/{self.mutual.product.uid}/",
                "buyer-meetings": f"/meetings/{self.event.slug}/",
            },
        )

    def _console(self) -> list[Page]:
        event = f"/console/events/{self.event.slug}"
        waiting = Company.objects.filter(status="pending").first() or self.seller
        meeting = Meeting.objects.filter(event=self.event).first()
        pages = {
            "console": "/console/",
            "console-companies": "/console/companies/",
            "console-automatic": "/console/automatic/",
            "console-company": f"/console/companies/{waiting.uid}/",
            "console-companies-filtered": f"/console/companies/?event={self.event.slug}&answer=registered",
            "console-bulk-list": "/console/bulk/",
            **{f"console-bulk-{name}": f"/console/bulk/{action.uid}/" for name, action in self.bulk.items()},
            "console-campaigns": "/console/campaigns/",
            "console-campaign-new": "/console/campaigns/new/",
            "console-take-over": f"/console/campaigns/{self.next_campaign.slug}/companies/?source={self.campaign.slug}",
            "console-invitations": f"/console/events/{self.invited_to.slug}/invitations/",
            "console-partners": "/console/partners/",
            "console-partner-new": "/console/partners/new/",
            "console-obstacles": "/console/obstacles/",
            "console-groups": "/console/partners/groups/",
            "console-group-new": "/console/partners/groups/new/",
            "console-partner": f"/console/partners/{self.desk.uid}/",
            "console-questions": "/console/questions/",
            "console-question-new": "/console/questions/new/",
            "console-answers": "/console/questions/answers/",
            "console-announcements": "/console/announcements/",
            "console-announcement-new": "/console/announcements/new/",
            "console-texts": "/console/texts/",
            "console-text": "/console/texts/match_found/en/0/",
            "console-enquiries": "/console/enquiries/",
            "console-outcomes": "/console/outcomes/",
            "console-boundary": "/console/boundary/",
            "console-rates": "/console/rates/",
            "console-match-settings": "/console/matching/settings/",
            "console-import": "/imports/new/team/suppliers/",
            "console-demands": "/console/demands/",
            "console-matching": "/console/matching/",
            "console-events": "/console/events/",
            "console-event-new": "/console/events/new/",
            "console-event": f"{event}/",
            "console-event-settings": f"{event}/settings/",
            "console-participants": f"{event}/participants/",
            "console-plans": f"{event}/plan/",
            "console-plan": f"{event}/plan/{self.draft.uid}/",
            "console-meetings": f"{event}/meetings/",
            "console-checkin": f"{event}/check-in/",
            "console-today": f"{event}/today/",
            "console-paper": f"{event}/paper/",
            "console-agendas": f"{event}/agendas/",
            "console-results": "/console/events/guangzhou-food/results/",
            "console-timetables": f"{event}/interpreters/sheets/",
            "console-plan-publish": f"{event}/plan/{self.draft.uid}/publish/",
            "console-event-cancel": f"{event}/cancel/",
            "console-campaign": "/console/campaign/",
            "console-event-brand": f"{event}/brand/",
            "console-brand": "/console/campaign/brand/",
            "console-team": "/console/team/",
            "console-record": "/console/record/",
            "console-rules": "/console/rules/",
            "console-rule": "/console/rules/GACC-FOOD-280/",
            "console-agreements": "/console/rules/agreements/",
            "console-agreement": "/console/rules/agreements/AFR-ZERO/",
            "console-tariff": "/console/rules/tariff/",
            "console-nearly-ready": "/console/rules/nearly-ready/",
            "console-delivery": "/console/delivery/",
            "console-delivery-counts": "/console/delivery/counts/",
        }
        if meeting:
            pages["console-meeting"] = f"{event}/meetings/{meeting.uid}/"
            pages["console-pair"] = f"{event}/plan/{self.draft.uid}/0-0/"
        return [
            *self._of("organiser", pages),
            *self._of("staff", {"styleguide": "/styleguide/", "console-site": "/console/site/"}),
        ]

    def _partner(self) -> list[Page]:
        desk = f"/partner/{self.desk.uid}"
        pages = {
            "partner": f"{desk}/",
            "partner-events": f"{desk}/events/",
            "partner-obstacles": f"{desk}/obstacles/",
            "partner-codes": f"{desk}/codes/",
            "partner-enrol": f"{desk}/enrol/",
        }
        return self._of("partner", pages)

    def _account(self) -> list[Page]:
        return self._of(
            "supplier",
            {
                "account": "/account/",
                "account-keys": "/account/keys/",
                "account-data": "/account/data/",
                "account-email": "/accounts/email/",
                "account-password": "/accounts/password/change/",
                "account-second-step": "/accounts/2fa/",
                "account-sessions": "/accounts/sessions/",
                "sign-out": "/accounts/logout/",
                "notices": "/notices/",
                "notice-settings": "/notices/settings/",
                "notice-channels": "/notices/channels/",
            },
        )
