"""Suspending by one, letting back by two, merging by two."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Campaign, Enrolment, Organiser
from matchmaker.campaigns.services import identity
from matchmaker.companies.models import Company, Membership
from matchmaker.companies.services import companies_alike
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def pair(campaign):
    return factories.organiser(campaign), factories.organiser(campaign)


def code_of(verb, **said):
    with pytest.raises(Refused) as refused:
        verb(**said)
    return refused.value.code


def test_one_suspends_at_once_and_the_company_hears_why(campaign, pair):
    company = factories.supplier()
    identity.suspend_company(by=pair[0], company=company, campaign=campaign, reason="False papers.")
    company.refresh_from_db()
    assert (company.status, company.status_reason) == ("suspended", "False papers.")
    assert not Company.objects.public().filter(pk=company.pk).exists()
    assert Notice.objects.get(kind="company_suspended").recipient == factories.member_of(company)
    again = {"by": pair[1], "company": company, "campaign": campaign, "reason": "x"}
    assert code_of(identity.suspend_company, **again) == "already_suspended"


def test_a_suspension_is_lifted_by_two_and_never_by_one(campaign, pair):
    company = factories.supplier()
    row = identity.suspend_company(by=pair[0], company=company, campaign=campaign, reason="False papers.")
    with pytest.raises(ValidationError):
        identity.lift_suspension(by=pair[0], suspension=row, campaign=campaign)
    identity.lift_suspension(by=pair[0], suspension=row, campaign=campaign, reason="Papers were right.")
    company.refresh_from_db()
    assert company.status == "suspended"
    assert code_of(identity.lift_suspension, by=pair[0], suspension=row, campaign=campaign) == "second_person"
    identity.lift_suspension(by=pair[1], suspension=row, campaign=campaign)
    company.refresh_from_db()
    assert company.status == "approved"
    verbs = AuditEntry.objects.of(company).filter(verb="lift_suspension").values_list("actor", flat=True)
    assert set(verbs) == {pair[0].pk, pair[1].pk}


def test_nobody_decides_about_her_own_company(campaign, pair):
    company = factories.supplier(pair[0])
    said = {"by": pair[0], "campaign": campaign, "reason": "x"}
    assert code_of(identity.suspend_company, company=company, **said) == "own_company"
    assert code_of(identity.propose_merge, survivor=company, duplicate=factories.supplier(), **said) == "own_company"


def test_strangers_and_staff_decide_nothing(campaign):
    said = {"company": factories.supplier(), "campaign": campaign, "reason": "x"}
    assert code_of(identity.suspend_company, by=factories.user(), **said) == "not_found"
    staff = factories.organiser(campaign, Organiser.Role.STAFF)
    assert code_of(identity.suspend_company, by=staff, **said) == "not_found"


@pytest.fixture
def doubles():
    kept = factories.supplier(legal_name="Surin Golden Rice Mill", website="https://surinmill.example")
    gone = factories.supplier(
        legal_name="Surin Golden Rice Mill Ltd",
        name_zh="素林金稻米厂",
        website="https://surinmill.example",
        identifier_kind="national",
        identifier="77",
    )
    return kept, gone


def merged(campaign, pair, kept, gone):
    row = identity.propose_merge(by=pair[0], survivor=kept, duplicate=gone, campaign=campaign, reason="Same mill.")
    identity.agree_to_merge(by=pair[1], merge=row, campaign=campaign)
    row.refresh_from_db()
    kept.refresh_from_db()
    gone.refresh_from_db()
    return row


def test_a_merge_needs_a_second_person_and_gives_nothing_before(campaign, pair, doubles):
    kept, gone = doubles
    row = identity.propose_merge(by=pair[0], survivor=kept, duplicate=gone, campaign=campaign, reason="Same mill.")
    assert code_of(identity.agree_to_merge, by=pair[0], merge=row, campaign=campaign) == "second_person"
    assert not Membership.objects.filter(company=kept, user=factories.member_of(gone)).exists()
    assert Notice.objects.filter(kind="company_merge").count() == 2
    identity.decline_merge(by=pair[1], merge=row, campaign=campaign)
    assert code_of(identity.agree_to_merge, by=pair[1], merge=row, campaign=campaign) == "already_answered"


def test_everything_of_the_duplicate_goes_over_and_its_history_stays(campaign, pair, doubles):
    kept, gone = doubles
    person, product = factories.member_of(gone), factories.product(gone)
    match = factories.match(product)
    row = merged(campaign, pair, kept, gone)
    product.refresh_from_db()
    match.refresh_from_db()
    assert product.company == kept
    assert match.product.company == kept
    assert Membership.objects.get(user=person).company == kept
    assert Membership.objects.get(user=person).role == "member"
    assert (kept.name_zh, kept.identifier, gone.identifier) == ("素林金稻米厂", "77", "")
    assert "suolin" in kept.name_key or "sulin" in kept.name_key
    assert (gone.status, gone.merged_into) == ("suspended", kept)
    assert row.moved["catalogue.Product.company"] == {"moved": [str(product.pk)], "stayed": []}
    for company in doubles:
        assert AuditEntry.objects.of(company).filter(verb="merge_companies").count() == 1


def test_what_both_have_stays_with_the_duplicate_and_nothing_is_lost(campaign, pair, doubles):
    kept, gone = doubles
    partner, _person = factories.partner(campaign)

    for company in doubles:
        Enrolment.objects.create(partner=partner, company=company)
    row = merged(campaign, pair, kept, gone)
    stayed = row.moved["campaigns.Enrolment.company"]
    assert (len(stayed["moved"]), len(stayed["stayed"])) == (0, 1)
    assert Enrolment.objects.count() == 2


def test_the_address_of_the_duplicate_leads_to_the_kept_one(client, campaign, pair, doubles):
    kept, gone = doubles
    merged(campaign, pair, kept, gone)
    answer = client.get(reverse("supplier", args=[gone.uid]))
    assert (answer.status_code, answer.headers["Location"]) == (301, reverse("supplier", args=[kept.uid]))


def test_a_merged_duplicate_is_no_candidate_any_more(campaign, pair, doubles):
    kept, gone = doubles
    assert [other for other, _why in companies_alike(kept, Company.objects.all())] == [gone]
    merged(campaign, pair, kept, gone)
    assert companies_alike(kept, Company.objects.all()) == []


def test_the_console_suspends_lifts_proposes_and_merges(client, campaign, pair, doubles):
    kept, gone = doubles
    for company in doubles:
        campaign.participations.create(company=company, side="supplier")
    client.force_login(pair[0])
    client.post(reverse("console_merge", args=[kept.uid]), {"gone": str(gone.uid), "reason": "Same mill."})
    client.post(reverse("console_company_suspend", args=[gone.uid]), {"reason": "Looks odd."})
    client.force_login(pair[1])
    page = client.get(reverse("console_company", args=[kept.uid]))
    assert [row.duplicate for row in page.context["merges"]] == [gone]
    merge = page.context["merges"][0]
    client.post(reverse("console_merge_answer", args=[kept.uid, merge.uid]), {"answer": "yes"})
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert Campaign.objects.get() == campaign
