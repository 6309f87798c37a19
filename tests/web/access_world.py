"""One of everything on the site, each with a marker that is nowhere else, and people in every relation to it."""

from django.test import Client

from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.campaigns.models import BulkAction, CompanyInvitation, Organiser, Participation, SavedView
from matchmaker.campaigns.services import company_invitations, partners, questions, tags, team
from matchmaker.catalogue.models import DemandInvitation
from matchmaker.companies import claims, invitations, members
from matchmaker.companies.models import Company, Membership
from matchmaker.events.models import Event, EventInvitation
from matchmaker.messaging.services import ask, obstacles
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import notify
from tests import factories

SELLERS, BUYERS = {"supplier member", "supplier admin"}, {"buyer member", "buyer admin"}
KEYS = {"reading key", "writing key"}  # both of the supplier's administrator
DECIDE = {"organiser", "campaign admin"}
TEAM = {"event staff", *DECIDE}
PARTNER = {"partner"}  # follows the supplier
OUTSIDE = {"anonymous", "stranger", "other supplier", "other buyer", "other campaign"}
ROLES = sorted(SELLERS | BUYERS | KEYS | TEAM | PARTNER | OUTSIDE)
EVERYBODY, NOBODY = set(ROLES), set()
SELLER_ADMIN, BUYER_ADMIN = {"supplier admin"}, {"buyer admin"}
SELLERS_API, WRITING_ADMIN = SELLERS | KEYS, {"supplier admin", "writing key"}


