"""What is missing in the companies of a campaign: filters, the question in each person's language, and its limits."""

import pytest
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Answer, Question
from matchmaker.campaigns.services import bulk
from matchmaker.catalogue.services import missing
from matchmaker.companies.models import Company
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return make.campaign()


@pytest.fixture
def organiser(campaign):
    return make.organiser(campaign)


@pytest.fixture
def mill(campaign):
    """Lacks its number, its products and the answer to a question that needs one."""
    row = make.supplier(make.user(language="fr"), legal_name="Moulin du Sud")
    make.take_part(campaign, row)
    label = {"en": "Do you have a partner in China?"}
    Question.objects.create(campaign=campaign, side="supplier", kind="yes_no", label=label, is_required=True)
    return row


def ask(organiser, campaign):
    action = bulk.prepare(by=organiser, campaign=campaign, verb="ask", companies=Company.objects.all())
    counts = bulk.counts(action)
    bulk.confirm(by=organiser, action=action)
    assert bulk.work_on(action.pk, budget=60)
    return counts


def test_each_gap_is_found_and_goes_away_once_it_is_filled(campaign, mill):
    assert missing.missing_of(campaign, [mill.pk]) == {mill.pk: ["number", "products", "answers"]}
    Answer.objects.create(question=Question.objects.get(), company=mill, value=True, words="yes")
    make.product(company=mill, status="published")
    Company.objects.filter(pk=mill.pk).update(identifier="0105551234567", identifier_kind="national")
    assert missing.missing_of(campaign, [mill.pk]) == {}
    Company.objects.filter(pk=mill.pk).update(about={}, languages=[], contact_email="")
    assert missing.missing_of(campaign, [mill.pk]) == {mill.pk: ["contact", "about", "languages"]}


def test_a_buyer_lacks_a_demand_and_no_product(campaign):
    shop = make.buyer(identifier="91420100MA4K", identifier_kind="uscc")
    make.take_part(campaign, shop)
    assert missing.missing_of(campaign, [shop.pk]) == {shop.pk: ["demands"]}


def test_the_question_names_all_that_is_missing_in_the_reader_s_language(campaign, organiser, mill):
    complete = make.supplier(identifier="0105551234567", identifier_kind="national")
    make.take_part(campaign, complete)
    make.product(company=complete, status="published")
    Answer.objects.create(question=Question.objects.get(), company=complete, value=False, words="no")
    silent = make.supplier()
    make.take_part(campaign, silent)
    silent.memberships.all().delete()
    counts = ask(organiser, campaign)
    assert counts == {("", ""): 1, ("left_out", "complete"): 1, ("left_out", "no_account"): 1}
    notice = Notice.objects.get(kind="company_missing")
    assert notice.recipient.companies.get() == mill
    assert notice.path == "/supplier/company/"
    assert "fr" in notice.context["missing"]
    entry = AuditEntry.objects.get(verb="ask_for_missing")
    assert (entry.organisation, entry.facts["missing"]) == (str(mill.uid), ["number", "products", "answers"])


def test_a_company_is_asked_once_in_three_days(campaign, organiser, mill):
    ask(organiser, campaign)
    action = bulk.prepare(by=organiser, campaign=campaign, verb="ask", companies=Company.objects.all())
    assert bulk.counts(action) == {("left_out", "just_asked"): 1}
    assert Notice.objects.filter(kind="company_missing").count() == 1


def test_the_list_is_narrowed_sorted_and_says_what_is_missing(campaign, organiser, mill, client):
    other = make.supplier(legal_name="Aardvark Foods", country="PE")
    make.take_part(campaign, other)
    make.product(company=other, status="published")
    client.force_login(organiser)
    address = reverse("console_companies")
    page = client.get(f"{address}?missing=products").content.decode()
    assert "Moulin du Sud" in page
    assert "Aardvark Foods" not in page
    by_name = client.get(f"{address}?sort=name").content.decode()
    assert by_name.index("Aardvark Foods") < by_name.index("Moulin du Sud")
    by_country = client.get(f"{address}?sort=country").content.decode()
    assert by_country.index("Aardvark Foods") < by_country.index("Moulin du Sud")
    assert (by_name.count("1 published product"), by_name.count("0 published products")) == (1, 1)
    assert "published product (suppliers)" in by_name
