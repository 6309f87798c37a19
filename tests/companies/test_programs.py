"""Programs of a company: who may register them, what they are told, and who hears when one is switched off."""

import pytest
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.companies import programs
from matchmaker.companies.models import Membership
from matchmaker.core.problems import Refused
from matchmaker.matching.services import answer_match
from matchmaker.messaging.services import ask
from matchmaker.notifications import webhooks
from matchmaker.notifications.models import Notice, WebhookDelivery, WebhookEndpoint
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "https://erp.inside:8443/hook"


@pytest.fixture(autouse=True)
def inside(settings):
    settings.OUTBOUND_ALLOWED = ["erp.inside:8443"]


@pytest.fixture
def company():
    return factories.company(is_supplier=True)


@pytest.fixture
def boss(company):
    return factories.member_of(company)


def ordinary_member(company):
    return Membership.objects.create(company=company, user=factories.user(), role=Membership.Role.MEMBER).user


def add(boss, company, *types):
    endpoint, _secret = programs.add_program(by=boss, company=company, url=ADDRESS, name="ERP", types=list(types))
    return endpoint


def events(endpoint):
    return [(row.event_type, row.payload) for row in endpoint.deliveries.order_by("created_at")]


def test_a_company_is_told_of_an_interest_and_of_a_contact_by_ids_alone(company, boss):
    endpoint = add(boss, company)
    match = factories.match(factories.product(company))
    buyer = factories.member_of(match.line.demand.company)
    answer_match(by=buyer, match=match, side="buyer", answer="interested")
    answer_match(by=boss, match=match, side="supplier", answer="interested")
    facts = {"match": str(match.uid), "company": str(company.uid), "path": f"/supplier/matches/{match.uid}/"}
    assert events(endpoint) == [("match_interest", facts), ("match_mutual", facts)]


def test_a_program_hears_only_of_the_subjects_it_chose(company, boss):
    of_enquiries = add(boss, company, "enquiry")
    match = factories.match(factories.product(company))
    answer_match(by=factories.member_of(match.line.demand.company), match=match, side="buyer", answer="interested")
    assert events(of_enquiries) == []


def test_another_companys_program_hears_nothing(company, boss):
    elsewhere = factories.company(is_supplier=True)
    other = add(factories.member_of(elsewhere), elsewhere)
    match = factories.match(factories.product(company))
    answer_match(by=factories.member_of(match.line.demand.company), match=match, side="buyer", answer="interested")
    assert events(other) == []


def test_members_register_nothing_and_strangers_find_nothing(company, boss):
    for person, status in ((ordinary_member(company), 403), (factories.user(), 404)):
        with pytest.raises(Refused) as refused:
            add(person, company)
        assert refused.value.status == status
    assert WebhookEndpoint.objects.count() == 0


def test_what_is_done_to_a_program_stands_in_the_companys_record(company, boss):
    endpoint = add(boss, company, "match")
    programs.renew_secret(by=boss, company=company, endpoint=endpoint)
    programs.remove_program(by=boss, company=company, endpoint=endpoint)
    verbs = AuditEntry.objects.filter(verb__contains="program").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["add_program", "renew_program_secret", "remove_program"]


def test_the_administrators_hear_when_the_companys_program_is_switched_off(company, boss):
    ordinary_member(company)
    endpoint = add(boss, company)
    webhooks.disable(endpoint, "The address answered 410: it is gone for good.")
    notice = Notice.objects.get(kind="webhook_disabled")
    assert (notice.recipient, notice.path) == (boss, f"/companies/{company.uid}/webhooks/{endpoint.uid}/")


# -- the pages --------------------------------------------------------------------------------------------------------
@pytest.fixture
def page(client, boss):
    client.force_login(boss)
    return client


def test_the_page_shows_a_new_secret_once(page, company):
    address = reverse("company_webhooks", args=[company.uid])
    made = page.post(address, {"name": "ERP", "url": ADDRESS, "types": ["match", "meetings"]})
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.owner_uid, endpoint.types) == (company.uid, ["match", "meetings"])
    assert webhooks.secret(endpoint) in made.content.decode()
    for url in (address, reverse("company_webhook", args=[company.uid, endpoint.uid])):
        assert "whsec_" not in page.get(url).content.decode()


def test_the_page_tests_renews_replays_and_removes(page, company, boss):
    endpoint = add(boss, company)
    act = {verb: reverse("company_webhook_act", args=[company.uid, endpoint.uid, verb]) for verb in
           ("test", "rotate", "enable", "remove", "nonsense")}  # fmt: skip
    page.post(act["test"])
    row = WebhookDelivery.objects.get()
    webhooks.disable(endpoint, "gone")
    page.post(reverse("company_webhook_replay", args=[company.uid, endpoint.uid, row.pk]))
    assert WebhookDelivery.objects.get().state == "waiting"
    page.post(act["enable"])
    endpoint.refresh_from_db()
    assert (endpoint.disabled_at, AuditEntry.objects.get(verb="enable_program").actor) == (None, boss)
    assert "whsec_" in page.post(act["rotate"]).content.decode()
    assert page.post(act["nonsense"]).status_code == 404
    page.post(act["remove"])
    assert WebhookEndpoint.objects.count() == 0


def test_a_companys_programs_do_not_exist_for_others(client, page, company, boss):
    endpoint = add(boss, company)
    client.force_login(factories.member_of(factories.company(is_supplier=True)))
    for name, args in (("company_webhooks", []), ("company_webhook", [endpoint.uid])):
        assert client.get(reverse(name, args=[company.uid, *args])).status_code == 404
    client.force_login(ordinary_member(company))
    assert client.get(reverse("company_webhooks", args=[company.uid])).status_code == 403


def test_an_enquiry_tells_the_company_whoever_of_it_looks_after_it(company, boss):
    endpoint = add(boss, company)
    match = factories.match(factories.product(company))
    buyer = match.line.demand.company
    text = "We look for fragrant rice in 5 kg bags for our shops in Hubei, about 20 t a month. Can you supply?"
    enquiry = ask(by=factories.member_of(buyer), company=buyer, product=match.product, text=text)
    ((kind, facts),) = events(endpoint)
    assert kind.partition("_")[0] == "enquiry"
    assert facts == {"enquiry": str(enquiry.uid), "company": str(company.uid), "path": f"/enquiries/{enquiry.uid}/"}
