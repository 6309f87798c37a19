"""What happens seldom at a campaign: obstacles, invitations of companies, labels, pictures to be read, an archive."""

import datetime as dt

from django.test import Client

from matchmaker.campaigns.models import Campaign, CompanyInvitation
from matchmaker.campaigns.services import bulk, company_invitations, lifecycle
from matchmaker.catalogue.models import Product
from matchmaker.companies import invitations
from matchmaker.imports.models import Reading
from matchmaker.market_access.services import label_texts, save_label
from matchmaker.messaging.services import obstacles
from matchmaker.web.console.invitations import uninvited_companies
from tests import factories
from tests.files import paper, picture
from tests.imports.sheets import as_csv, previewed

SUPPLIERS = ["Company name", "Country", "City", "Contact person", "Contact email"]


class RareStates:
    """Adds them to a loaded site and keeps what their pages need."""

    def __init__(self, site) -> None:
        self.site, self.seller = site, site.seller
        self.by_seller, self.organiser = site.people["supplier"], site.organiser
        self._obstacle()
        self._invitations()
        self._label()
        self._readings()
        self._drafts()
        self._archive()

    def _obstacle(self) -> None:
        """A case of the supplier that the team has answered."""
        self.case = obstacles.report_obstacle(
            by=self.by_seller, company=self.seller, kind="registration", about=self.site.mutual.product,
            title="Our registration number is refused at the port",
            text="The declaration was sent back twice: the number belongs to another plant, customs writes.",
        )  # fmt: skip
        obstacles.answer_obstacle(by=self.organiser, obstacle=self.case, text="海关已确认编号，请重新申报。")

    def _invitations(self) -> None:
        """Letters to companies whose people have not come, one of them withdrawn, and a company that waits for one."""
        for name, city, contact in (("Thika Avocados Ltd", "Thika", "Grace"), ("Nyeri Honey Ltd", "Nyeri", "Peter")):
            company = factories.supplier(
                legal_name=name, country="KE", city=city, contact_name=contact,
                contact_email=f"{contact.lower()}@example.org",
            )  # fmt: skip
            company.memberships.all().delete()
            factories.take_part(self.site.campaign, company)
        who = {"by": self.organiser, "campaign": self.site.campaign}
        waiting = list(uninvited_companies(self.site.campaign))
        company_invitations.invite_companies(**who, companies=waiting[1:], note="欢迎参加。")
        row = CompanyInvitation.objects.select_related("invitation").latest("pk")
        self.invited, self.uninvited = row.invitation, waiting[0]

    def _label(self) -> None:
        """Two versions of the label of a product."""
        self.labelled, texts = self.site.under_quota, label_texts(self.site.under_quota)
        by = factories.member_of(self.labelled.company)
        for ingredients in ("大米", "大米（糯米）"):
            given = {**texts, "ingredients": ingredients}
            save_label(by=by, product=self.labelled, texts=given, is_public=True)
        given = {**label_texts(self.site.mutual.product), "ingredients": "可可豆"}
        save_label(by=self.by_seller, product=self.site.mutual.product, texts=given, is_public=False)

    def _readings(self) -> None:
        """A picture that waits to be read, and one on which nothing was found."""
        self.reading = Reading(by=self.by_seller, kind="product")
        self.unread = Reading(by=self.by_seller, kind="product", state="failed", problem="no_text")
        for row in (self.reading, self.unread):
            row.picture.save("", paper("a.png", picture((90, 110, 80), side=300)), save=False)
            row.save()

    def _drafts(self) -> None:
        """A supplier that waits for approval has a product; a sheet of companies has some that are known."""
        waiting = self.site.people["waiting"]
        like = self.site.mutual.product
        goods = {"category_id": like.category_id, "hs_code": like.hs_code, "origin": waiting.companies.get().country}
        self.draft = factories.product(waiting.companies.get(), "Roses", status=Product.Status.DRAFT, **goods)
        rows = [
            SUPPLIERS,
            [f"{self.seller.legal_name} Limited", self.seller.country, "Nairobi", "Jane", "jane@example.org"],
            ["Limuru Tea Limited", "KE", "Limuru", "Njeri", "njeri@example.org"],
        ]
        self.sheet = previewed(
            by=self.organiser, campaign=self.site.campaign, kind="suppliers", name="suppliers.csv", content=as_csv(rows)
        )
        self.running = bulk.prepare(
            by=self.organiser, campaign=self.site.campaign, verb="tag", companies=self.site.campaign.companies.all()
        )
        self.running = bulk.choose(by=self.organiser, action=self.running, tag="Honey")
        bulk.confirm(by=self.organiser, action=self.running)

    def _archive(self) -> None:
        """A campaign of years ago."""
        days = {"starts_on": dt.date(2024, 1, 1), "ends_on": dt.date(2024, 12, 31)}
        name = {"en": "Export to China 2024", "zh-hans": "2024 年出口中国"}
        self.archived = lifecycle.create_campaign(by=self.organiser, name=name, source=self.site.campaign, **days)
        Campaign.objects.filter(pk=self.archived.pk).update(state=Campaign.State.ARCHIVED)

    def session_in_the_archive(self) -> str:
        """The session of the organiser while she looks at it."""
        client = Client()
        client.force_login(self.organiser)
        session = client.session
        session["campaign"] = str(self.archived.uid)
        session.save()
        return client.cookies["sessionid"].value

    def pages(self) -> dict[str, dict[str, str]]:
        """Paths by role and name."""
        product, console = self.site.mutual.product, "/console"
        coming = self.site.event.participations.get(company=self.seller)
        return {
            "anonymous": {
                "label": f"/label/{self.labelled.uid}/",
                "label-earlier": f"/label/{self.labelled.uid}/?v=1",
                "invitation-refuse": f"/invitations/{invitations.token_of(self.invited)}/refuse/",
                "api-problems": "/api/v1/problems/",
            },
            "supplier": {
                "obstacles": "/obstacles/",
                "obstacle": f"/obstacles/{self.case.uid}/",
                "obstacle-new": "/obstacles/new/",
                "supplier-label": f"/supplier/products/{product.uid}/china/label/",
                "reading": f"/imports/readings/{self.reading.uid}/",
                "reading-failed": f"/imports/readings/{self.unread.uid}/",
                "reading-start": "/imports/start/product/",
            },
            "buyer": {"buyer-products": "/products/"},
            "waiting": {"waiting-product": f"/supplier/products/{self.draft.uid}/"},
            "organiser": {
                "console-claims": f"{console}/claims/",
                "console-company-invitations": f"{console}/invitations/",
                "console-invite": f"{console}/invitations/new/",
                "console-invite-one": f"{console}/companies/{self.uninvited.uid}/invite/",
                "console-obstacle": f"{console}/obstacles/{self.case.uid}/",
                "console-translation": f"{console}/translation/",
                "console-import-likely": f"/imports/{self.sheet.uid}/",
                "console-bulk-running": f"{console}/bulk/{self.running.uid}/",
                "console-mend": f"/corner/mend/?event={self.site.event.slug}&who={coming.uid}",
            },
            "archive": {"archived": f"{console}/", "archived-companies": f"{console}/companies/"},
        }
