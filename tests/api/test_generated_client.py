"""A client that a stranger generates from our OpenAPI document does its work: every answer is what the document says.

`openapi-python-client` reads the document once; its client talks to the site inside this process.
"""

import datetime as dt
import importlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone

from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.catalogue.services import describe_certificate
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Company
from matchmaker.events.services import add_interpreter
from matchmaker.notifications.services import notify
from tests import factories
from tests.api.conftest import document
from tests.events.conftest import Hall
from tests.files import PDF, mp4, paper, pdf, picture
from tests.first_orders.conftest import TERMS as LOT
from tests.first_orders.conftest import Fair
from tests.imports.test_feeds import outside

__all__ = ["outside"]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BINARY = dict.fromkeys(("application/pdf", "image/webp", "video/mp4", "video/webm"), "application/octet-stream")
TEXT = "We look for fragrant rice in 5 kg bags for our shops in Hubei."


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The name of the package that was generated; it can be imported."""
    folder = tmp_path_factory.mktemp("client")
    document, options = folder / "openapi.yaml", folder / "options.json"
    call_command("spectacular", file=str(document))
    options.write_text(json.dumps({"post_hooks": [], "content_type_overrides": BINARY}))
    command = [Path(sys.executable).parent / "openapi-python-client", "generate", "--meta", "none", "--fail-on-warning"]
    target = folder / "generated_client"
    done = subprocess.run(
        [*command, "--path", document, "--output-path", target, "--config", options], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield target.name
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == target.name]:
        del sys.modules[name]


class Program:
    """A program of one person, written with the generated client."""

    def __init__(self, package: str, person) -> None:
        self.package = package
        _token, key = create_token(by=person, name="program", scopes=SCOPES)
        client = importlib.import_module(f"{package}.client")
        transport = httpx.WSGITransport(app=WSGIHandler())
        self.client = client.AuthenticatedClient(
            base_url="http://testserver", token=key, httpx_args={"transport": transport}
        )

    def call(self, operation: str, *path, body: object = None, **parameters):
        """The answer of `tag.operation`, parsed by the client; fails on a refusal and on a member that got lost."""
        tag, _dot, name = operation.partition(".")
        module = importlib.import_module(f"{self.package}.api.{tag}.{tag}_{name}")
        given = {"body": body} if body is not None else {}
        answer = module.sync_detailed(*path, client=self.client, **given, **parameters)
        assert 200 <= answer.status_code < 300, answer.content.decode()
        read = answer.parsed
        if hasattr(read, "payload"):
            assert read.payload.read() == answer.content
        elif read is not None:
            shown = [row.to_dict() for row in read] if isinstance(read, list) else read.to_dict()
            assert _sorted(shown) == _sorted(json.loads(answer.content))
        return answer.parsed

    def model(self, name: str, values: dict):
        return getattr(importlib.import_module(f"{self.package}.models"), name).from_dict(values)

    def form(self, name: str, **values):
        """A body with a file: bytes are the file, other values are members; a member with choices is named in full."""
        types = importlib.import_module(f"{self.package}.types")
        files = {
            field: types.File(payload=io.BytesIO(value), file_name="a.pdf", mime_type="application/octet-stream")
            for field, value in values.items()
            if isinstance(value, bytes)
        }
        return getattr(importlib.import_module(f"{self.package}.models"), name)(**{**values, **files})

    def choice(self, name: str, value: str):
        return getattr(importlib.import_module(f"{self.package}.models"), name)(value)


def _sorted(value):
    """Comparable: the client writes times in another form, all else as it came."""
    if isinstance(value, dict):
        return {name: _sorted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_sorted(inner) for inner in value]
    if isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" and value[10:11] == "T":
        return dt.datetime.fromisoformat(value)
    return value


@pytest.fixture(autouse=True)
def _one_connection():
    """A real request closes its connection at its end; here the transaction of the test lives on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def program(generated):
    return lambda person: Program(generated, person)


