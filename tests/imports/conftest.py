import pytest
from django.utils import timezone

from matchmaker.campaigns.models import Enrolment
from tests import factories


@pytest.fixture
def mill(db):
    """An approved supplier with the codes its goods need, and its administrator."""
    factories.hs_code("100630")
    factories.category("AGRI-01")
    return factories.supplier(legal_name="Surin Rice Mill")


@pytest.fixture
def owner(mill):
    return factories.member_of(mill)


def vouched(company) -> Enrolment:
    """A country partner vouches for the company."""
    partner, person = factories.partner()
    word = {"vouch": "Our member for years.", "vouched_at": timezone.now(), "vouched_by": person}
    return Enrolment.objects.create(partner=partner, company=company, **word)