class World:
    """One of everything, each with a marker that is nowhere else."""

    def __init__(self):
        self.campaign = factories.campaign()
        self.seller = factories.supplier(
            legal_name="Mseller Alpha",
            name_key="mseller alpha",
            country="LA",
            identifier_kind="national",
            identifier="MPAPER77",
            contact_email="mpaper@example.org",
        )
        self.buyer = factories.buyer(
            legal_name="Mbuyer Beta", name_key="mbuyer beta", contact_email="mcontact@example.org"
        )
        self.pending = factories.supplier(legal_name="Mpending Gamma", name_key="mpending gamma", status="pending")
        for company, side in ((self.seller, "supplier"), (self.buyer, "buyer"), (self.pending, "supplier")):
            Participation.objects.create(campaign=self.campaign, company=company, side=side)
        self.people = {
            "stranger": factories.user(),
            "supplier admin": factories.member_of(self.seller),
            "supplier member": self.member(self.seller),
            "buyer admin": factories.member_of(self.buyer),
            "buyer member": self.member(self.buyer),
            "other supplier": factories.member_of(factories.supplier()),
            "other buyer": factories.member_of(factories.buyer()),
            "event staff": factories.organiser(self.campaign, Organiser.Role.STAFF),
            "organiser": factories.organiser(self.campaign),
            "campaign admin": factories.organiser(self.campaign, Organiser.Role.ADMIN),
            "other campaign": factories.organiser(factories.campaign(is_current=False), Organiser.Role.ADMIN),
        }
        admin = self.people["supplier admin"]
        self.keys = {
            "reading key": create_token(by=admin, name="r", scopes=["read"])[1],
            "writing key": create_token(by=admin, name="w", scopes=SCOPES)[1],
        }
        self.token = create_token(by=admin, name="Mkey name", scopes=["read"])[0]
        self.extra = Membership.objects.create(company=self.seller, user=factories.user(name="Mextra Person"))
        self.invitation = invitations.invite(by=admin, company=self.seller, email="minvited@example.org")
        self.asked = members.ask_to_join(by=factories.user(name="Masking Person"), company=self.seller)
        self.offer = factories.product(self.seller, name="Moffer rice")
        self.draft = factories.product(self.seller, name="Mdraft rice", status="draft")
        self.wanted = {
            kind: factories.demand(self.buyer, lines=1, title=f"Mdemand{kind}", visibility=kind)
            for kind in ("public", "invited", "private")
        }
        DemandInvitation.objects.create(demand=self.wanted["invited"], company=self.seller)
        self.unsaid = factories.demand(self.buyer, lines=1, title="Mdemanddraft", status="draft")
        self.match = factories.match(self.offer, self.wanted["public"].lines.get())
        self.hidden_match = factories.match(self.offer, self.wanted["private"].lines.get())
        yes = {"supplier_answer": "interested", "buyer_answer": "interested"}
        self.mutual = factories.match(
            self.offer, factories.line(self.wanted["public"]), mutual_at=self.offer.published_at, **yes
        )
        said = {"company": "Mnotice Delta", "sides": []}
        notify(kind="company_approved", to=[admin], event_key="matrix", context=said, path="/desk/")
        self.notice = Notice.objects.get(event_key="matrix")
        days = {"starts_on": self.campaign.starts_on, "ends_on": self.campaign.ends_on, "campaign": self.campaign}
        plan, event = {"en": "Mplan fair", "zh-hans": "Mplan"}, {"en": "Mfair show", "zh-hans": "M"}
        self.plan = Event.objects.create(slug="mplan", name=plan, city={"en": "Wuhan"}, **days)
        self.event = Event.objects.create(slug="mfair", name=event, status="published", **days)

        self.partner, self.people["partner"] = factories.partner(self.campaign, name={"en": "Mpartner Chamber"})
        self.guild, _person = factories.partner(self.campaign, name={"en": "Mguild"})
        self.delegation, _person = factories.partner(self.campaign, name={"en": "Mdelegation"}, kind="group")
        at_desk = {"by": self.people["partner"], "partner": self.partner}
        self.code = partners.make_code(label="Mlabel", quota=5, days=30, **at_desk)
        self.enrolment = partners.use_code(by=admin, company=self.seller, text=self.code.code)
        asks = {"side": "", "kind": "line", "label": {"en": "Mquestion"}, "help": {}}
        self.question = questions.save_question(
            by=self.people["organiser"], campaign=self.campaign, options=[], is_required=False, **asks
        )
        said = {str(self.question.uid): "Manswer"}
        questions.answer_questions(by=admin, company=self.seller, campaign=self.campaign, answers=said)
        self.tag = tags.create_tag(by=self.people["organiser"], campaign=self.campaign, name="Mtag")
        self.tag.companies.add(self.seller)
        self.view = SavedView.objects.create(
            campaign=self.campaign, owner=self.people["organiser"], name="Mview", query="status=pending"
        )
        self.bulk = BulkAction.objects.create(campaign=self.campaign, verb="approve", by=self.people["organiser"])
        self.invited = EventInvitation.objects.create(event=self.event, company=self.seller)
        self.place = team.give_place(
            by=self.people["campaign admin"], campaign=self.campaign, email="mplace@example.org", role="staff"
        )
        colleague = factories.organiser(self.campaign, Organiser.Role.STAFF, name="Mcolleague Person")
        self.colleague = Organiser.objects.get(user=colleague)
        self.claim = claims.claim_company(
            by=factories.user(name="Mclaims Person"), company=self.seller, evidence="Mproof"
        )
        buyer_admin = self.people["buyer admin"]
        self.listed = Company.objects.create(
            is_supplier=True, legal_name="Mlisted Mill", country="VN", contact_email="mlisted@example.org"
        )
        Participation.objects.create(campaign=self.campaign, company=self.listed, side="supplier")
        company_invitations.invite_companies(
            by=self.people["organiser"], campaign=self.campaign, companies=[self.listed]
        )
        self.listed_invitation = CompanyInvitation.objects.get()
        self.enquiry = ask(
            by=buyer_admin, company=self.buyer, other=self.seller, product=self.offer, text="Mletter text"
        )
        self.message = self.enquiry.messages.first()
        self.obstacle = obstacles.report_obstacle(
            by=admin, company=self.seller, kind="customs", title="Mobstacle title", text="Mobstacle text"
        )

    @staticmethod
    def member(company):
        person = factories.user()
        Membership.objects.create(company=company, user=person)
        return person

    def caller(self, role: str) -> tuple[Client, dict]:
        client = Client(raise_request_exception=False)
        if role in self.people:
            client.force_login(self.people[role])
        headers = {"Authorization": f"Bearer {self.keys[role]}"} if role in self.keys else {}
        return client, headers