def test_a_supplier_writes_reads_changes_and_lists_products(program):
    person = factories.user()
    factories.supplier(person)
    own = program(person)
    body = own.model("ProductInRequest", {"texts": [{"language": "en", "name": "Rice"}]})
    made = own.call("products.create", body=body)
    assert (made.incoterm, made.storage, made.capacity_period, made.category) == ("", "", "", None)
    change = own.model("PatchedProductInRequest", {"origin": "TH", "incoterm": "FOB", "incoterm_place": "Bangkok"})
    changed = own.call("products.partial_update", made.uid, body=change)
    assert (changed.incoterm, changed.origin, changed.revision) == ("FOB", "TH", made.revision + 1)
    assert own.call("products.retrieve", made.uid).uid == made.uid
    assert [row.uid for row in own.call("products.mine_list").results] == [made.uid]
    since = "2026-01-01T00:00:00Z"
    mine = own.call("products.mine_changes_retrieve", updated_since=since)
    assert [(row.id, row.deleted) for row in mine.results] == [(made.uid, False)]
    assert own.call("products.mine_changes_retrieve", updated_since=mine.cursor).results == []
    factories.product()
    factories.product(price_low=None, currency="")
    assert own.call("products.list").count == 2
    assert len(own.call("products.changes_retrieve", updated_since=since).results) == 2


def test_a_product_has_certificates_files_pictures_and_videos(program):
    product = factories.product(certificates=("HACCP",))
    own = program(factories.member_of(product.company))
    stated = {"code": "HACCP", "number": "TH-77", "issuer": "", "valid_until": None}
    proof = own.model("CertificateRequest", stated)
    own.call("products.certificates_create", product.uid, body=proof)
    assert [row.number for row in own.call("products.certificates_list", product.uid).results] == ["TH-77"]
    sheet = own.form("FileInRequest", kind=own.choice("FileKindEnum", "data"), file=PDF)
    file = own.call("products.files_create", product.uid, body=sheet)
    assert [row.uid for row in own.call("products.files_list", product.uid).results] == [file.uid]
    own.call("products.files_file_retrieve", product.uid, file.uid)
    assert own.call("products.duty_retrieve", product.uid).hs_code == product.hs_code
    assert own.call("products.precheck_retrieve", product.uid).contradictions == []
    shipped = {"hs_code": "220421", "origin": "FR", "value": "100", "currency": "EUR", "incoterm": "CIF"}
    assert [one.side for one in own.call("landed_cost.retrieve", **shipped).sums] == [""]
    image = own.call("products.pictures_create", product.uid, body=own.form("PictureInRequest", image=picture()))
    change = own.model("PatchedPictureChangeRequest", {"alt": "Rice in a bowl"})
    assert own.call("products.pictures_partial_update", product.uid, image.sha256, body=change).alt == "Rice in a bowl"
    assert [row.alt for row in own.call("products.pictures_list", product.uid).results] == ["Rice in a bowl"]
    own.call("products.pictures_file_retrieve", product.uid, image.sha256)
    video = own.form("VideoInRequest", file=mp4(), words="The mill; nobody speaks.")
    film = own.call("products.videos_create", product.uid, body=video)
    assert [row.uid for row in own.call("products.videos_list", product.uid).results] == [film.uid]
    own.call("products.videos_file_retrieve", product.uid, film.uid)


def test_a_buyer_writes_reads_changes_and_lists_demands(program):
    person = factories.user()
    factories.buyer(person)
    own = program(person)
    closing = (timezone.localdate() + dt.timedelta(days=30)).isoformat()
    values = {"title": "Rice", "closing_on": closing, "lines": [{"text": "fragrant rice"}]}
    made = own.call("demands.create", body=own.model("DemandInRequest", values))
    assert [line.text for line in made.lines] == ["fragrant rice"]
    changed = own.call("demands.partial_update", made.uid, body=own.model("PatchedDemandInRequest", {"title": "Tea"}))
    assert (changed.title, own.call("demands.retrieve", made.uid).title) == ("Tea", "Tea")
    assert [row.uid for row in own.call("demands.mine_list").results] == [made.uid]
    since = "2026-01-01T00:00:00Z"
    mine = own.call("demands.mine_changes_retrieve", updated_since=since)
    assert [row.id for row in mine.results] == [made.uid]
    factories.demand(lines=1)
    assert own.call("demands.list").count == 1
    assert len(own.call("demands.changes_retrieve", updated_since=since).results) == 1


