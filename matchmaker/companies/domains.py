"""A company shows that a domain is its own: by a letter to the domain, a TXT record, or a file on its website.

It proves the domain, not the company: shown as what it is, with its date, beside the levels of evidence. Whoever claims
a company may prove its domain, too; the team sees it with the claim, and it opens nothing by itself (B41).
"""

import datetime as dt
import secrets

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.duplicates import domain as domain_of
from matchmaker.companies.members import admins, is_admin
from matchmaker.companies.models import Claim, Company, DomainProof, RequestStatus
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications import mail, outbound, outbox, topics
from matchmaker.notifications.models import Promise

LIFE = dt.timedelta(days=14)
A_DAY = 5  # proofs of one person: letters go to addresses she does not own yet
LOCAL_PARTS = ("info", "office", "admin", "postmaster", "webmaster")  # addresses an owner of the domain reads
PREFIX = "matchmaker-proof="
PATH = "/.well-known/matchmaker-proof.txt"
WAIT = 5.0  # seconds for a look-up
PAUSE = dt.timedelta(seconds=20)  # between two looks at one proof


def domain_name(company: Company) -> str:
    """The domain of the company's website or, without one, of its contact address; '' for free mail (B41)."""
    return domain_of(company.website) or domain_of(company.contact_email)


def may_prove(user: User, company: Company) -> bool:
    """Its administrators, and anyone who has an open claim to it."""
    return (
        is_admin(user, company) or Claim.objects.filter(company=company, user=user, status=RequestStatus.OPEN).exists()
    )


@transaction.atomic
def ask_proof(*, by: User, company: Company, method: str, local_part: str = "info") -> DomainProof:
    """Begin to prove the company's domain.

    Raises:
        Refused: for strangers (404), without a domain of one's own, or above five a day.
    """
    if not may_prove(by, company):
        raise NotFound()
    domain = domain_name(company)
    if not domain:
        raise Refused("no_domain", _("Write your website first. An address at a free mail provider proves nothing."))
    now = timezone.now()
    if DomainProof.objects.filter(user=by, created_at__gte=now - dt.timedelta(days=1)).count() >= A_DAY:
        sentence = _("You have reached the limit of today. Please try again tomorrow.")
        raise Refused("too_many_proofs", sentence, status=429)
    by_mail = method == DomainProof.Method.MAIL
    if by_mail and local_part not in LOCAL_PARTS:
        raise Refused("unknown_address", _("Choose one of the addresses."), field="local_part", status=400)
    proof = DomainProof(
        company=company,
        user=by,
        domain=domain,
        method=method,
        address=f"{local_part}@{domain}" if by_mail else "",
        token=secrets.token_urlsafe(24),
        expires_at=now + LIFE,
        not_before=now,
        state=Promise.State.WAITING if by_mail else Promise.State.CANCELLED,  # only a letter has to be sent
        finished_at=None if by_mail else now,
    )
    if by_mail:
        validate_email(proof.address)
    proof.full_clean()
    proof.save(force_insert=True)
    facts = {"domain": domain, "method": method}
    record(by=by, verb="ask_domain_proof", on=proof, organisation=company, facts=facts)
    return proof


def open_proofs() -> QuerySet[DomainProof]:
    return DomainProof.objects.filter(proved_at__isnull=True, expires_at__gt=timezone.now())


@transaction.atomic
def open_letter(*, by: User, token: str) -> DomainProof:
    """The letter has been read and its address opened by the person who asked for it.

    Raises:
        Refused: for another person's letter (404), and for one that is over (410).
    """
    proof = DomainProof.objects.filter(token=token, method=DomainProof.Method.MAIL, user=by).first()
    if proof is None or not may_prove(by, proof.company):
        raise NotFound()
    if not _prove(proof) and proof.proved_at is None:
        raise Refused("proof_over", _("This link has expired. Ask for a new one."), status=410)
    proof.refresh_from_db()
    return proof


