"""People: one row an address, whatever its case, and a name to address them by."""

import pytest
from django.db import IntegrityError, transaction

from matchmaker.accounts.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_addresses_are_kept_in_lower_case():
    assert make.user(email="Malee@Example.ORG").email == "malee@example.org"


def test_the_same_address_in_another_case_is_refused_by_the_database():
    make.user(email="malee@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="MALEE@example.org")


def test_a_person_without_a_name_is_addressed_by_her_address():
    assert str(make.user(email="malee@example.org", name="")) == "malee@example.org"


def test_superusers_are_staff():
    person = User.objects.create_superuser("root@example.org", "long-enough-password")
    assert (person.is_staff, person.is_superuser, person.check_password("long-enough-password")) == (True, True, True)