def test_a_company_is_read_and_changed_with_its_papers(program):
    person = factories.user()
    company = factories.supplier(person)
    own = program(person)
    assert [row.legal_name for row in own.call("companies.mine_list").results] == [company.legal_name]
    changed = own.call(
        "companies.partial_update",
        company.uid,
        body=own.model("PatchedOwnCompanyRequest", {"about_texts": {"en": "x"}}),
    )
    assert changed.about == "x"
    assert own.call("companies.list").count == own.call("companies.list", country=company.country).count == 1
    assert own.call("companies.retrieve", company.uid).uid == company.uid
    since = "2026-01-01T00:00:00Z"
    assert [row.id for row in own.call("companies.changes_retrieve", updated_since=since).results] == [company.uid]
    assert [row.id for row in own.call("companies.mine_changes_retrieve", updated_since=since).results] == [company.uid]
    body = own.form("DocumentInRequest", kind=own.choice("DocumentKindEnum", "register"), paper=PDF)
    made = own.call("companies.documents_create", company.uid, body=body)
    assert own.call("companies.documents_retrieve", company.uid, made.uid).uid == made.uid
    assert own.call("companies.documents_list", company.uid).count == 1
    own.call("companies.documents_file_retrieve", company.uid, made.uid)


def test_two_sides_meet_over_a_match_an_enquiry_and_a_quote(program):
    match = factories.match()
    seller = program(factories.member_of(match.product.company))
    wanter = program(factories.member_of(match.line.demand.company))
    for own in (seller, wanter):
        assert [row.uid for row in own.call("matches.list").results] == [match.uid]
        assert own.call("matches.retrieve", match.uid).uid == match.uid
    asking = wanter.model("AskInRequest", {"product": str(match.product.uid), "text": TEXT})
    asked = wanter.call("enquiries.create", body=asking)
    replied = seller.call("enquiries.reply_create", asked.uid, body=seller.model("MessageInRequest", {"text": "Yes."}))
    assert [message.text for message in replied.messages] == [TEXT, "Yes."]
    until = (timezone.localdate() + dt.timedelta(days=30)).isoformat()
    terms = {"price": "950", "currency": "USD", "price_unit": "t", "valid_until": until}
    terms |= {"incoterm": "CIF", "incoterm_place": "Shanghai"}
    quoted = seller.call("enquiries.quotes_create", asked.uid, body=seller.model("QuoteInRequest", terms))
    assert (quoted.incoterm, quoted.line) == ("CIF", None)
    taken = wanter.call(
        "quotes.answer_create", quoted.uid, body=wanter.model("QuoteAnswerInRequest", {"answer": "accepted"})
    )
    assert wanter.call("quotes.precheck_retrieve", quoted.uid).contradictions == []
    assert (taken.status, wanter.call("quotes.retrieve", quoted.uid).status) == ("accepted", "accepted")
    wish = {"products": [str(match.product.uid)], "quantity": "20", "unit": "t"}
    made = wanter.call("quote_requests.create", body=wanter.model("QuoteRequestInRequest", wish))
    assert wanter.call("quote_requests.retrieve", made.uid).uid == made.uid
    assert wanter.call("quote_requests.list").count == 1
    assert wanter.call("quote_requests.comparison_retrieve", made.uid).quotes == []
    for own in (seller, wanter):
        assert own.call("enquiries.list").count == own.call("quotes.list").count == 1
        assert own.call("enquiries.retrieve", asked.uid).uid == asked.uid


