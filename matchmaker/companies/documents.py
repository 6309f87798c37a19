"""Papers that show who a company is: private, judged by their content, and read only by whom they are for."""

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company, Document
from matchmaker.core.files import check_file
from matchmaker.core.problems import Refused

MOST = 10  # documents of a company


@transaction.atomic
def add_document(*, by: User, company: Company, kind: str, file) -> Document:
    """Keep a paper in quarantine; the same one sent twice is kept once.

    Raises:
        ValidationError: on `files`, when it is no quiet PDF and no picture; on `kind`.
        Refused: for whom does not administer the company, and above ten documents.
    """
    require_admin(by, company)
    if kind not in Document.Kind.values:
        raise ValidationError({"kind": _("Choose from the list.")})
    kept = check_file(file)
    Company.objects.select_for_update().get(pk=company.pk)  # the count and the row are one step
    same = company.documents.filter(sha256=kept.sha256).first()
    if same:
        return same
    if company.documents.count() >= MOST:
        raise Refused("too_many_documents", _("A company keeps up to ten documents. Remove one first."))
    row = Document(
        company=company,
        kind=kind,
        name=kept.name[-120:],
        suffix=kept.suffix,
        content_type=kept.content_type,
        size=len(kept.content),
        sha256=kept.sha256,
        uploaded_by=by,
    )
    row.file.save("", ContentFile(kept.content, name=f"file{kept.suffix}"), save=False)
    row.save()
    record(by=by, verb="add_document", on=row, organisation=company, facts={"kind": kind, "sha256": kept.sha256})
    return row


@transaction.atomic
def remove_document(*, by: User, document: Document) -> None:
    """Take a paper away, file and row. What the team wrote down of it stays with the check."""
    require_admin(by, document.company)
    record(by=by, verb="remove_document", on=document, organisation=document.company, facts={"sha256": document.sha256})
    _delete(document)


def forget_documents(company: Company) -> None:
    """Nobody is left who could answer for them."""
    for document in company.documents.all():
        _delete(document)


def _delete(document: Document) -> None:
    """The row now, the file when the transaction has held: a rolled-back deletion loses nothing."""
    storage, name = document.file.storage, document.file.name
    document.delete()
    transaction.on_commit(lambda: storage.delete(name or ""))
