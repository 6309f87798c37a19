"""Which rows a worker may claim."""

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

import matchmaker
from matchmaker.campaigns.models import BulkAction, Campaign
from matchmaker.core.leases import LONGEST_LEASE, unleased
from tests import factories

MINUTE = dt.timedelta(minutes=1)
CONDITION = "Q(lease_until__isnull=True) |"


@pytest.mark.parametrize(
    ("ends_in", "is_free"),
    [
        (None, True),
        (-MINUTE, True),
        (MINUTE, False),
        (LONGEST_LEASE - MINUTE, False),
        (LONGEST_LEASE + MINUTE, True),  # written by a clock that was put back since
    ],
)
def test_a_row_is_free_without_a_lease_after_it_and_with_one_that_cannot_be(db, ends_in, is_free):
    now, until = timezone.now(), None if ends_in is None else timezone.now() + ends_in
    row = BulkAction.objects.create(
        campaign=factories.campaign(), by=factories.user(), verb="approve", lease_until=until
    )
    assert BulkAction.objects.filter(unleased(now)).exists() is is_free
    assert Campaign.objects.filter(unleased(now, "bulk_actions__"), pk=row.campaign_id).exists() is is_free


def test_every_claim_uses_the_same_condition():
    root = Path(matchmaker.__file__).parent
    own = [str(file.relative_to(root)) for file in root.rglob("*.py") if CONDITION in file.read_text()]
    assert own == []