def test_two_sides_take_a_sample_to_a_repeat_order(program):
    match = factories.match()
    seller = program(factories.member_of(match.product.company))
    wanter = program(factories.member_of(match.line.demand.company))
    asking = wanter.model("AskInRequest", {"product": str(match.product.uid), "text": TEXT})
    talk = str(wanter.call("enquiries.create", body=asking).uid)
    seller.call("enquiries.reply_create", talk, body=seller.model("MessageInRequest", {"text": "Yes."}))
    wish = wanter.model("SampleInRequest", {"enquiry": talk, "what": "2 kg"})
    bag = wanter.call("samples.create", body=wish)
    moved = seller.model("SampleMoveInRequest", {"stage": "sent", "carrier": "DHL"})
    assert seller.call("samples.move_create", bag.uid, body=moved).carrier == "DHL"
    assert [row.uid for row in seller.call("samples.list").results] == [bag.uid]
    assert wanter.call("samples.retrieve", bag.uid).stage == "sent"
    for rung in ("order", "repeat"):
        said = {"enquiry": talk, "rung": rung, "happened_on": timezone.localdate().isoformat()}
        step = wanter.call("deal_steps.create", body=wanter.model("DealStepInRequest", said))
        word = seller.model("DealStepAnswerInRequest", {"confirm": True})
        assert seller.call("deal_steps.answer_create", step.uid, body=word).answer == "confirmed"
    paper = seller.call("deal_steps.papers_create", step.uid, body=seller.form("StepPaperInRequest", paper=PDF))
    wanter.call("deal_steps.papers_file_retrieve", step.uid, paper.uid)
    assert [row.rung for row in wanter.call("deal_steps.list").results] == ["repeat", "order"]
    assert [row.uid for row in wanter.call("deal_steps.retrieve", step.uid).papers] == [paper.uid]


def test_two_sides_plan_a_trial_lot_and_apply_for_a_voucher(program):
    fair = Fair()
    programme, pair = fair.programme(), fair.enquiry()
    seller, wanter = program(pair.sell), program(pair.buy)
    (shown,) = seller.call("first_order_programmes.list").results
    assert seller.call("first_order_programmes.retrieve", shown.uid).takes_applications
    terms = {name: value if isinstance(value, int | str) else str(value) for name, value in LOT.items()}
    written = {"enquiry": str(pair.enquiry.uid), **terms}
    lot = seller.call("trial_lots.create", body=seller.model("TrialLotInRequest", written))
    read = wanter.model("ConfirmInRequest", {"version": lot.version})
    assert wanter.call("trial_lots.confirm_create", lot.uid, body=read).confirmed_by == ["buyer", "supplier"]
    assert wanter.call("trial_lots.landed_cost_retrieve", lot.uid).currency == "CNY"
    assert [row.uid for row in wanter.call("trial_lots.list").results] == [lot.uid]
    assert wanter.call("trial_lots.retrieve", lot.uid).version == 1
    wish = seller.model("VoucherApplicationInRequest", {"lot": str(lot.uid), "programme": str(programme.uid)})
    made = seller.call("voucher_applications.create", body=wish)
    assert [row.uid for row in wanter.call("voucher_applications.list").results] == [made.uid]
    fair.drawn(programme)
    kind = seller.choice("VoucherDocumentKindEnum", "invoice")
    paper = seller.form("VoucherDocumentInRequest", kind=kind, file=PDF)
    handed = seller.call("voucher_applications.documents_create", made.uid, body=paper)
    wanter.call("voucher_applications.documents_file_retrieve", made.uid, handed.uid)
    assert [row.uid for row in wanter.call("voucher_applications.retrieve", made.uid).documents] == [handed.uid]


def test_two_companies_come_to_an_event_ask_for_a_meeting_and_hold_it(program):
    hall = Hall()
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    seller, wanter = (program(factories.member_of(row.company)) for row in (supplier, buyer))
    event = seller.call("events.retrieve", "wuhan")
    assert seller.call("events.list").count == 1
    assert event.slots[0] == hall.slots[0]
    values = {"event": "wuhan", "other": str(buyer.company.uid), "starts_at": hall.slots[0].isoformat()}
    asked = seller.call("meeting_requests.create", body=seller.model("RequestInRequest", values))
    changed = seller.call(
        "meeting_requests.partial_update", asked.uid, body=seller.model("PatchedChangeInRequest", {"note": "New crop"})
    )
    assert (changed.note, changed.owes) == ("New crop", "other")
    assert wanter.call("meeting_requests.retrieve", asked.uid).note == "New crop"
    yes = wanter.model("RequestAnswerInRequest", {"answer": "accepted"})
    assert wanter.call("meeting_requests.answer_create", asked.uid, body=yes).owes == ""
    assert wanter.call("meeting_requests.list").count == 1
    (meeting,) = seller.call("meetings.list").results
    assert (meeting.side, meeting.move, meeting.rating) == ("supplier", None, None)
    assert wanter.call("meetings.retrieve", meeting.uid).side == "buyer"
    (row,) = seller.call("participations.list").results
    changed = seller.call(
        "participations.partial_update", row.uid, body=seller.model("PatchedDetailsInRequest", {"seeks": "Buyers"})
    )
    assert (changed.seeks, seller.call("participations.retrieve", row.uid).seeks) == ("Buyers", "Buyers")
    wish = seller.model("WishInRequest", {"company": str(buyer.company.uid), "kind": "must"})
    seller.call("participations.wishes_create", row.uid, body=wish)
    assert [one.kind for one in seller.call("participations.wishes_list", row.uid)] == ["must"]


