"""What else happened at the sample campaign, so that no page has to be looked at empty; and people new to it."""

import datetime as dt

import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Participation
from matchmaker.campaigns.services import announcements, identity, partners, questions
from matchmaker.catalogue.services import add_product_image, publish_demand, save_demand
from matchmaker.companies import invitations
from matchmaker.companies.claims import claim_company
from matchmaker.companies.members import ask_to_join
from matchmaker.companies.models import Company
from matchmaker.directory.services import save_search, say_not_for_us
from matchmaker.events.models import Attendee, Event, Meeting
from matchmaker.events.services import (
    ask_move,
    free_for_both,
    register_for_event,
    request_meeting,
    save_contact,
    share_contacts,
)
from matchmaker.events.services.checkin import make_device
from matchmaker.events.services.requests import may_ask
from matchmaker.imports import services as imports
from matchmaker.market_access.models import AgreementPartner, TariffRate
from matchmaker.market_access.services import import_tariff
from matchmaker.matching.models import Match
from matchmaker.matching.services import answer_match, remind_owing
from matchmaker.messaging.models import FollowUp
from matchmaker.messaging.services import ask, ask_sample, report_message, say_step
from matchmaker.notifications import webhooks
from tests import factories
from tests.files import paper, picture
from tests.imports.sheets import HEAD, as_csv, opened, previewed

AUDIENCE = {"side": "suppliers"}
FLOWERS = (
    *("Gypsophila, white, 60 cm", "Statice, blue, 70 cm", "Solidago, 80 cm", "Carnations, red, 60 cm"),
    *("Hypericum, green berries", "Ruscus, dried", "Alstroemeria, pink", "Alstroemeria, white", "Alstroemeria, mixed"),
)


def ask_about(match: Match) -> None:
    """The supplier of a match writes about the demand, in her own language, where the demand is public."""
    seller, demand = match.product.company, match.line.demand
    if demand.visibility == "public":
        ask(by=factories.member_of(seller), company=seller, demand=demand, text=match.product.original.name)


