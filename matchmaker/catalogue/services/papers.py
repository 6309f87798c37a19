"""Documents of a product: its certificates with their proof, and files for those who may see it."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.campaigns.services.verification import refuse_document
from matchmaker.catalogue.models import Product, ProductCertificate, ProductFile
from matchmaker.companies.documents import add_document
from matchmaker.companies.models import Document
from matchmaker.companies.services import is_member, require_member
from matchmaker.core.files import check_file, check_first
from matchmaker.core.problems import NotFound, Refused

MAX_FILES = 10


@check_first("paper", check_file)
@transaction.atomic
def describe_certificate(
    *,
    by: User,
    product: Product,
    code: str,
    number: str,
    issuer: str,
    valid_until: dt.date | None,
    figure: str | None = None,
    paper=None,
) -> ProductCertificate:
    """Say what stands on a certificate the product has, and send the paper that shows it.

    The paper is kept as every paper of a company is: judged by its content, in quarantine until the team has read it.
    Whatever is changed afterwards has not been seen by the team any more.

    `figure` is what the paper says in figures, such as a footprint; `None` leaves it as it is.

    Raises:
        ValidationError: by field; on `files` for the paper.
        Refused: `not_found` for a stranger or a certificate the product does not have; for a paper, those who do not
            administer the company.
    """
    require_member(by, product.company)
    row = ProductCertificate.objects.select_for_update().filter(product=product, code=code).first()
    if row is None:
        raise NotFound(_("Tick the certificate on the product first."))
    before = (row.number, row.issuer, row.valid_until, row.figure, row.document_id)
    row.number, row.issuer, row.valid_until = number.strip(), issuer.strip(), valid_until
    row.figure = row.figure if figure is None else figure.strip()
    row.full_clean(exclude=["product", "document", "seen_by"])
    if paper is not None:
        row.document = add_document(by=by, company=product.company, kind=Document.Kind.CERTIFICATE, file=paper)
        if row.document.state == Document.State.REFUSED:
            sentence = _("The team has read this paper before and did not accept it: %(why)s")
            raise ValidationError({"files": sentence % {"why": row.document.refusal}})
    if (row.number, row.issuer, row.valid_until, row.figure, row.document_id) == before:
        return row
    row.seen_on, row.seen_by, row.confirmed_by = None, None, ""
    row.save()
    Product.objects.filter(pk=product.pk).update(revision=F("revision") + 1, updated_at=timezone.now())
    facts = {"code": code, "paper": bool(row.document_id)}
    record(by=by, verb="describe_certificate", on=product, organisation=product.company, facts=facts)
    return row


@transaction.atomic
def accept_certificate(*, by: User, document: Document, campaign: Campaign, confirmed_by: str = "") -> int:
    """The paper says what the supplier states: every certificate that rests on it is shown as seen. Returns how many.

    `confirmed_by` names the body whose public list says the same; "" where only the paper was read.

    Raises:
        Refused: for one's own company, for a paper that was refused, and when no certificate rests on it.
    """
    require_organiser(by, campaign)
    if is_member(by, document.company):
        raise Refused("own_company", _("Another person of the team must check your own company."), status=403)
    row = Document.objects.select_for_update().get(pk=document.pk)
    resting = _certificates_on_view().filter(document=row)
    if row.state == Document.State.REFUSED:
        raise Refused("already_decided", _("This document is decided already."))
    if not resting.exists():
        raise Refused("nothing_rests_on_it", _("No certificate of a product rests on this paper any more."))
    Document.objects.filter(pk=row.pk).update(state=Document.State.SEEN)
    now = timezone.now()
    Product.objects.filter(certificates__in=resting).update(updated_at=now)
    name = confirmed_by.strip()
    ProductCertificate(confirmed_by=name).clean_fields(exclude=["product", "code", "seen_by"])
    count = resting.update(seen_on=timezone.localdate(now), seen_by=by, confirmed_by=name)
    facts = {"sha256": row.sha256, "certificates": count}
    record(by=by, verb="accept_certificate", on=row, organisation=row.company, facts=facts)
    return count


@transaction.atomic
def refuse_certificate(*, by: User, document: Document, campaign: Campaign, reason: str) -> None:
    """The paper does not show what the supplier states; the company reads why. What was seen of it counts no more.

    Raises:
        ValidationError: without a reason.
        Refused: as `refuse_document`.
    """
    refuse_document(by=by, document=document, campaign=campaign, reason=reason)
    Product.objects.filter(certificates__document=document).update(updated_at=timezone.now())
    ProductCertificate.objects.filter(document=document).update(seen_on=None, seen_by=None, confirmed_by="")


def certificates_waiting(campaign: Campaign):
    """Papers the team has not decided about, the longest waiting first, each with its `certificates`."""
    unseen = _certificates_on_view().filter(seen_on__isnull=True, document__isnull=False)
    return (
        Document.objects.exclude(state=Document.State.REFUSED)
        .filter(company__campaigns=campaign, pk__in=unseen.values("document"))
        .select_related("company")
        .prefetch_related(resting_certificates())
        .distinct()
        .order_by("uploaded_at", "pk")
    )


def resting_certificates() -> Prefetch:
    """For papers the team reads: what suppliers state on the strength of each, as `certificates`."""
    return Prefetch("certificates", _certificates_on_view().prefetch_related("product__texts"))


def _certificates_on_view():
    """A draft is its company's alone: its certificates wait until it is published."""
    return ProductCertificate.objects.exclude(product__status=Product.Status.DRAFT)


@check_first("file", check_file)
@transaction.atomic
def add_product_file(*, by: User, product: Product, kind: str, file) -> ProductFile:
    """Store a file for those who may see the product; the same file is stored once.

    Raises:
        ValidationError: on `files`, when it is no quiet PDF and no picture; on `kind`.
        Refused: above ten files, and `not_found` for a stranger.
    """
    require_member(by, product.company)
    if kind not in ProductFile.Kind.values:
        raise ValidationError({"kind": _("Choose from the list.")})
    checked = check_file(file)
    Product.objects.select_for_update().get(pk=product.pk)  # the count and the row are one step
    if same := product.files.filter(sha256=checked.sha256).first():
        return same
    if product.files.count() >= MAX_FILES:
        raise Refused("too_many_files", _("A product keeps up to ten files. Remove one first."))
    row = ProductFile(product=product, kind=kind, uploaded_by=by)
    row.store(checked)
    facts = {"kind": kind, "sha256": checked.sha256}
    product.save(update_fields=["updated_at"])
    record(by=by, verb="add_product_file", on=product, organisation=product.company, facts=facts)
    return row


@transaction.atomic
def remove_product_file(*, by: User, file: ProductFile) -> None:
    require_member(by, file.product.company)
    facts = {"sha256": file.sha256}
    record(by=by, verb="remove_product_file", on=file.product, organisation=file.product.company, facts=facts)
    file.product.save(update_fields=["updated_at"])
    file.delete_with_file()