def test_a_company_registers_for_an_event(program):
    Hall()
    person = factories.user()
    factories.supplier(person)
    own = program(person)
    values = {"event": "wuhan", "side": "supplier", "people": [{"name": "Malee"}]}
    made = own.call("participations.create", body=own.model("RegisterInRequest", values))
    assert [one.name for one in made.people] == ["Malee"]


def test_a_person_reads_what_everybody_may_and_what_was_told(program):
    person = factories.member_of(factories.supplier())
    factories.category()
    factories.hs_code()
    notify(kind="welcome", to=[person], event_key="x", context={})
    own = program(person)
    notice = own.call("notifications.list").results[0]
    assert own.call("notifications.retrieve", notice.uid).uid == notice.uid
    own.call("notifications.read_create", notice.uid)
    category = own.call("categories.list").results[0]
    assert own.call("categories.retrieve", category.code).code == category.code
    code = own.call("hs_codes.list").results[0]
    assert (code.category, own.call("hs_codes.retrieve", code.code).code) == (None, code.code)
    assert {one.key for one in own.call("phrases.retrieve").phrases} >= {"price_ask", "price_give"}
    own.call("suggestions.create", body=own.model("TextInRequest", {"text": "rice"}))


def test_a_buyers_program_sets_up_a_feed_reads_changes_and_lists_it(program, outside):
    person = factories.user()
    factories.buyer(person)
    own = program(person)
    made = own.call("feeds.create", body=own.model("FeedInRequest", {"name": "ERP", "url": outside.url}))
    assert (made.problem, made.read_at) == (None, None)
    changed = own.call("feeds.partial_update", made.uid, body=own.model("PatchedFeedChangeRequest", {"hours": 24}))
    assert (changed.hours, own.call("feeds.retrieve", made.uid).hours) == (24, 24)
    assert [row.uid for row in own.call("feeds.list").results] == [made.uid]
    assert own.call("feeds.readings_list", made.uid).count == 0


def test_a_program_of_the_team_writes_events_and_books_meetings(program):
    hall = Hall()
    own = program(hall.organiser)
    day = timezone.localdate() + dt.timedelta(days=60)
    values = {"names": {"en": "Tea week", "zh-hans": "茶周"}, "city_texts": {"en": "Wuhan"}}
    values |= {"starts_on": day.isoformat(), "ends_on": day.isoformat()}
    made = own.call("events.create", body=own.model("EventInRequest", values))
    assert (made.guest_country, made.pause_from, made.status) == ("", None, "draft")
    change = own.model("PatchedEventInRequest", {"guest_country": "TH"})
    assert own.call("events.partial_update", made.slug, body=change).guest_country == "TH"
    assert own.call("events.retrieve", made.slug).guest_country == "TH"
    half = {"day": 1, "opens_at": "09:00", "closes_at": "10:00"}
    changed = own.call(
        "events.partial_update", made.slug, body=own.model("PatchedEventInRequest", {"day_hours": [half]})
    )
    assert [(row.day, row.closes_at, row.pause_from) for row in changed.day_hours] == [(1, "10:00:00", None)]
    assert len(changed.slots) == 2
    assert {row.slug for row in own.call("events.list").results} == {"wuhan", made.slug}
    sides = {side: str(hall.comes(side).company.uid) for side in ("supplier", "buyer")}
    body = own.model("BookInRequest", {"event": "wuhan", "starts_at": hall.slots[0].isoformat(), **sides})
    booked = own.call("meetings.create", body=body)
    assert own.call("meetings.retrieve", booked.uid).status == "planned"


