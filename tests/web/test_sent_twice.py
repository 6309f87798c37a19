"""A form sent twice is done once, without a script: every form that makes something, and the mechanism itself."""

import datetime as dt
import re
import threading
import time

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts import idempotency
from matchmaker.accounts.models import ApiToken, StoredAnswer
from matchmaker.campaigns.models import Enrolment, PartnerCode, Question
from matchmaker.catalogue.models import Demand, DemandComment, Product
from matchmaker.companies.models import Company, Document, DomainProof, Invitation
from matchmaker.directory.models import SavedSearch
from matchmaker.events.models import Event, Interpreter
from matchmaker.events.models.day import GateDevice
from matchmaker.imports.models import Import
from matchmaker.messaging import services as messaging
from matchmaker.messaging.models import DealStep, Enquiry, Message, Sample
from matchmaker.notifications.models import Announcement, WebhookEndpoint
from matchmaker.web.access.route_policies import routes
from tests import factories
from tests.files import PDF
from tests.web.access_more import FullWorld
from tests.web.buyer.test_demands import RICE, typed
from tests.web.console.test_post import LETTER
from tests.web.supplier.test_products import filled

MARK = re.compile(r'name="csrfmiddlewaretoken" value="([\w-]+)"')


def marked(client, page, data):
    """The form as a page gives it: with the mark of this rendering."""
    shown = client.get(page)
    assert shown.status_code == 200, page
    return {**data, "csrfmiddlewaretoken": MARK.search(shown.content.decode())[1]}


def paper(name: str, kind: str, body: bytes):
    """A file that can be read anew for each time it is sent."""
    return lambda: SimpleUploadedFile(name, body, kind)


def making(w):
    """(who, page with the form, where it goes, what is sent, what it makes); None for the page's own address."""
    at = lambda name, *rows: reverse(name, args=[getattr(row, "uid", row) for row in rows])  # noqa: E731
    sell, buy, team, desk = "supplier admin", "buyer admin", "organiser", "partner"
    day, talk, order = w.day.slug, w.enquiry, {"rung": "order", "happened_on": timezone.localdate().isoformat()}
    other = Company.objects.of(w.people["other supplier"]).get()
    new_product, product = at("supplier_product_new"), at("supplier_product_edit", w.draft)
    goods, register = paper("g.csv", "text/csv", b"name\nRice\n"), paper("register.pdf", "application/pdf", PDF)
    tea = {"side": "supplier", "legal_name": "Limuru Tea Ltd", "country": "KE", "city": "Limuru", "language": "en"}
    tea |= {"contact_name": "Njeri", "contact_email": "njeri@limuru.example"}
    hook = {"name": "ERP", "url": "https://93.184.216.34/hook", "types": ["match"]}
    found = {"kind": "products", "query": "q=rice", "name": "Rice"}
    asked = {"label_en": "How do you travel?", "side": "", "kind": "line"}
    people, code = {"name": "Layla", "languages": ["ar", "zh"]}, {"label": "Growers", "quota": "5", "days": "30"}
    demand = at("buyer_demand", w.waiting)
    return [
        (sell, new_product, None, filled(), Product),
        (sell, new_product, None, filled(publish="1", category=""), Product),
        (sell, product, at("supplier_product_copy", w.draft), {}, Product),
        (sell, at("members", w.seller), None, {"email": "new@example.org", "role": "member"}, Invitation),
        (sell, at("company_documents", w.seller), None, {"kind": "register", "paper": register}, Document),
        (sell, at("domain_proof", w.seller), None, {"method": "dns"}, DomainProof),
        (sell, at("import_new", "company", "products"), None, {"file": goods}, Import),
        (sell, at("account_tokens"), None, {"name": "ERP", "scopes": ["read"], "days": "30"}, ApiToken),
        (sell, at("account_webhooks"), None, hook, WebhookEndpoint),
        (sell, at("enquiry", talk), None, {"text": "The first shipment can leave in May."}, Message),
        (sell, at("enquiry", talk), at("deal_step", talk), order, DealStep),
        (buy, at("enquiry", talk), at("sample_ask", talk), {"what": "Two bags of 5 kg"}, Sample),
        (buy, at("ask_supplier", other), None, {"text": "Please quote for ten tonnes of it."}, Enquiry),
        (buy, at("buyer_demand_new"), None, typed(RICE), Demand),
        (buy, demand, at("buyer_demand_comment", w.waiting), {"text": "Any harvest will do."}, DemandComment),
        (buy, at("products"), at("search_save"), found, SavedSearch),
        (team, at("console_question_new"), None, asked, Question),
        (team, at("console_announcement_new"), None, LETTER | {"side": "suppliers"}, Announcement),
        (team, at("console_event_participants", day), at("console_event_interpreter", day), people, Interpreter),
        (team, at("console_event_checkin", day), at("console_event_device", day), {"gate": "Gate 4"}, GateDevice),
        (team, at("console_event_copy", day), None, DAY, Event),
        (desk, at("partner_codes", w.partner), None, code, PartnerCode),
        (desk, at("partner_enrol", w.partner), None, tea, Enrolment),
    ]


