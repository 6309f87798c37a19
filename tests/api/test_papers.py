"""Papers of companies over the API, as the campaign's team reads and judges them."""

import pytest

from matchmaker.accounts.models import AuditEntry
from matchmaker.accounts.services import SCOPES
from matchmaker.catalogue.services import describe_certificate
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Document
from tests import factories
from tests.files import PDF, paper, pdf, read

pytestmark = pytest.mark.django_db
PAPERS = "/api/v1/papers/"


@pytest.fixture
def product(campaign):
    row = factories.product(certificates=("HACCP",), name="Jasmine rice")
    row.company.participations.create(campaign=campaign, side="supplier")
    return row


@pytest.fixture
def admin(product):
    return factories.member_of(product.company)


@pytest.fixture
def register(admin, product):
    return add_document(by=admin, company=product.company, kind="register", file=paper())


@pytest.fixture
def proof(admin, product):
    said = {"code": "HACCP", "number": "TH-77", "issuer": "TÜV", "valid_until": None}
    row = describe_certificate(by=admin, product=product, paper=paper("haccp.pdf", pdf(b"2")), **said)
    return row.document


@pytest.fixture
def api(caller, organiser):
    return caller(organiser)


def at(row, verb=""):
    return f"{PAPERS}{row.uid}/{verb}"


def looks():
    return [entry.actor for entry in AuditEntry.objects.filter(verb="read_document")]


def test_the_team_lists_reads_and_each_look_is_recorded(api, organiser, register, proof, product):
    found = api.get(PAPERS).json()
    assert [(one["name"], one["company"]["uid"]) for one in found["results"]] == [
        ("haccp.pdf", str(product.company.uid)),
        ("register.pdf", str(product.company.uid)),
    ]
    assert api.get(PAPERS, kind="register").json()["count"] == 1
    assert looks() == []
    assert read(api.get(at(register, "file/"))) == PDF
    assert looks() == [organiser]


def test_what_waits_is_set_beside_what_the_supplier_states_and_accepted(api, organiser, register, proof, product):
    (waiting,) = api.get(f"{PAPERS}waiting/").json()["results"]
    assert waiting["certificates"] == [
        {
            "product": str(product.uid),
            "name": "Jasmine rice",
            "code": "HACCP",
            "number": "TH-77",
            "issuer": "TÜV",
            "valid_until": None,
            "seen_on": None,
        }
    ]
    accepted = api.post(at(proof, "accept/")).json()
    row = product.certificates.get()
    assert (accepted["state"], row.seen_by, accepted["certificates"][0]["seen_on"]) == (
        *("seen", organiser, row.seen_on.isoformat()),
    )
    assert api.get(f"{PAPERS}waiting/").json()["count"] == 0
    nothing = api.post(at(register, "accept/"))
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_rests_on_it")


def test_a_refusal_carries_its_reason_and_is_said_once(api, proof, product):
    assert api.post(at(proof, "refuse/"), {"reason": " "}).json()["errors"][0]["field"] == "reason"
    assert api.post(at(proof, "refuse/"), {"reason": "Of another company"}).json()["state"] == "refused"
    again = api.post(at(proof, "refuse/"), {"reason": "Again"})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    proof.refresh_from_db()
    assert (proof.refusal, product.certificates.get().seen_on) == ("Of another company", None)


def test_the_certificate_of_a_draft_is_its_companys_alone(api, proof, product):
    type(product).objects.filter(pk=product.pk).update(status="draft")
    assert api.get(at(proof)).json()["certificates"] == []
    assert api.get(f"{PAPERS}waiting/").json()["count"] == 0


def test_nobody_decides_about_her_own_company(caller, campaign, admin, proof):
    campaign.organisers.create(user=admin, role="organiser")
    answer = caller(admin).post(at(proof, "accept/"))
    assert (answer.status_code, answer.json()["code"]) == (403, "own_company")
    proof.refresh_from_db()
    assert proof.state == "quarantined"


def test_nobody_else_finds_anything(caller, anonymous, campaign, admin, register):
    elsewhere = factories.organiser(factories.campaign(is_current=False))
    for person in (admin, factories.organiser(campaign, "staff"), elsewhere, factories.user()):
        api = caller(person)
        assert [api.get(f"{PAPERS}{name}").json()["count"] for name in ("", "waiting/")] == [0, 0]
        answers = [api.get(at(register)), api.get(at(register, "file/"))]
        answers += [api.post(at(register, "accept/")), api.post(at(register, "refuse/"), {"reason": "x"})]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert anonymous.get(PAPERS).status_code == 401
    assert (looks(), Document.objects.get().state) == ([], "quarantined")


def test_a_key_needs_the_scope_also_for_reading(caller, organiser, register):
    api = caller(organiser, scopes=[scope for scope in SCOPES if scope != "papers:write"])
    answers = [api.get(PAPERS), api.get(at(register, "file/")), api.post(at(register, "refuse/"), {"reason": "x"})]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "scope_missing")] * 3
    assert looks() == []


def test_a_campaign_that_has_ended_opens_nothing(caller, campaign, organiser, register):
    type(campaign).objects.update(is_current=False, state="archived")
    api = caller(organiser)
    assert [api.get(f"{PAPERS}{name}").json()["count"] for name in ("", "waiting/")] == [0, 0]
    assert api.get(at(register, "file/")).status_code == 404
