"""Notices and letters say which campaign they belong to, to people who take part in several."""

import pytest

from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Membership
from matchmaker.notifications import digests, mail
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import notify
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """The current campaign and the next one, each with one company; one person works for both companies."""
    spring = factories.campaign(name={"en": "Spring 2026", "zh-hans": "2026春季"})
    autumn = factories.campaign(name={"en": "Autumn 2026", "zh-hans": "2026秋季"}, is_current=False)
    both, one = factories.user(), factories.user()
    companies = []
    for campaign in (spring, autumn):
        company = factories.supplier(both)
        campaign.participations.create(company=company, side="supplier")
        companies.append(company)
    Membership.objects.create(company=companies[0], user=one)
    return spring, autumn, both, one, companies


def tell(person, **more) -> Notice:
    facts = {"demand": "Rice", "closed_on": "2026-11-01"}
    notify(kind="demand_closed", to=[person], event_key="demand_closed:1", context=facts, **more)
    return Notice.objects.get(recipient=person)


def letter_of(notice: Notice):
    return mail.build(notice.recipient, notice.kind, notice.topic, notice.context, key="1")


def test_a_person_in_two_campaigns_reads_the_name_of_the_companys_campaign(two, client):
    _spring, _autumn, both, _one, companies = two
    notice = tell(both, about=companies[1].uid)
    assert notice.part_of == "Autumn 2026"
    letter = letter_of(notice)
    assert letter.body.startswith("Autumn 2026\n\n")
    assert ">Autumn 2026</p>" in letter.alternatives[0].content
    summary = digests.summary([(notice, "")], "zh-hans")
    assert summary["groups"][0]["part"] == "2026秋季"
    client.force_login(both)
    assert "Autumn 2026" in client.get("/notices/").text


def test_a_person_in_one_campaign_reads_no_name(two):
    _spring, _autumn, _both, one, companies = two
    notice = tell(one, about=companies[0].uid)
    assert (notice.part_of, "part_of" in notice.context) == ("", False)
    assert letter_of(notice).body.lstrip().startswith("Autumn") is False


def test_the_writer_names_the_campaign_of_a_company_in_both(two):
    spring, autumn, both, _one, companies = two
    spring.participations.create(company=companies[1], side="supplier")
    assert tell(both, about=companies[1].uid).part_of == ""
    Notice.objects.all().delete()
    assert tell(both, about=companies[1].uid, part_of=autumn.pk).part_of == "Autumn 2026"


def test_an_archived_campaign_does_not_count(two):
    _spring, autumn, both, _one, companies = two
    Campaign.objects.filter(pk=autumn.pk).update(state=Campaign.State.ARCHIVED)
    assert tell(both, about=companies[0].uid).part_of == ""


def test_the_team_of_two_campaigns_reads_which_one_it_is(two):
    spring, autumn, _both, _one, _companies = two
    li = factories.organiser(spring)
    autumn.organisers.create(user=li)
    assert tell(li, about=spring.uid).part_of == "Spring 2026"
