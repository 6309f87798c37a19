"""What a buying company keeps, and what it does not want to see again."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_one_line
from matchmaker.directory.models import NotForUs, ShortlistDetail
from matchmaker.matching.models import Match

MOST_TAGS, LONGEST_TAG = 8, 30


def hidden_products(company: Company) -> frozenset[int]:
    """Primary keys of what this buyer said "not for us" to; search, similar products and alerts leave them out.

    A match that was declined says no to the product for one demand line only; it is hidden when every match of the
    product with this buyer was declined.
    """
    marks = NotForUs.objects.filter(company=company)
    hidden = set(marks.exclude(product=None).values_list("product", flat=True))
    suppliers = marks.exclude(supplier=None).values("supplier")
    hidden |= set(Product.objects.filter(company__in=suppliers).values_list("pk", flat=True))
    matches = Match.objects.for_buyer(company)
    declined = set(matches.filter(buyer_answer=Match.Answer.DECLINED).values_list("product", flat=True))
    if declined:
        others = matches.filter(product__in=declined).exclude(buyer_answer=Match.Answer.DECLINED)
        hidden |= declined - set(others.values_list("product", flat=True))
    return frozenset(hidden)


def hidden_suppliers(company: Company) -> frozenset[int]:
    """Primary keys of suppliers this buyer said "not for us" to."""
    marks = NotForUs.objects.filter(company=company).exclude(supplier=None)
    return frozenset(marks.values_list("supplier", flat=True))


@transaction.atomic
def say_not_for_us(
    *, by: User, company: Company, product: Product | None = None, supplier: Company | None = None
) -> NotForUs:
    """Never show a product, or anything of a supplier, to this buyer again; twice is once. It leaves the shortlist."""
    require_member(by, company)
    if not company.is_buyer:
        raise Refused("wrong_role", _("Only buyers choose what they see."), status=403)
    row, _made = NotForUs.objects.get_or_create(
        company=company, product=product, supplier=supplier, defaults={"said_by": by}
    )
    items = ShortlistItem.objects.filter(company=company)
    (items.filter(product=product) if product else items.filter(product__company=supplier)).delete()
    return row


@transaction.atomic
def take_back_not_for_us(*, by: User, row: NotForUs) -> None:
    """Show it again."""
    require_member(by, row.company)
    row.delete()


@transaction.atomic
def mark_on_shortlist(*, by: User, item: ShortlistItem, status: str, tags: Iterable[str]) -> ShortlistDetail:
    """Where a product stands with us, and the words colleagues sort it by.

    Raises: ValidationError: an unknown status, more than eight tags, or one that is too long.
    """
    require_member(by, item.company)
    labels = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if len(labels) > MOST_TAGS:
        raise ValidationError({"tags": _("At most %(most)d tags.") % {"most": MOST_TAGS}})
    for tag in labels:
        validate_one_line(tag)
        if len(tag) > LONGEST_TAG:
            raise ValidationError({"tags": _("A tag has at most %(most)d characters.") % {"most": LONGEST_TAG}})
    detail = ShortlistDetail.objects.filter(item=item).first() or ShortlistDetail(item=item)
    detail.status, detail.tags = status, labels
    detail.full_clean(exclude=["item"])
    detail.save()
    return detail


@transaction.atomic
def arrange_shortlist(*, by: User, company: Company, items: Sequence[ShortlistItem]) -> None:
    """Put the company's list in this order; what is not named keeps its place behind."""
    require_member(by, company)
    if any(item.company_id != company.pk for item in items):
        raise Refused("not_yours", _("This is not on your company's shortlist."), status=404)
    for at, item in enumerate(items):
        ShortlistDetail.objects.update_or_create(item=item, defaults={"position": at - len(items)})