def test_a_program_of_the_team_reads_plans_and_interpreters(program):
    hall = Hall()
    supplier, buyer = hall.comes("supplier", languages=["th"]), hall.comes("buyer", languages=["zh"])
    hall.wish(supplier, buyer, "must")
    who = add_interpreter(by=hall.organiser, event=hall.event, name="Li Na", languages=["th", "zh"])
    draft = hall.plan()
    own = program(hall.organiser)
    assert [row.uid for row in own.call("plans.list", event="wuhan").results] == [draft.uid]
    assert own.call("plans.retrieve", draft.uid).meetings == 1
    assert [row.interpreter for row in own.call("plans.meetings_list", draft.uid).results] == ["Li Na"]
    assert [row.name for row in own.call("interpreters.list").results] == ["Li Na"]
    assert own.call("interpreters.retrieve", who.uid).timetable == []


def test_a_program_of_the_team_reads_who_waits_and_admits_partners(program):
    campaign = factories.campaign()
    company = factories.supplier(status="pending")
    factories.take_part(campaign, company)
    own = program(factories.organiser(campaign))
    assert [row.uid for row in own.call("applications.list").results] == [company.uid]
    assert own.call("applications.retrieve", company.uid).status == "pending"
    values = {"kind": "group", "names": {"en": "Zhejiang buyers"}, "quota": 40}
    made = own.call("partners.create", body=own.model("NewPartnerInRequest", values))
    assert [row.uid for row in own.call("partners.list").results] == [made.uid]
    change = own.model("PatchedPartnerInRequest", {"quota": 50})
    assert own.call("partners.partial_update", made.uid, body=change).places_left == 50
    assert own.call("partners.retrieve", made.uid).quota == 50


def test_a_program_of_the_team_changes_how_an_event_looks(program):
    hall = Hall()
    own = program(hall.organiser)
    change = own.model("PatchedEventBrandInRequest", {"colour": "#0b4f6c"})
    assert own.call("events.brand_partial_update", "wuhan", body=change).colour == "#0b4f6c"
    assert own.call("events.brand_retrieve", "wuhan").colour == "#0b4f6c"


def test_a_program_of_the_team_writes_and_sends_an_announcement(program):
    campaign = factories.campaign()
    factories.take_part(campaign, factories.supplier(factories.user()))
    own = program(factories.organiser(campaign))
    words = {"en": "Doors open at nine", "zh-hans": "九点开门"}
    made = own.call(
        "announcements.create", body=own.model("AnnouncementInRequest", {"subjects": words, "bodies": words})
    )
    assert own.call("announcements.retrieve", made.uid).reach.people == 1
    change = own.model("PatchedAnnouncementInRequest", {"audience": {"side": "suppliers"}})
    assert own.call("announcements.partial_update", made.uid, body=change).audience.to_dict()["side"] == "suppliers"
    own.call("announcements.try_out_create", made.uid)
    assert own.call("announcements.send_create", made.uid).reached == 1
    own.call("announcements.call_back_create", made.uid)
    assert [row.state for row in own.call("announcements.list").results] == ["sent"]
    other = own.call(
        "announcements.create", body=own.model("AnnouncementInRequest", {"subjects": words, "bodies": words})
    )
    own.call("announcements.discard_create", other.uid)
    assert own.call("announcements.list").count == 1


def test_a_program_reports_an_obstacle(program):
    person = factories.user()
    factories.take_part(factories.campaign(), factories.supplier(person))
    own = program(person)
    values = {"kind": "customs", "title": "Held at the port", "text": "The certificate was not accepted."}
    made = own.call("obstacles.create", body=own.model("ObstacleInRequest", values))
    assert [row.uid for row in own.call("obstacles.list").results] == [made.uid]
    assert own.call("obstacles.retrieve", made.uid).title == "Held at the port"


