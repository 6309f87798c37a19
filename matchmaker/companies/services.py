"""What people do with their companies."""

import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies import duplicates
from matchmaker.companies.identifiers import check_identifier
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import CONTACT_FIELDS, NUMBER_TAKEN, NUMBER_TAKEN_SENTENCE, Company, Membership
from matchmaker.companies.phones import check_phone
from matchmaker.companies.verification import withdraw_checks
from matchmaker.core import reference
from matchmaker.core.problems import NotFound, Refused
from matchmaker.core.text import web_address
from matchmaker.engines.language import pinyin, simplify

# What members may write; status, verification and the like are set by services only.
EDITABLE = (
    *("legal_name", "name_latin", "name_zh", "language", "country", "city", "address", "website"),
    *CONTACT_FIELDS,
    *("identifier_kind", "identifier", "founded", "size"),
    *("languages", "first_time_exporter", "brand_in_china", "about", "is_supplier", "is_buyer"),
)


def without_accents(text: str) -> str:
    """vinícola → vinicola. Letters of scripts where marks are no accents stay as they are."""
    marked = unicodedata.normalize("NFD", text)
    plain = [char for char in marked if not "\u0300" <= char <= "\u036f"]
    return unicodedata.normalize("NFC", "".join(plain))


def search_names(words: str, path: str = "") -> Q:
    """Companies whose names hold all of these words, whatever their accents, characters or case; also as pinyin.

    `path` leads from the row to its company, for example `company__`.
    """
    found = Q()
    field = f"{path}name_key__contains"
    for word in words.split():
        key = simplify(word).casefold()
        found &= Q(**{field: key}) | Q(**{field: without_accents(key)})
    return found


def name_key(company: Company) -> str:
    """Everything a search may type for this name: folded, simplified, without accents, and as pinyin."""
    names = [n for n in (company.legal_name, company.name_latin, company.name_zh) if n]
    folded = {simplify(n).casefold() for n in names}
    folded |= {without_accents(n) for n in folded}
    spoken = {pinyin(n).replace(" ", "") for n in names if any("\u4e00" <= char <= "\u9fff" for char in n)}
    return " ".join(sorted(folded | spoken))[:600]


def check_company(company: Company) -> dict[str, str | ValidationError]:
    """What needs a list or spans fields, by field; the number is put into its compact form."""
    problems: dict[str, str | ValidationError] = {}
    if company.country and company.country not in reference.countries():
        problems["country"] = _("Choose a country or region from the list.")
    if company.website:
        try:
            web_address(company.website)
        except ValidationError as error:
            problems["website"] = error
    if company.identifier and not company.identifier_kind:
        problems["identifier_kind"] = _("Say what kind of number this is.")
    try:
        company.identifier = check_identifier(
            country=company.country, kind=company.identifier_kind, number=company.identifier
        )
    except ValidationError as error:
        problems["identifier"] = error
    return problems


def _check_own_number(company: Company) -> dict[str, str | ValidationError]:
    """What a company says of its number when it registers itself; lists of an organiser may lack numbers."""
    if company.is_buyer and not company.is_supplier and company.country == "CN" and not company.identifier:
        return {"identifier": _("Chinese companies register with their Unified Social Credit Code.")}
    return {}


def _write(company: Company, fields: dict, *, own: bool = True) -> None:
    for name, value in fields.items():
        if name not in EDITABLE:
            raise ValueError(f"{name} is not for members to write")
        setattr(company, name, value)
    problems = check_company(company)
    try:
        if "contact_phone" in fields:  # an old one in another form does not stop other changes
            company.contact_phone = check_phone(company.contact_phone, company.country)
    except ValidationError as error:
        problems["contact_phone"] = error
    if own and {"country", "identifier", "identifier_kind"} & set(fields):
        problems = {**_check_own_number(company), **problems}
    if not company.identifier:
        company.identifier_kind = ""
    company.name_key = name_key(company)
    if problems:
        raise ValidationError(problems)
    company.full_clean(exclude=["status_reason"])


