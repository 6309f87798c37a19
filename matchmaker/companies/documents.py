"""Papers that show who a company is and what its products hold: private, judged, read only by whom they are for."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company, Document
from matchmaker.core.files import check_file, check_first
from matchmaker.core.problems import Refused

MOST, MOST_CERTIFICATES = 10, 200  # papers of a company that show who it is, and what its products hold


@check_first("file", check_file)
@transaction.atomic
def add_document(*, by: User, company: Company, kind: str, file) -> Document:
    """Keep a paper in quarantine; the same one sent twice is stored once.

    Raises:
        ValidationError: on `files`, when it is no quiet PDF and no picture; on `kind`.
        Refused: for whom does not administer the company, and above ten documents.
    """
    require_admin(by, company)
    if kind not in Document.Kind.values:
        raise ValidationError({"kind": _("Choose from the list.")})
    checked = check_file(file)
    Company.objects.select_for_update().get(pk=company.pk)  # the count and the row are one step
    same = company.documents.filter(sha256=checked.sha256).first()
    if same:
        return same
    product_kinds = (Document.Kind.CERTIFICATE, Document.Kind.LABEL)
    of_products = Q(kind__in=product_kinds)
    there, most = (of_products, MOST_CERTIFICATES) if kind in product_kinds else (~of_products, MOST)
    if company.documents.filter(there).count() >= most:
        sentence = _("A company keeps up to %(n)d documents of this kind. Remove one first.")
        raise Refused("too_many_documents", sentence % {"n": most})
    row = Document(company=company, kind=kind, uploaded_by=by)
    row.store(checked)
    record(by=by, verb="add_document", on=row, organisation=company, facts={"kind": kind, "sha256": checked.sha256})
    return row


@transaction.atomic
def remove_document(*, by: User, document: Document) -> None:
    """Take a paper away, file and row. What the team wrote down of it stays with the check."""
    require_admin(by, document.company)
    record(by=by, verb="remove_document", on=document, organisation=document.company, facts={"sha256": document.sha256})
    document.delete_with_file()


def forget_documents(company: Company) -> None:
    """Delete all documents of a company that has no people any more."""
    for document in company.documents.all():
        document.delete_with_file()
