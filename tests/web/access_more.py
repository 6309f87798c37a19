"""The rest of the world: what is under way between people. Files, letters, quotes, meetings, gates, hooks, lists.

Everything lies on the day fair `mday`, between the supplier and the buyer of the world, who know each other.
"""

import datetime as dt

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from matchmaker.campaigns.models import AutomaticApproval
from matchmaker.catalogue.models import DemandComment, ProductFile, ProductImage, ProductVideo, ShortlistItem
from matchmaker.companies.models import BankAccount, Check, Document, DomainProof, Merge, Suspension
from matchmaker.directory.models import ExchangeRate, NotForUs, SavedSearch
from matchmaker.events import services as events
from matchmaker.events.models import BulkChange, Event
from matchmaker.events.models.day import Scan
from matchmaker.events.models.meetings import Meeting
from matchmaker.events.models.wishes import MeetingMove
from matchmaker.first_orders.models import Draw, Programme, TrialLot, VoucherApplication, VoucherDocument
from matchmaker.first_orders.services.trial_lots import terms_of
from matchmaker.imports.models import Feed, FeedLine, Import, ImportRow, Reading
from matchmaker.market_access.labels import digest
from matchmaker.market_access.models import (
    AccessNotice,
    Agreement,
    AgreementPartner,
    EntryQuestion,
    EntryRule,
    LabelVersion,
    ReadinessAnswer,
    Registration,
    TariffRate,
)
from matchmaker.matching.models import MatchRun
from matchmaker.messaging.models import (
    Attachment,
    DealStep,
    FollowUp,
    Message,
    Quote,
    QuoteRequest,
    QuoteRequestLine,
    Report,
    Sample,
    StepPaper,
)
from matchmaker.messaging.models.contact_rules import Block
from matchmaker.notifications.models import Announcement, ChannelAddress, WebhookDelivery, WebhookEndpoint
from matchmaker.notifications.services import notify
from tests import factories
from tests.web.access_world import World


