"""The work list with many rows: what it counts, and what that costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Participation
from matchmaker.companies.models import Company

pytestmark = pytest.mark.django_db


def write_companies(campaign, count: int, **fields) -> None:
    rows = Company.objects.bulk_create(
        Company(legal_name=f"Mill {n}", country="TH", is_supplier=True, submitted_at=timezone.now(), **fields)
        for n in range(count)
    )
    Participation.objects.bulk_create(Participation(campaign=campaign, company=row, side="supplier") for row in rows)


def numbers(page) -> dict[str, str]:
    return {item.what: item.shown for item in page.context["work"]}


def test_thousands_are_counted_up_to_a_thousand_and_the_rest_is_a_plus(console, campaign):
    write_companies(campaign, 1_000, status="pending", contact_email="mill@example.org")
    page = console.get(reverse("console_home"))
    assert numbers(page)["Companies to approve"] == "1,000"
    write_companies(campaign, 2, status="pending", contact_email="mill@example.org")
    page = console.get(reverse("console_home"))
    assert numbers(page)["Companies to approve"] == "1,000+"
    assert numbers(page)["Companies from lists, not invited yet"] == "1,000+"
    assert '<span class="n">1,000+</span>' in page.text


def test_an_entry_names_the_first_three_and_counts_them_all(console, campaign):
    write_companies(campaign, 5, status="pending")
    entry = next(item for item in console.get(reverse("console_home")).context["work"] if item.rows)
    assert (entry.n, [row.label for row in entry.rows]) == (5, ["Mill 0", "Mill 1", "Mill 2"])


def test_the_work_list_reads_each_subject_once_or_twice(console, campaign):
    write_companies(campaign, 5, status="pending")
    console.get(reverse("console_home"))  # what is cached once
    with CaptureQueriesContext(connection) as seen:
        console.get(reverse("console_home"))
    assert len(seen) <= 32
    assert not [query["sql"] for query in seen if query["sql"].startswith('SELECT "catalogue_product"."id"')]
