"""The work list with many rows: what it counts, and what that costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Participation
from matchmaker.companies.models import Company
from matchmaker.matching.models import OfferState
from matchmaker.notifications.models import Delivery
from matchmaker.notifications.services import notify
from tests import factories

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
    assert len(seen) <= 40
    assert not [query["sql"] for query in seen if query["sql"].startswith('SELECT "catalogue_product"."id"')]


@pytest.fixture
def busy():
    """Another campaign where everything waits."""
    other = factories.campaign(slug="busy", is_current=False)
    product, line = factories.product(), factories.line()
    factories.take_part(other, product.company, line.demand.company)
    factories.match(product, line, buyer_answer="interested")
    both = {"supplier_answer": "interested", "buyer_answer": "interested", "mutual_at": timezone.now()}
    factories.match(factories.product(product.company), line, **both)
    aside = factories.product(product.company, name="Mput aside")
    OfferState.objects.create(product=aside, attempts=5, tried_revision=aside.revision)
    factories.product(product.company, name="Mwaits for matching")
    person = factories.member_of(product.company)
    notify(kind="welcome", to=[person], about=product.company.uid, event_key="m", context={})
    Delivery.objects.update(state="parked", last_error="no mailbox", finished_at=timezone.now())
    assert Delivery.objects.parked().exists()
    return other


def test_the_work_list_of_a_campaign_counts_nothing_of_another(console, campaign, busy):
    page = console.get(reverse("console_home"))
    of_the_site = {what for what in numbers(page) if what.startswith("Tariff of")}  # there is one tariff for all
    assert set(numbers(page)) == of_the_site
    assert {figure["value"] for figure in page.context["figures"]} == {0}
    page = console.get(reverse("console_matching"))
    assert {figure["value"] for figure in page.context["figures"]} == {0}
    assert (page.context["groups"], "Mput aside" in page.text) == ([], False)
    assert "common to all campaigns" in " ".join(page.text.split())
    console.post(reverse("console_matching_again"))
    assert OfferState.objects.get(product__texts__name="Mput aside").attempts == 5


def test_the_work_list_of_the_other_campaign_counts_its_own(client, busy):
    client.force_login(factories.organiser(busy))
    page = client.get(reverse("console_home"))
    values = {str(figure["label"]): figure["value"] for figure in page.context["figures"]}
    assert (values["matches"], values["answered"], values["contacts opened"]) == (2, 2, 1)
    assert numbers(page)["Buyers said yes, the supplier has not answered"] == "1"
    assert numbers(page)["Email that could not be delivered"] == "1"
    assert "Products and demand lines to be matched" in numbers(page)
    assert "Mput aside" in client.get(reverse("console_matching")).text


def test_a_match_with_a_company_of_another_campaign_is_in_neither_count(console, campaign):
    product, line = factories.product(), factories.line()
    factories.take_part(campaign, product.company)
    factories.match(product, line)
    values = {
        str(figure["label"]): figure["value"] for figure in console.get(reverse("console_home")).context["figures"]
    }
    assert values["matches"] == 0