def test_a_program_of_the_team_invites_companies_and_tags_them(program):
    campaign = factories.campaign()
    company = Company.objects.create(
        is_supplier=True, legal_name="Chiang Mai Mango", country="TH", contact_email="som@chiang.example"
    )
    company.participations.create(campaign=campaign, side="supplier")
    own = program(factories.organiser(campaign))
    body = own.model("InvitationsInRequest", {"companies": [str(company.uid)]})
    assert own.call("company_invitations.create", body=body).letters == 1
    (row,) = own.call("company_invitations.list").results
    assert own.call("company_invitations.retrieve", row.uid).status == "waiting"
    made = own.call("tags.create", body=own.model("TagInRequest", {"name": "VIP"}))
    assert [tag.name for tag in own.call("tags.list").results] == [made.name]
    assert own.call("tags.retrieve", made.uid).name == "VIP"
    assert own.call("campaigns.retrieve", campaign.slug).slug == campaign.slug
    assert [row.slug for row in own.call("campaigns.list").results] == [campaign.slug]
    assert "funnel" in own.call("report.retrieve").to_dict()


def test_a_program_of_the_team_invites_companies_to_an_event(program):
    hall = Hall()
    company = factories.supplier()
    company.participations.create(campaign=hall.event.campaign, side="supplier")
    own = program(hall.organiser)
    body = own.model("InviteInRequest", {"event": hall.event.slug, "companies": [str(company.uid)]})
    assert len(own.call("event_invitations.create", body=body).invitations) == 1
    (row,) = own.call("event_invitations.list").results
    assert own.call("event_invitations.retrieve", row.uid).company.uid == company.uid


def test_a_buyers_program_asks_several_suppliers_for_a_quote(program):
    person = factories.user()
    factories.buyer(person)
    products = [factories.product() for _ in range(2)]
    own = program(person)
    values = {"products": [str(product.uid) for product in products], "quantity": "20", "unit": "t"}
    made = own.call("quote_requests.create", body=own.model("QuoteRequestInRequest", values))
    assert [row.uid for row in own.call("quote_requests.list").results] == [made.uid]
    assert own.call("quote_requests.retrieve", made.uid).quantity == "20.00"


def test_a_program_of_the_team_reads_the_papers_of_companies(program):
    campaign = factories.campaign()
    product = factories.product(certificates=("HACCP",))
    product.company.participations.create(campaign=campaign, side="supplier")
    admin = factories.member_of(product.company)
    register = add_document(by=admin, company=product.company, kind="register", file=paper())
    stated = {"code": "HACCP", "number": "TH-77", "issuer": "", "valid_until": None}
    describe_certificate(by=admin, product=product, paper=paper("haccp.pdf", pdf(b"2")), **stated)
    own = program(factories.organiser(campaign))
    assert own.call("papers.list").count == 2
    assert own.call("papers.retrieve", register.uid).company.uid == product.company.uid
    own.call("papers.file_retrieve", register.uid)
    (waiting,) = own.call("papers.waiting_list").results
    assert [(row.code, row.valid_until) for row in waiting.certificates] == [("HACCP", None)]


def test_a_program_gets_a_key_for_a_password(program):
    person = factories.user()
    person.set_password("a long sentence")
    person.save()
    person.emailaddress_set.get_or_create(email=person.email, defaults={"verified": True, "primary": True})
    own = program(person)
    body = own.model("CredentialsRequest", {"email": person.email, "password": "a long sentence"})
    assert own.call("tokens.create", body=body).scopes == ["read"]


def test_every_read_list_create_and_update_of_the_document_is_called_here():
    """A path that is not read and takes a POST is an action, such as `publish`."""
    names = re.findall(r'call\(\s*"(\w+)\.(\w+)"', Path(__file__).read_text())
    promised = {
        operation["operationId"]
        for path in document()["paths"].values()
        for method, operation in path.items()
        if method != "post" or "get" in path
    }
    assert promised - {f"{tag}_{name}" for tag, name in names} == set()


def test_a_refusal_is_parsed_as_the_problem_of_the_document(program, generated):
    own = program(factories.user())
    missing = importlib.import_module(f"{generated}.api.products.products_retrieve").sync_detailed(
        UUID("01920000-0000-7000-8000-000000000000"), client=own.client
    )
    assert (missing.status_code, missing.parsed.code, missing.parsed.status) == (404, "not_found", 404)