DAY = {
    "name_en": "Spring day",
    "name_zh": "春季洽谈会",
    "mode": "on_site",
    "city_en": "Wuhan",
    "time_zone": "Asia/Shanghai",
    "starts_on": "2030-03-01",
    "ends_on": "2030-03-01",
    "opens_at": "09:00",
    "closes_at": "17:00",
    "slot_minutes": "25",
    "break_minutes": "5",
    "tables": "20",
    "capacity": "200",
    "sides_open": "both",
    "asks_from": "both",
    "requests_a_company": "10",
    "remind_hours": "14",
}


@pytest.mark.slow
@pytest.mark.django_db
def test_every_form_that_makes_something_makes_it_once_however_often_it_is_sent():
    world = FullWorld()
    messaging.reply(by=world.people["supplier admin"], enquiry=world.enquiry, text="Yes.")
    world.sample.delete()  # one at a time
    factories.category("AGRI-01"), factories.category("AGRI-06"), factories.hs_code("100630")
    found = {}
    for who, page, address, data, model in making(world):
        client, before = world.caller(who)[0], model.objects.count()
        said = marked(client, page, data)
        sent = [
            client.post(address or page, {name: one() if callable(one) else one for name, one in said.items()})
            for _time in range(3)
        ]
        made = model.objects.count() - before
        went = {answer.get("Location", "") for answer in sent[1:]}
        found[page, model.__name__] = (made, len(went), sent[0].status_code, sent[0].get("Location", "") in {"", *went})
    wrong = {row: said for row, said in found.items() if said not in {(1, 1, code, True) for code in (200, 302, 422)}}
    assert wrong == {}


@pytest.mark.django_db
def test_who_wants_it_twice_opens_the_form_again(client):
    client.force_login(factories.member_of(factories.supplier()))
    page = reverse("supplier_product_new")
    factories.category("AGRI-01"), factories.hs_code("100630")
    for _time in range(2):
        client.post(page, marked(client, page, filled()))
    assert Product.objects.count() == 2


@pytest.mark.django_db
def test_the_second_goes_where_the_first_went_and_is_told(client):
    client.force_login(factories.member_of(factories.supplier()))
    page = reverse("supplier_product_new")
    factories.category("AGRI-01"), factories.hs_code("100630")
    said = marked(client, page, filled())
    first, second = client.post(page, said), client.post(page, said)
    assert second.url == first.url == reverse("supplier_product_edit", args=[Product.objects.get().uid])
    assert [str(line) for line in get_messages(second.wsgi_request)][-1] == "This was sent twice; it counts once."


@pytest.mark.django_db
def test_what_was_refused_is_looked_at_each_time_and_nothing_is_stored_of_it(client):
    client.force_login(factories.member_of(factories.supplier()))
    page = reverse("supplier_product_new")
    said = marked(client, page, {"origin": "TH"})
    assert [client.post(page, said).status_code for _time in range(2)] == [422, 422]
    assert not StoredAnswer.objects.exists()


@pytest.mark.django_db
def test_another_content_with_the_same_mark_is_another_act(client):
    client.force_login(factories.member_of(factories.supplier()))
    page = reverse("supplier_product_new")
    factories.category("AGRI-01"), factories.hs_code("100630")
    said = marked(client, page, filled())
    client.post(page, said)
    client.post(page, said | {"lead_time_days": "40"})
    assert sorted(Product.objects.values_list("lead_time_days", flat=True)) == [30, 40]


@pytest.mark.django_db
def test_an_answer_with_a_cookie_comes_each_time(client):
    client.force_login(factories.member_of(factories.supplier()))
    said = marked(client, reverse("home"), {"language": "zh-hans", "next": "/"})
    answers = [client.post(reverse("set_language"), said) for _time in range(2)]
    assert [answer.cookies["django_language"].value for answer in answers] == ["zh-hans", "zh-hans"]