@contextmanager
def number_once() -> Iterator[None]:
    """Turn the database's refusal of a number that is taken into the sentence of the form."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as clash:
        if not any(name in str(clash) for name in ("company_number_once", "companies_company.identifier")):
            raise
        raise ValidationError({"identifier": ValidationError(NUMBER_TAKEN_SENTENCE, NUMBER_TAKEN)}) from None


@transaction.atomic
def start_company(*, by: User, side: str, administered: bool = True, **fields) -> Company:
    """Open a company that `by` administers; it is a draft until submitted.

    With `administered=False` it has no administrator yet: it is opened for others, who are invited.

    Raises:
        ValidationError: by field.
    """
    company = Company(is_supplier=side == "supplier", is_buyer=side == "buyer", language=by.language)
    _write(company, fields, own=administered)
    with number_once():
        company.save()
    if administered:
        Membership.objects.create(company=company, user=by, role=Membership.Role.ADMIN)
    record(by=by, verb="start_company", on=company, facts={"side": side})
    return company


@transaction.atomic
def update_company(*, by: User, company: Company, **fields) -> Company:
    """Change what the company says of itself.

    Names and numbers of an approved company send it back to the organiser: they are what was approved.

    Raises:
        ValidationError: by field.
        Refused: when `by` is no administrator of the company, or it is suspended.
    """
    require_admin(by, company)
    if company.status == Company.Status.SUSPENDED:
        raise Refused("company_suspended", _("This company is suspended; ask the organiser."))
    before = {name: getattr(company, name) for name in fields}
    _write(company, fields)
    changed = [name for name in fields if before[name] != getattr(company, name)]
    waits_again = company.is_approved and bool({"legal_name", "country", "identifier"} & set(changed))
    if waits_again:
        company.verification, company.verified_at, company.verified_until = Company.Verification.CLAIMED, None, None
        withdraw_checks(company)
    with number_once():
        company.save()
    if waits_again:
        change_status(company, Company.Status.PENDING, submitted_at=timezone.now())
    if changed:
        record(by=by, verb="update_company", on=company, facts={"changed": changed})
    return company


def change_status(company: Company, status: str, *, among: Collection[str] = (), **fields) -> bool:
    """Give the company another status and write `fields` along; False if its status is not one of `among` any more.

    Every change of a status goes this way. It moves `updated_at`: by that matching, the directory and the site map see
    that the company's products and demands come or go. Check before who may do it, and record it.
    """
    rows = Company.objects.filter(pk=company.pk)
    if among:
        rows = rows.filter(status__in=among)
    values = {"status": status, "updated_at": timezone.now(), **fields}
    if not rows.update(**values):
        return False
    for name, value in values.items():
        setattr(company, name, value)
    return True


def is_member(user: User, company: Company) -> bool:
    return Membership.objects.filter(company=company, user=user).exists()


def require_member(user: User, company: Company, sentence: str = "") -> None:
    """Raise the refusal that hides what a stranger may not know of."""
    if not is_member(user, company):
        raise NotFound(sentence)


def identity_of(company: Company) -> duplicates.Identity:
    names = tuple(filter(None, (company.legal_name, company.name_latin, company.name_zh)))
    hosts = tuple(filter(None, (company.website, company.contact_email)))
    return duplicates.Identity(company.pk, names, company.country, company.identifier, hosts)


def companies_alike(company: Company, among: QuerySet[Company]) -> list[tuple[Company, duplicates.Alike]]:
    """Companies of the queryset that are perhaps the same one, the surest first.

    The database picks those that share a telling piece of a name, a domain or the number; only they are compared.
    """
    one = identity_of(company)
    piece = Q(pk__in=[])
    for key in duplicates.search_keys(one):
        piece |= Q(name_key__contains=key) | Q(website__icontains=key)
    if company.identifier:
        piece |= Q(country=company.country, identifier=company.identifier)
    for host in {duplicates.domain(address) for address in one.hosts} - {""}:
        piece |= Q(website__icontains=host) | Q(contact_email__iendswith=host)
    picked = {
        row.pk: row for row in among.filter(piece, merged_into__isnull=True).exclude(pk=company.pk).distinct()[:500]
    }
    found = duplicates.alike(one, map(identity_of, picked.values()))
    return [(picked[row.key], row) for row in found]  # type: ignore[index]  # keys are ours