def look(*, by: User, proof: DomainProof) -> bool:
    """Look for the record or the file now; True when it is there. Looks at most every twenty seconds.

    Raises:
        Refused: for strangers, and when the name or the website does not answer.
    """
    if not may_prove(by, proof.company):
        raise NotFound()
    now = timezone.now()
    free = open_proofs().filter(Q(looked_at__isnull=True) | Q(looked_at__lt=now - PAUSE), pk=proof.pk)
    if not free.update(looked_at=now):
        raise Refused("too_soon", _("Wait a moment before you look again."), status=429)
    found = _in_dns(proof) if proof.method == DomainProof.Method.DNS else _in_file(proof)
    with transaction.atomic():
        return found and _prove(proof)


def _prove(proof: DomainProof) -> bool:
    """Write it down once, unless the company has moved to another domain meanwhile."""
    if domain_name(proof.company) != proof.domain:
        return False
    if not open_proofs().filter(pk=proof.pk).update(proved_at=timezone.now()):
        return False
    facts = {"domain": proof.domain, "method": proof.method}
    record(by=proof.user, verb="prove_domain", on=proof, organisation=proof.company, facts=facts)
    return True


def _in_dns(proof: DomainProof) -> bool:
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.Resolver()
    if getattr(settings, "DNS_SERVER", ""):
        host, _colon, port = settings.DNS_SERVER.partition(":")
        resolver.nameservers, resolver.port = [host], int(port or 53)
    try:
        answer = resolver.resolve(proof.domain, "TXT", lifetime=WAIT, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return False
    except dns.exception.DNSException:
        raise Refused("no_dns", _("The name servers of %(domain)s do not answer.") % {"domain": proof.domain}) from None
    texts = [b"".join(record.strings) for record in answer]
    return f"{PREFIX}{proof.token}".encode() in texts


def _in_file(proof: DomainProof) -> bool:
    try:
        answer, body = outbound.get(f"https://{proof.domain}{PATH}")
    except outbound.Unreachable as error:
        raise Refused("no_website", _("The website does not answer: %(why)s.") % {"why": error}) from None
    return answer.status == 200 and f"{PREFIX}{proof.token}".encode() in body.split()


def newest_proof(company: Company, user: User | None = None) -> DomainProof | None:
    """The newest proof of the domain the company has today, by anybody or by one person."""
    rows = DomainProof.objects.filter(company=company, proved_at__isnull=False, domain=domain_name(company))
    return (rows.filter(user=user) if user else rows).order_by("-proved_at").first()


def proven_domain(company: Company) -> str:
    """The domain that is shown to be in the hands of the company's administrators; '' if none.

    By a proof, or by an address at the website's domain that one of them has confirmed. A claimant proves nothing here.
    """
    own = admins(company)
    name = domain_name(company)
    if DomainProof.objects.filter(company=company, proved_at__isnull=False, domain=name, user__in=own).exists():
        return name
    domain = domain_of(company.website)
    addresses = EmailAddress.objects.filter(user__in=own, verified=True).values_list("email", flat=True)
    return domain if domain and domain in map(domain_of, addresses) else ""


def send_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the letters that are due; returns how many left. Any number may run at once."""
    return mail.send_due(DomainProof, _letter, budget)


def _letter(letter: Promise) -> EmailMultiAlternatives:
    proof = DomainProof.objects.select_related("company", "user").get(pk=letter.pk)
    if proof.proved_at or proof.expires_at <= timezone.now():
        raise outbox.NotWanted("The proof is given or has run out.")
    addressee = mail.Addressee(proof.address, proof.user.language)
    mail.writable(addressee)
    context = {"company": proof.company, "person": str(proof.user), "domain": proof.domain}
    context["path"] = f"/domain-proofs/{proof.token}/"
    return mail.build(addressee, "domain_letter", topics.ACCOUNT, context, key=str(proof.pk))
