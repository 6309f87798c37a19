"""The shortlist of a buying company."""

import pytest
from django.core.exceptions import ValidationError

from matchmaker.catalogue import services
from matchmaker.core.problems import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_twice_is_once_and_off_is_off():
    company, product = make.buyer(), make.product()
    by = make.member_of(company)
    for _tap in range(2):
        services.shortlist_product(by=by, company=company, product=product)
    assert company.shortlist.count() == 1
    services.unshortlist_product(by=by, company=company, product=product)
    services.unshortlist_product(by=by, company=company, product=product)
    assert company.shortlist.count() == 0


def test_a_supplier_keeps_no_shortlist():
    company = make.supplier()
    with pytest.raises(Refused) as refusal:
        services.shortlist_product(by=make.member_of(company), company=company, product=make.product())
    assert refusal.value.code == "wrong_role"


def test_only_colleagues_write_notes():
    company = make.buyer()
    item = services.shortlist_product(by=make.member_of(company), company=company, product=make.product())
    with pytest.raises(Refused) as refusal:
        services.note_on_shortlist(by=make.user(), item=item, note="x")
    assert refusal.value.status == 404


@pytest.mark.parametrize("note", ["x" * 501, "a\x00b", "\u202eab"])
def test_a_note_that_cannot_stand_is_refused(note):
    company = make.buyer()
    item = services.shortlist_product(by=make.member_of(company), company=company, product=make.product())
    with pytest.raises(ValidationError):
        services.note_on_shortlist(by=make.member_of(company), item=item, note=note)
