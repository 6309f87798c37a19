"""Proof that a domain is in somebody's hands: by letter, by a real name server, by a real file."""

import datetime as dt
import http.server
import socketserver
import threading

import dns.message
import dns.rrset
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.companies import claims, domains
from matchmaker.companies.models import DomainProof
from matchmaker.core.problems import Refused
from matchmaker.notifications import outbound
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.supplier(website="https://www.surinmill.example")


@pytest.fixture
def admin(company):
    return factories.member_of(company)


def ask_proof(company, by, method="mail"):
    return domains.ask_proof(by=by, company=company, method=method)


def look_again(proof, by):
    DomainProof.objects.update(looked_at=None)
    return domains.look(by=by, proof=proof)


def test_a_letter_to_the_domain_proves_it_for_who_asked_and_nobody_else(client, company, admin):
    ask_proof(company, admin)
    assert domains.send_waiting() == 1
    letter = mail.outbox[0]
    assert letter.to == ["info@surinmill.example"]
    path = letter.body[letter.body.index("/domain-proofs/") :].split()[0]
    client.force_login(factories.user())
    assert client.post(path).status_code == 404
    client.force_login(admin)
    client.get(path)
    assert domains.newest_proof(company) is None
    client.post(path)
    assert domains.newest_proof(company).domain == "surinmill.example"
    assert AuditEntry.objects.of(company).filter(verb="prove_domain").count() == 1


def test_a_letter_that_ran_out_proves_nothing(client, company, admin):
    proof = ask_proof(company, admin)
    DomainProof.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    client.force_login(admin)
    assert client.post(reverse("domain_letter", args=[proof.token])).status_code == 410
    assert domains.newest_proof(company) is None


def test_free_mail_is_no_domain_and_strangers_prove_nothing(company, admin):
    free = factories.supplier(website="", contact_email="mill@gmail.com")
    with pytest.raises(Refused) as refused:
        ask_proof(free, factories.member_of(free))
    assert refused.value.code == "no_domain"
    with pytest.raises(Refused) as refused:
        ask_proof(company, factories.user())
    assert refused.value.status == 404


def test_a_claimant_may_prove_the_domain_and_gets_no_access_by_it(company, admin):
    claimant = factories.user()
    claims.claim_company(by=claimant, company=company, evidence="It is mine.")
    proof = ask_proof(company, claimant)
    domains.open_letter(by=claimant, token=proof.token)
    assert domains.newest_proof(company, claimant) == DomainProof.objects.get()
    assert domains.newest_proof(company, admin) is None
    assert not company.members.filter(pk=claimant.pk).exists()


def test_letters_are_few_and_go_to_addresses_of_the_domain_only(company, admin):
    with pytest.raises(Refused) as refused:
        domains.ask_proof(by=admin, company=company, method="mail", local_part="victim")
    assert refused.value.code == "unknown_address"
    for _number in range(domains.A_DAY):
        ask_proof(company, admin)
    with pytest.raises(Refused) as refused:
        ask_proof(company, admin)
    assert refused.value.status == 429


def test_another_website_takes_the_proof_away(company, admin):
    proof = ask_proof(company, admin)
    domains.open_letter(by=admin, token=proof.token)
    company.website = "https://elsewhere.example"
    company.save()
    assert domains.newest_proof(company) is None


@pytest.fixture
def name_server(settings):
    """A small name server on loopback that answers TXT questions."""
    texts = {}

    class Answering(socketserver.BaseRequestHandler):
        def handle(self):
            data, sock = self.request
            question = dns.message.from_wire(data)
            answer = dns.message.make_response(question)
            name = question.question[0].name
            for text in texts.get(name.to_text(omit_final_dot=True), ()):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{text}"'))
            sock.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        settings.DNS_SERVER = f"127.0.0.1:{server.server_address[1]}"
        yield texts
        server.shutdown()


def test_a_record_in_dns_proves_the_domain(company, admin, name_server):
    proof = ask_proof(company, admin, "dns")
    assert domains.look(by=admin, proof=proof) is False
    name_server["surinmill.example"] = ["v=spf1 -all", f"matchmaker-proof={proof.token}x"]
    assert look_again(proof, admin) is False
    name_server["surinmill.example"] = ["v=spf1 -all", f"matchmaker-proof={proof.token}"]
    with pytest.raises(Refused) as refused:
        domains.look(by=admin, proof=proof)
    assert refused.value.code == "too_soon"
    assert look_again(proof, admin) is True
    assert domains.newest_proof(company).method == "dns"


def test_a_name_server_that_is_away_is_said(company, admin, settings, monkeypatch):
    settings.DNS_SERVER = "127.0.0.1:1"
    monkeypatch.setattr(domains, "WAIT", 0.2)
    with pytest.raises(Refused) as refused:
        domains.look(by=admin, proof=ask_proof(company, admin, "dns"))
    assert refused.value.code == "no_dns"


@pytest.fixture
def website(settings, monkeypatch):
    """A website on loopback, reached under the company's domain."""
    files = {}

    class Serving(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, *args):
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Serving) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        here = f"127.0.0.1:{server.server_address[1]}"
        settings.OUTBOUND_ALLOWED = [here]
        real = outbound.get
        monkeypatch.setattr(
            outbound, "get", lambda url: real(url.replace("https://surinmill.example", f"http://{here}"))
        )
        yield files
        server.shutdown()


def test_a_file_on_the_website_proves_the_domain(company, admin, website):
    proof = ask_proof(company, admin, "file")
    assert domains.look(by=admin, proof=proof) is False
    website[domains.PATH] = f"<p>matchmaker-proof={proof.token}</p>"
    assert look_again(proof, admin) is False
    website[domains.PATH] = f"matchmaker-proof={proof.token}\n"
    assert look_again(proof, admin) is True
    assert domains.newest_proof(company).method == "file"


def test_a_domain_on_a_private_address_is_never_connected_to(admin, company):
    company.website = "https://localhost.localdomain"
    company.save()
    proof = ask_proof(company, admin, "file")
    with pytest.raises(Refused) as refused:
        domains.look(by=admin, proof=proof)
    assert refused.value.code == "no_website"


def test_the_page_shows_what_to_do(client, company, admin):
    client.force_login(admin)
    page = reverse("domain_proof", args=[company.uid])
    client.post(page, {"method": "dns"})
    proof = DomainProof.objects.get()
    assert f"matchmaker-proof={proof.token}" in client.get(page).text
    client.force_login(factories.user())
    assert client.get(page).status_code == 404
