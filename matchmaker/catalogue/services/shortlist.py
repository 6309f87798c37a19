"""What a buying company keeps an eye on."""

from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core.problems import Refused


@transaction.atomic
def shortlist_product(*, by: User, company: Company, product: Product) -> ShortlistItem:
    """Put a product on the company's shortlist; twice is once."""
    require_member(by, company)
    if not company.is_buyer:
        raise Refused("wrong_role", _("Only buyers keep a shortlist."), status=403)
    item, _made = ShortlistItem.objects.get_or_create(company=company, product=product, defaults={"added_by": by})
    return item


@transaction.atomic
def unshortlist_product(*, by: User, company: Company, product: Product) -> None:
    """Take it off again."""
    require_member(by, company)
    ShortlistItem.objects.filter(company=company, product=product).delete()


@transaction.atomic
def note_on_shortlist(*, by: User, item: ShortlistItem, note: str) -> ShortlistItem:
    """Write the note that the company's own people see."""
    require_member(by, item.company)
    item.note = note.strip()
    item.full_clean()
    item.save(update_fields=["note"])
    return item