class Happenings:
    """Puts one of each kind of event on top of a loaded site and keeps what pages need to find it."""

    def __init__(self, site) -> None:
        self.site = site
        self.seller, self.wanter = site.seller, site.wanter
        self.by_seller, self.by_wanter = site.people["supplier"], site.people["buyer"]
        self._newcomers()
        self._desk()
        self._deal()
        self._event()
        self._full()
        self._pictures()
        self._sheets()
        self._searching()
        self._languages()

    def _newcomers(self) -> None:
        """A person without a company, and a supplier and a buyer whose desks are still empty."""
        people = self.site.people
        people["newcomer"] = factories.user(name="Aroha Ngata", email="aroha@kauri-honey.example")
        for role, make, fields in (
            (
                "new-supplier",
                factories.supplier,
                {"legal_name": "Kauri Honey Ltd", "country": "NZ", "city": "Whangārei"},
            ),
            ("new-buyer", factories.buyer, {"legal_name": "汉口茶叶有限公司", "name_latin": "Hankou Tea Co., Ltd."}),
        ):
            company = make(factories.user(name=fields["legal_name"].split()[0], language="en"), **fields)
            Participation.objects.create(campaign=self.site.campaign, company=company, side=role.removeprefix("new-"))
            people[role] = company.members.get()

    def _desk(self) -> None:
        """What waits for the team: two companies that may be one, a claim, a knock, a held demand, a report."""
        site, organiser = self.site, self.site.organiser
        self.twin = factories.supplier(
            legal_name=f"{self.seller.legal_name} (Export)", country=self.seller.country, city=self.seller.city
        )
        Participation.objects.create(campaign=site.campaign, company=self.twin, side="supplier")
        reason = "Same register number, same address."
        identity.propose_merge(
            by=organiser, survivor=self.seller, duplicate=self.twin, campaign=site.campaign, reason=reason
        )
        self.other = Company.objects.suppliers().exclude(pk__in=(self.seller.pk, self.twin.pk)).order_by("pk").first()
        newcomer = site.people["newcomer"]
        claim_company(by=newcomer, company=self.other, evidence="I have led its export office since March.")
        ask_to_join(by=newcomer, company=self.seller, message="I look after the orders from Wuhan.")
        self.invitation = invitations.invite(by=self.by_seller, company=self.seller, email="packing@example.org")
        self.held = save_demand(
            by=self.by_wanter,
            company=self.wanter,
            title="Cut flowers for the spring festival",
            language="en",
            visibility="public",
            closing_on=timezone.localdate() + dt.timedelta(days=40),
            description="Write to purchase@flowers.example or call 13800138000 and we skip the platform.",
            lines=[{"text": "Roses, 50 cm, mixed colours", "category": site.mutual.product.category_id}],
        )
        publish_demand(by=self.by_wanter, demand=self.held)
        report_message(by=self.by_wanter, message=site.enquiry.messages.filter(side="supplier").last(), reason="junk")
        texts = {
            "en": {"subject": "The hall in Wuhan opens at eight", "body": "Badges are at gate 2. Bring samples."},
            "zh-hans": {"subject": "武汉会场八点开门", "body": "请在2号门领取胸卡，并带上样品。"},
        }
        self.draft = announcements.write(by=organiser, campaign=site.campaign, segment=AUDIENCE, texts=texts)
        self.sent = announcements.write(by=organiser, campaign=site.campaign, segment=AUDIENCE, texts=texts)
        announcements.send(by=organiser, campaign=site.campaign, draft=self.sent)
        head = "hs_code,regime,rate_percent,valid_from,source"
        import_tariff(by=organiser, content=f"{head}\n06039000,MFN,4,2026-01-01,Sample\n".encode(), apply=True)
        self.rate = TariffRate.objects.get(hs_code="06039000", source="Sample").pk
        seat = site.people["partner"]
        self.question = questions.save_question(
            by=organiser,
            campaign=site.campaign,
            side="",
            kind="choice",
            help={"en": "", "zh-hans": ""},
            is_required=False,
            label={"en": "How do you come to Wuhan?", "zh-hans": "您如何前往武汉？"},
            options=[{"en": "By train", "zh-hans": "火车"}, {"en": "By air", "zh-hans": "飞机"}],
        )
        self.agreed = AgreementPartner.objects.first()
        self.enrolled = partners.enrol_company(by=seat, partner=site.desk, side="supplier", legal_name="Limuru Tea Ltd",
            country="KE", contact_name="Njeri Kamau", contact_email="njeri@limuru-tea.example")  # fmt: skip
        self.code = partners.make_code(by=seat, partner=site.desk, label="种植者协会", quota=10, days=30)

    def _deal(self) -> None:
        site = self.site
        self.said = site.enquiry.messages.filter(side="supplier").last()
        ask_sample(by=self.by_wanter, enquiry=site.enquiry, what="Ten stems of each colour, in water")
        today = timezone.localdate()
        self.step = say_step(by=self.by_seller, enquiry=site.enquiry, rung="order", happened_on=today, note="PO 114")
        FollowUp.objects.create(enquiry=site.enquiry, side="supplier", asked_at=timezone.now())
        say_not_for_us(by=self.by_wanter, company=self.wanter, supplier=self.other)
        self.endpoint, _secret = webhooks.create_endpoint(
            by=self.by_seller, name="Our stock system", url="https://hooks.example.org/matchmaker"
        )
        webhooks.send_test(endpoint=self.endpoint)

    def _event(self) -> None:
        """A wish for another time, a request, a contact kept by badge, a phone at the gate."""
        event = self.site.event
        self.second = Event.objects.get(slug="components-online")
        make_device(by=self.site.organiser, event=event, gate="Gate 2")
        mine = event.participations.get(company=self.seller)
        meetings = list(Meeting.objects.active().filter(event=event, supplier=self.seller).order_by("starts_at"))
        if meetings and (times := free_for_both(meetings[0], count=1)):
            ask_move(by=factories.member_of(meetings[0].buyer), meeting=meetings[0], starts_at=times[0])
        met = {meeting.buyer_id for meeting in meetings}
        others = event.participations.registered().filter(side="buyer").exclude(company__in=met)
        self.asked = None
        for theirs in others.select_related("company")[1:2]:
            self.asked = request_meeting(
                by=self.by_seller, event=event, company=self.seller, other=theirs.company, note="Our new crop of roses"
            )
        for theirs in others.select_related("company")[:1]:
            if may_ask(theirs):
                request_meeting(
                    by=factories.member_of(theirs.company),
                    event=event,
                    company=theirs.company,
                    other=self.seller,
                    note="我们想看花材样品。",
                )
        their = event.participations.get(company=self.wanter)
        share_contacts(by=self.by_wanter, participation=their, share=True)
        visitor = Attendee.objects.filter(participation=their).first()
        self.badge = visitor.code
        save_contact(by=self.by_seller, participation=mine, code=visitor.code, note="Wants weekly shipments")

    def _full(self) -> None:
        """The other event has one place left, and four come."""
        coming = self.second.participations.values("company")
        more = Company.objects.buyers().filter(status=Company.Status.APPROVED).exclude(pk__in=coming)
        Event.objects.filter(pk=self.second.pk).update(capacity=self.second.participations.registered().count() + 1)
        for company in (*more.exclude(pk=self.wanter.pk).order_by("pk")[:3], self.wanter):
            register_for_event(by=factories.member_of(company), event=self.second, company=company, side="buyer")

    def _pictures(self) -> None:
        """A product with three pictures; its colours say which is which."""
        self.pictured = self.seller.products.published().exclude(pk=self.site.mutual.product.pk).first()
        for name, colour in (("The sack, closed", (150, 95, 60)), ("", (60, 110, 80)), ("A cup of it", (190, 130, 40))):
            upload = paper("a.png", picture(colour, side=900))
            add_product_image(by=self.by_seller, product=self.pictured, upload=upload, alt=name)

    def _sheets(self) -> None:
        """A file whose columns are being named, one with refused rows, one that came in."""
        by, company = self.by_seller, self.seller
        rows = [self._flower(name) for name in FLOWERS]
        rows[2][1], rows[5][4] = "999999", "cheap"
        strange = [["货名", "原产", "单价", "备注"], ["Roses", "KE", "0.5", "R12"]]
        self.naming = opened(by=by, company=company, name="价目表.csv", content=as_csv(strange))
        self.preview = previewed(by=by, company=company, name="summer-flowers.csv", content=as_csv([HEAD, *rows]))
        self.applied = previewed(by=by, company=company, name="alstroemeria.csv", content=as_csv([HEAD, *rows[6:9]]))
        imports.apply_import(by=by, batch=self.applied)
        imports.work_waiting()

    def _flower(self, name: str) -> list[str]:
        product = self.site.mutual.product
        return [name, product.hs_code, product.origin, product.category_id, "0.25", "USD", "2000", "piece"]

    def _searching(self) -> None:
        save_search(
            by=self.by_wanter, company=self.wanter, kind="products", query="q=roses&origin=KE", name="肯尼亚玫瑰"
        )
        save_search(by=self.by_wanter, company=self.wanter, kind="suppliers", query="q=茶", alerts=False)

    def _languages(self) -> None:
        """Buyers say yes to exporters who write in other languages, are not answered for days, and ask; one such
        exporter says yes to the buyer of this site.
        """
        own = {"product__texts__is_original": True, "supplier_answer": "", "buyer_answer": ""}
        for language in ("fr", "ar", "th"):
            matches = Match.objects.filter(product__texts__language=language, **own).order_by("-score", "pk")
            for match in matches.exclude(line__demand__company=self.wanter)[:2]:
                wanter = match.line.demand.company
                answer_match(by=factories.member_of(wanter), match=match, side="buyer", answer="interested")
                ask(by=factories.member_of(wanter), company=wanter, product=match.product, text="请报价并说明交期。")
                ask_about(match)
            for match in matches.filter(line__demand__company=self.wanter)[:1]:
                seller = match.product.company
                answer_match(by=factories.member_of(seller), match=match, side="supplier", answer="interested")
                ask_about(match)
        with time_machine.travel(timezone.now() + dt.timedelta(days=3, hours=1)):
            remind_owing()

    def acting(self) -> str:
        """The session of the organiser while she acts for the supplier."""
        client = Client()
        client.force_login(self.site.organiser)
        address = reverse("console_act", args=[self.seller.uid])
        client.post(address, {"reason": "She asked by telephone for help with her products."})
        return client.cookies["sessionid"].value

    def pages(self) -> dict[str, dict[str, str]]:
        """Paths by role and name."""
        event, seller = self.site.event.slug, self.seller.uid
        console = "/console"
        empty_supplier = ("supplier/", "supplier/products/", "supplier/matches/", "supplier/registrations/",
            "supplier/interest/", "enquiries/", "meetings/", "notices/", "imports/", "supplier/company/")  # fmt: skip
        empty_buyer = ("buyer/", "buyer/demands/", "buyer/matches/", "buyer/shortlist/", "buyer/not-for-us/",
            "searches/", "enquiries/", "meetings/", "buyer/compare/")  # fmt: skip
        meeting = Meeting.objects.active().filter(event=self.site.event, supplier=self.seller).first()
        answered = Match.objects.filter(product__company=self.seller, supplier_answer="").first()
        supplier = {
            "import-columns": f"/imports/{self.naming.uid}/",
            "import-preview": f"/imports/{self.preview.uid}/",
            "import-result": f"/imports/{self.applied.uid}/",
            "meetings-contacts": f"/meetings/{event}/contacts/",
            "meetings-badge": f"/meetings/{event}/badge/{self.badge}/",
            "supplier-pictures": f"/supplier/products/{self.pictured.uid}/",
            "webhooks": "/account/webhooks/",
            "webhook": f"/account/webhooks/{self.endpoint.uid}/",
            "contacts": "/enquiries/contacts/",
            "announcement": f"/announcements/{self.sent.uid}/",
            "company-webhooks": f"/companies/{seller}/webhooks/",
            "ask-demand": f"/enquiries/demand/{self.site.mutual.line.demand.uid}/ask/",
            "message-edit": f"/enquiries/message/{self.said.uid}/edit/",
            "meetings-ask": f"/meetings/{event}/companies/{self.wanter.uid}/ask/",
            "meetings-register": f"/meetings/{self.second.slug}/register/",
            "second-step-app": "/accounts/2fa/totp/activate/",
        }
        if self.asked:
            supplier["meetings-request-change"] = f"/meetings/request/{self.asked.uid}/change/"
        if answered:
            supplier["supplier-match-open"] = f"/supplier/matches/{answered.uid}/"
        team = {
            "console-merge": f"{console}/companies/{seller}/",
            "console-claim": f"{console}/companies/{self.other.uid}/",
            "console-demand": f"{console}/demands/{self.held.uid}/",
            "console-announcement": f"{console}/announcements/{self.sent.uid}/",
            "console-announcement-draft": f"{console}/announcements/{self.draft.uid}/",
            "console-announcement-edit": f"{console}/announcements/{self.draft.uid}/edit/",
            "console-board": f"{console}/events/{event}/meetings/?by=table",
            "console-compared": f"{console}/events/{event}/plan/{self.site.draft.uid}/?with={self.site.plan.uid}",
            "console-interpreter": f"{console}/events/{event}/interpreters/{self.site.event.interpreters.first().uid}/",
            "console-question": f"{console}/questions/{self.question.uid}/",
            "console-agreement-partner": f"{console}/rules/partners/{self.agreed.uid}/",
            "console-waiting": f"{console}/events/{self.second.slug}/participants/",
            "console-booths": f"{console}/events/{event}/booths/",
            "console-tariff-rate": f"{console}/rules/tariff/{self.rate}/",
        }
        return {
            "anonymous": {"invited": f"/invited/{self.code.code}/", "privacy": "/privacy/", "gate": "/gate/",
                "confirm-sent": "/accounts/confirm-email/", "reset-sent": "/accounts/password/reset/done/",
                "demands-searched": "/demands/?q=tea", "products-none": "/products/?q=zzzzqqqq",
                "invitation": f"/invitations/{invitations.token_of(self.invitation)}/"},
            "newcomer": {"newcomer-join": "/join/", "newcomer-step": "/join/supplier/1/",
                "newcomer-buyer": "/join/buyer/1/",
                "newcomer-companies": "/companies/", "newcomer-knock": f"/companies/{self.other.uid}/join/",
                "newcomer-claim": f"/companies/{self.twin.uid}/claim/", "newcomer-account": "/account/"},
            "new-supplier": {f"empty-{path.strip('/').replace('/', '-')}": f"/{path}" for path in empty_supplier},
            "new-buyer": {f"empty-{path.strip('/').replace('/', '-')}": f"/{path}" for path in empty_buyer},
            "supplier": supplier | ({"meeting-moved": f"/meetings/meeting/{meeting.uid}/"} if meeting else {}),
            "buyer": {"buyer-demand-held": f"/buyer/demands/{self.held.uid}/", "buyer-notices": "/notices/",
                "buyer-badge": f"/meetings/{event}/contacts/",
                "buyer-waiting": f"/meetings/{self.second.slug}/",
                "buyer-compare-quota": f"/buyer/compare/?p={self.site.under_quota.uid}&p={self.pictured.uid}",
                "ask-supplier": f"/enquiries/supplier/{seller}/ask/"},
            "organiser": team,
            "acting": {"acting": "/supplier/", "acting-products": "/supplier/products/"},
            "partner": {"partner-code-made": f"/partner/{self.site.desk.uid}/codes/",
                "partner-company": f"/partner/{self.site.desk.uid}/companies/{self.enrolled.uid}/"},
        }  # fmt: skip