@pytest.mark.django_db
def test_old_marks_are_forgotten():
    row = idempotency.claim(caller="form:1", key="x", digest="x")
    assert idempotency.forget_old() == 0
    StoredAnswer.objects.filter(pk=row.pk).update(created_at=timezone.now() - dt.timedelta(days=3))
    assert idempotency.forget_old() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_make_one_and_both_end_there():
    """Two servers' threads: the second waits for the first, whoever that is."""
    person = factories.member_of(factories.supplier())
    factories.category("AGRI-01"), factories.hs_code("100630")
    client, page = Client(), reverse("supplier_product_new")
    client.force_login(person)
    said, ended = marked(client, page, filled()), []

    def send():
        mine = Client()
        mine.cookies = client.cookies
        ended.append(mine.post(page, said).url)
        connection.close()

    threads = [threading.Thread(target=send) for _sender in range(4)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    assert Product.objects.count() == 1
    assert set(ended) == {reverse("supplier_product_edit", args=[Product.objects.get().uid])}
    close_old_connections()


@pytest.mark.django_db
def test_one_that_is_still_being_worked_on_is_said_to_be(client, monkeypatch):
    person = factories.member_of(factories.supplier())
    client.force_login(person)
    page = reverse("supplier_product_new")
    said = marked(client, page, filled())
    monkeypatch.setattr("matchmaker.web.forms.double_submit.WAIT", 0.2)
    monkeypatch.setattr("matchmaker.web.forms.double_submit._digest", lambda request: "same")
    idempotency.claim(caller=f"form:{person.pk}", key="same", digest="same")
    began = time.monotonic()
    answer = client.post(page, said)
    assert (answer.status_code, Product.objects.count()) == (409, 0)
    assert "Your request is still in progress" in answer.text
    assert time.monotonic() - began >= 0.2


def test_only_those_are_left_out_that_carry_no_mark_or_look_themselves():
    """Uploads look after their limit is set; programs and mail programs send no form."""
    exempt = {
        pattern.name
        for path, pattern in routes()
        if getattr(pattern.callback, "csrf_exempt", False) and not path.startswith("api/")
    }
    uploads = {"company_documents", "import_new", "supplier_product_certificate", "supplier_product_file_add"}
    uploads |= {"supplier_product_image_add", "supplier_product_video_add", "supplier_step_show", "reading_start"}
    uploads |= {"deal_step", "deal_step_paper", "voucher_hand_in"}
    with_a_mail_service = {"anymail"}  # its route is there only then
    assert exempt - with_a_mail_service == {*uploads, "gate_scans", "unsubscribe", "invitation_refuse"}


# -- what the browser may forget ---------------------------------------------------------------------------------------
TOKEN = "abcdefghijklmnopQRSTUVWX" + "0" * 40


def finished_form(client) -> str:
    """The form that the last answer calls carried out."""
    cookie = client.cookies.pop("form_done", None)
    return cookie.value if cookie else ""


@pytest.mark.django_db
def test_a_cookie_names_the_form_that_was_carried_out_and_no_other(client):
    factories.hs_code("100630")
    factories.category("AGRI-06")
    client.force_login(factories.member_of(factories.buyer()))
    page = reverse("buyer_demand_new")
    client.post(page, typed(RICE, closing_on="2027-02-30", csrfmiddlewaretoken=TOKEN))
    assert finished_form(client) == ""  # refused: the text stays in the browser
    client.post(page, typed(RICE, do="add", csrfmiddlewaretoken=TOKEN))
    assert finished_form(client) == ""  # one line more, and nothing is saved
    client.post(page, typed(RICE, csrfmiddlewaretoken=TOKEN))
    assert finished_form(client) == TOKEN[:16]
    client.post(page, typed(RICE, csrfmiddlewaretoken=TOKEN))
    assert finished_form(client) == TOKEN[:16]  # sent twice: it was carried out all the same
    client.logout()
    client.post(page, typed(RICE, csrfmiddlewaretoken=TOKEN[::-1]))
    assert finished_form(client) == ""  # asked to sign in first


@pytest.mark.django_db
def test_a_product_that_is_saved_but_not_published_counts_as_carried_out(client):
    client.force_login(factories.member_of(factories.supplier()))
    answer = client.post(
        reverse("supplier_product_new"),
        filled(publish="1", category="", hs_code="", csrfmiddlewaretoken=TOKEN),
    )
    assert (answer.status_code, Product.objects.count(), finished_form(client)) == (422, 1, TOKEN[:16])