class FullWorld(World):
    """One of everything there is a page for."""

    def __init__(self):
        super().__init__()
        self.now = timezone.now()
        self.letters()
        self.goods()
        self.files()
        self.fair()
        self.post()
        self.evidence()
        self.reference()
        self.first_order()

    def letters(self):
        enquiry, at, admin = self.enquiry, self.now, self.people["supplier admin"]
        self.quote = Quote.objects.create(
            enquiry=enquiry, price="1.5", currency="USD", price_unit="kg", incoterm="FOB", incoterm_place="Bangkok",
            valid_until=at.date() + dt.timedelta(days=30), note="Mquote note", made_by=admin, made_at=at,
        )  # fmt: skip
        self.quote_request = QuoteRequest.objects.create(
            company=enquiry.buyer, quantity=20, unit="t", text="Mrequest words", made_at=at
        )
        QuoteRequestLine.objects.create(request=self.quote_request, enquiry=enquiry, message=self.message)
        self.sample = Sample.objects.create(enquiry=enquiry, what="Msample bag", asked_at=at)
        self.step = DealStep.objects.create(
            enquiry=enquiry, rung="intent", happened_on=at.date(), note="Mstep note", said_by="supplier", said_at=at
        )
        self.deal_paper = StepPaper.objects.create(
            step=self.step, name="Mcontract.pdf", suffix=".pdf", content_type="application/pdf", size=6, sha256="0",
            number="MPO-7", given_by="supplier", given_at=at, file=ContentFile(b"Mcontract", "x.pdf"),
        )  # fmt: skip
        self.follow_up = FollowUp.objects.create(enquiry=enquiry, side="buyer", asked_at=at)
        self.held = Message.objects.create(
            enquiry=enquiry, side="buyer", text="Mheld words", state="held", hold="link_only", created_at=at
        )
        bad = Message.objects.create(enquiry=enquiry, side="buyer", text="Mbad words", created_at=at)
        self.report = Report.objects.create(message=bad, side="supplier", reason="junk", note="Mreport note")
        self.file = Attachment.objects.create(
            message=self.message, name="Mfile.pdf", suffix=".pdf", content_type="application/pdf", size=6, sha256="0",
            file=ContentFile(b"Mpaper", "x.pdf"),
        )  # fmt: skip
        self.block = Block.objects.create(company=self.seller, other=factories.buyer(legal_name="Mblocked Zeta"))

    def first_order(self):
        today, at = self.now.date(), self.now
        self.programme = Programme.objects.create(
            campaign=self.campaign, name={"en": "First orders"}, currency="CNY", budget=5000, opens_on=today,
            closes_on=today, share_percent=50, cap=2000, covers=["freight"], proofs=["invoice"], state="drawn",
            seed_source="Close of an index", opened_at=at, available=4000, reserved=1000,
        )  # fmt: skip
        self.draw = Draw.objects.create(
            programme=self.programme, entries=[{"number": "MNUMBER8", "group": 0, "amount": "1000.00"}],
            list_sha256="0", listed_at=at, seed="3141", drawn_at=at,
        )  # fmt: skip
        self.trial_lot = TrialLot.objects.create(
            enquiry=self.enquiry, campaign=self.campaign, version=1, goods="Mlot goods", quantity=500, unit="kg",
            price="1.2", currency="USD", price_unit="kg", incoterm="FOB", incoterm_place="Bangkok", success="repeat",
            freight_cost=400, written_by="supplier", written_at=at,
        )  # fmt: skip
        self.voucher = VoucherApplication.objects.create(
            programme=self.programme, lot=self.trial_lot, supplier=self.seller, number="MNUMBER8", costs=2800,
            amount=1000, version=1, terms=terms_of(self.trial_lot), state="voucher", place=1, applied_by="supplier",
            applied_at=at, voucher_at=at,
        )  # fmt: skip
        self.voucher_document = VoucherDocument.objects.create(
            application=self.voucher, kind="invoice", name="Minvoice.pdf", suffix=".pdf",
            content_type="application/pdf", size=6, sha256="0", number="MINV66", given_by="supplier", given_at=at,
            file=ContentFile(b"Minvoicefile", "x.pdf"),
        )  # fmt: skip

    def goods(self):
        default_storage.save("x.webp", ContentFile(b"Mimage"))
        # Written around the field, which would read its measures from a real picture.
        shown = {"file": "x.webp", "width": 1, "height": 1, "sha256": "0", "alt": "Mpicture alt"}
        ProductImage.objects.bulk_create([ProductImage(product=self.draft, **shown)])
        self.picture = ProductImage.objects.get()
        self.sheet = ProductFile.objects.create(
            product=self.draft, kind="data", name="Msheet.pdf", suffix=".pdf", content_type="application/pdf", size=6,
            sha256="0", file=ContentFile(b"Msheet", "x.pdf"),
        )  # fmt: skip
        self.video = ProductVideo.objects.create(
            product=self.draft, name="Mvideo.mp4", suffix=".mp4", content_type="video/mp4", size=6, sha256="0",
            file=ContentFile(b"Mvideo", "x.mp4"), words="Mvideo words", captions="Mcaptions",
        )  # fmt: skip
        self.short = ShortlistItem.objects.create(company=self.buyer, product=self.offer, note="Mshort note")
        self.not_for_us = NotForUs.objects.create(company=self.buyer, supplier=factories.supplier())
        self.search = SavedSearch.objects.create(
            user=self.people["buyer member"], kind="products", name="Msearch name", query="q=x"
        )
        self.automatic = AutomaticApproval.objects.create(
            campaign=self.campaign, company=self.seller, ground=AutomaticApproval.Ground.VOUCHED
        )
        self.bank_account = BankAccount.objects.create(
            company=self.seller, holder="Mholder", bank="Mbank", country="TH", number="MACCOUNT12", currency="USD",
            entered_by=self.people["supplier admin"],
        )  # fmt: skip
        self.registration = Registration.objects.create(company=self.seller, code="GACC-FOOD", number="MREG77")
        self.comment = DemandComment.objects.create(demand=self.wanted["public"], text="Mcomment text", is_team=True)
        self.waiting = factories.demand(self.buyer, lines=1, title="Mwaiting title", status="submitted")

    def files(self):
        admin, team = self.people["supplier admin"], self.people["organiser"]
        own = {
            "language": "en",
            "head": ["Name"],
            "mapping": {},
            "seen": {"format": "csv", "encoding": "utf-8"},
            "total": 1,
            "rejected": 1,
            "state": "preview",
        }
        self.reading = Reading.objects.create(
            kind="product", by=self.people["supplier admin"], text="Mreading", state="done", fields={"name": "Mreading"}
        )
        self.batch = Import.objects.create(
            kind="products", company=self.seller, by=admin, file_name="Mgoods.csv", **own
        )
        self.team_batch = Import.objects.create(
            kind="suppliers", campaign=self.campaign, by=team, file_name="Mlist.csv", **own
        )
        self.feed = Feed.objects.create(
            company=self.buyer, by=self.people["buyer admin"], name="Mfeed name", url="https://mfeed.example.org/"
        )
        line = self.wanted["private"].lines.get()
        self.feed_line = FeedLine.objects.create(feed=self.feed, line=line, ref="MREF88", part="1")
        for batch in (self.batch, self.team_batch):
            self.row = ImportRow.objects.create(
                batch=batch, row_no=2, raw=["Mcell text"], problems={"name": "wrong"}, action="reject"
            )
        self.run = MatchRun.objects.create(campaign=self.campaign, started_by=team)

    def fair(self):
        organiser, day = self.people["organiser"], timezone.localdate() + dt.timedelta(days=21)
        self.day = Event.objects.create(
            campaign=self.campaign, slug="mday", name={"en": "Mday fair", "zh-hans": "M"}, status="published",
            starts_on=day, ends_on=day, opens_at=dt.time(9), closes_at=dt.time(11), tables=2, capacity=20,
            city={"en": "Wuhan"},
        )  # fmt: skip
        slots = self.day.slots()
        self.part = events.register_for_event(
            by=self.people["supplier admin"], event=self.day, company=self.seller, side="supplier", note="Mnote team"
        )
        self.other_part = events.register_for_event(
            by=self.people["buyer admin"], event=self.day, company=self.buyer, side="buyer"
        )
        third = factories.buyer(legal_name="Mthird Eta")
        asker = factories.member_of(third)
        self.third = events.register_for_event(by=asker, event=self.day, company=third, side="buyer")
        self.request = events.request_meeting(
            by=asker, event=self.day, company=third, other=self.seller, note="Mrequest note"
        )
        wished = {"event": self.day, "company": self.buyer, "other": self.seller, "kind": "must"}
        self.wish = events.wish(by=self.people["buyer admin"], **wished)
        self.interpreter = events.add_interpreter(
            by=organiser, event=self.day, name="Minterpreter Li", languages=["zh", "en"]
        )
        events.invite_interpreter(by=organiser, interpreter=self.interpreter, email="mli@example.org", language="en")
        self.bulk_change = BulkChange.objects.create(
            event=self.day, kind="mend", until=self.now + dt.timedelta(minutes=9), made_by=organiser
        )
        self.draft_plan = events.start_plan(by=organiser, event=self.day, seconds=1)
        events.compute_plan()
        self.draft_plan.refresh_from_db()
        self.meeting = Meeting.objects.create(
            event=self.day, supplier=self.seller, buyer=self.buyer, starts_at=slots[0], table=1,
            supplier_note="Msold note", buyer_note="Mbought note", supplier_staff="Mstaff Som",
        )  # fmt: skip
        self.move = MeetingMove.objects.create(
            meeting=self.meeting, company=self.buyer, starts_at=slots[1], expires_at=slots[0]
        )
        self.calendar = events.renew_calendar_address(by=self.people["supplier admin"], participation=self.part)
        self.visitor = self.part.attendees.first() or self.part.attendees.create(name="Mvisitor Noi")
        self.guest = self.other_part.attendees.first() or self.other_part.attendees.create(name="Mguest Wang")
        events.share_contacts(by=self.people["supplier admin"], participation=self.part, share=True)
        self.contact = events.save_contact(
            by=self.people["buyer admin"], participation=self.other_part, code=self.visitor.code, note="Mcontact note"
        )
        self.device, self.secret = events.make_device(by=organiser, event=self.day, gate="Mgate north")
        self.scan = Scan.objects.create(
            device=self.device, key=self.device.uid, code="MSCANNED99", scanned_at=self.now, outcome="refused"
        )

    def post(self):
        admin, team = self.people["supplier admin"], self.people["organiser"]
        self.hook = WebhookEndpoint.objects.create(user=admin, url="https://mhook.example.org/", name="Mhook name")
        self.robot = ChannelAddress.objects.create(user=admin, channel="wecom", url="https://mrobot.example.org/")
        self.firm_hook = WebhookEndpoint.objects.create(
            owner_uid=self.seller.uid, url="https://mfirm.example.org/", name="Mfirm hook"
        )
        sent = {"event_type": "match.created", "event_key": "m", "not_before": self.now, "state": "parked"}
        sent["finished_at"] = self.now
        self.sent_hook = WebhookDelivery.objects.create(endpoint=self.hook, **sent)
        self.firm_event = WebhookDelivery.objects.create(endpoint=self.firm_hook, **sent)
        words = {"en": {"subject": "Munsent subject", "body": "Munsent body"}}
        about = {"owner_uid": self.campaign.uid, "written_by": team, "sender": {"en": "M"}}
        self.unsent = Announcement.objects.create(texts=words, **about)
        said = {"en": {"subject": "Mcalled subject", "body": "Mcalled body"}}
        self.called = Announcement.objects.create(texts=said, state="sent", sent_at=self.now, reached=1, **about)
        told = {"announcement": str(self.called.uid)}
        path = f"/announcements/{self.called.uid}/"
        notify(kind="announcement", to=[admin], event_key=self.called.event_key, context=told, path=path)
        self.letter = DomainProof.objects.create(
            company=self.seller, user=admin, domain="mdomain.example.org", method="mail", token="mproof-token",
            address="info@mdomain.example.org", not_before=self.now, expires_at=self.now + dt.timedelta(days=9),
        )  # fmt: skip

    def evidence(self):
        team, today = self.people["organiser"], self.now.date()
        self.document = Document.objects.create(
            company=self.seller, kind="register", name="Mextract.pdf", suffix=".pdf", content_type="application/pdf",
            size=8, sha256="0", file=ContentFile(b"Mextract", "x.pdf"),
        )  # fmt: skip
        seen = {"document": self.document, "evidence": "Mseen paper", "checked_by": team, "checked_on": today}
        self.check = Check.objects.create(company=self.seller, level=2, **seen)
        self.proof = Document.objects.create(
            company=self.seller, kind="certificate", name="Mhaccp.pdf", suffix=".pdf", content_type="application/pdf",
            size=6, sha256="1", file=ContentFile(b"Mproof", "x.pdf"),
        )  # fmt: skip
        self.draft.certificates.create(code="HACCP", number="MHACCP7", document=self.proof)
        gone = factories.supplier(legal_name="Mgone Theta", status="suspended")
        self.suspension = Suspension.objects.create(
            company=gone, suspended_by=team, reason="Msuspended why", status_before="approved"
        )
        self.merge = Merge.objects.create(survivor=self.seller, duplicate=gone, proposed_by=team, reason="Mmerge why")

    def reference(self):
        factories.hs_code("100630")
        self.rate = ExchangeRate.objects.create(currency="THB", yuan="0.2", as_of=self.now.date(), source="M")
        self.rule = EntryRule.objects.create(
            code="m-rule", requirement="m", name={"en": "Mrule", "zh-hans": "M"}, stage="before", evidence="access",
            confidence="hint",
        )  # fmt: skip
        self.asked_question = EntryQuestion.objects.create(code="m_question", text={"en": "Mquestion", "zh-hans": "M"})
        self.admission = AccessNotice.objects.create(
            rule_code="m-rule",
            origin="TH",
            hs_in=["08"],
            product={"en": "M", "zh-hans": "M"},
            basis="M",
            confidence="hint",
        )
        self.agreement = Agreement.objects.create(
            code="M-FTA", name={"en": "M", "zh-hans": "M"}, kind="fta", confidence="hint"
        )
        self.party = AgreementPartner.objects.create(
            agreement=self.agreement, origin="TH", valid_from=self.now.date(), confidence="hint"
        )
        self.readiness_step = ReadinessAnswer.objects.create(
            product=self.draft, question="has:GB7718-2025", answer=True, number="Mstep"
        )
        texts = {"name": "Mpackage"}  # the label of an open product is public
        LabelVersion.objects.create(
            product=self.offer, number=1, texts=texts, is_public=True, digest=digest("", 1, texts)
        )
        self.tariff = TariffRate.objects.create(
            hs_code="10063020", regime="MFN", percent=1, valid_from=self.now.date(), source="M"
        )
