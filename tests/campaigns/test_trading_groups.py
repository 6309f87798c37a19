"""Trading groups: a tree of delegations that bring buyers, each with its quota, desk and line in the report."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Partner, PartnerSeat
from matchmaker.campaigns.services import partners
from matchmaker.core.problems import Refused
from matchmaker.reporting import services as reporting
from matchmaker.reporting.services.facts import Scope
from tests import factories
from tests.events.conftest import Hall

pytestmark = pytest.mark.django_db


class Tree:
    """A province with two cities; the first city has a district."""

    def __init__(self):
        self.team = factories.organiser()
        self.campaign = self.team.organiser_of.get().campaign
        self.province = self.add("Zhejiang", quota=4)
        self.city, self.other = self.add("Ningbo", self.province), self.add("Wenzhou", self.province)
        self.district = self.add("Yinzhou", self.city)

    def add(self, name, parent=None, quota=3, **more):
        values = {"name": {"en": name}, "quota": quota, "parent": parent, "kind": Partner.Kind.GROUP, **more}
        return partners.save_partner(by=self.team, campaign=self.campaign, **values)

    def desk(self, group):
        person = factories.user()
        partners.give_seat(by=self.team, partner=group, email=person.email)
        partners.take_seats(by=person)
        return person

    def bring(self, group, number=1):
        """So many approved buyers of the campaign by a code of the group."""
        person = self.desk(group)
        code = partners.make_code(by=person, partner=group, label="x", quota=number, days=30)
        companies = [factories.buyer() for _n in range(number)]
        for company in companies:
            self.campaign.participations.create(company=company, side="buyer")
            partners.use_code(by=factories.member_of(company), company=company, text=code.code)
        return companies


@pytest.fixture
def tree():
    return Tree()


def test_a_quota_holds_for_a_group_and_all_below_it(tree):
    tree.bring(tree.district, 2)
    assert [partners.places_left(one) for one in (tree.district, tree.city, tree.other)] == [1, 1, 2]
    tree.bring(tree.other, 2)
    assert partners.places_left(tree.district) == 0  # the province's quota of 4 is used
    with pytest.raises(Refused) as refused:
        tree.bring(tree.district)
    assert refused.value.code == "above_quota"
    less = {"name": {"en": "Zhejiang"}, "quota": 3}
    with pytest.raises(Refused) as refused:
        partners.save_partner(by=tree.team, campaign=tree.campaign, partner=tree.province, **less)
    assert refused.value.code == "quota_below_use"


def test_a_group_takes_buyers_only(tree):
    person, company = tree.desk(tree.city), factories.supplier()
    code = partners.make_code(by=person, partner=tree.city, label="x", quota=1, days=30)
    with pytest.raises(Refused) as refused:
        partners.use_code(by=factories.member_of(company), company=company, text=code.code)
    assert refused.value.code == "buyers_only"
    said = {"legal_name": "Ningbo Foods", "country": "CN", "city": "Ningbo", "contact_name": "Li", "language": "en"}
    enrolment = partners.enrol_company(by=person, partner=tree.city, contact_email="li@foods.example", **said)
    assert (enrolment.company.is_buyer, enrolment.company.is_supplier) == (True, False)


def test_a_parent_is_of_the_same_kind_and_campaign_and_not_below(tree):
    country, _person = factories.partner(tree.campaign)
    elsewhere = Partner.objects.create(campaign=factories.campaign(is_current=False), name={"en": "X"}, kind="group")
    fourth = {"name": {"en": "Street"}, "kind": Partner.Kind.GROUP}
    for wrong, group, values in (
        (country, tree.city, {"name": tree.city.name}),
        (elsewhere, tree.city, {"name": tree.city.name}),
        (tree.city, tree.province, {"name": tree.province.name}),  # below it
        (tree.province, tree.province, {"name": tree.province.name}),
        (tree.district, None, fourth),  # three levels are there
    ):
        with pytest.raises(Refused) as refused:
            partners.save_partner(
                by=tree.team, campaign=tree.campaign, partner=group, quota=5, **{**values, "parent": wrong}
            )
        assert refused.value.code == "wrong_parent"


def test_a_group_does_not_move_under_one_whose_quota_it_would_break(tree):
    wide, narrow = tree.add("Hubei"), tree.add("Hunan", quota=1)
    tree.bring(wide, 2)
    with pytest.raises(Refused) as refused:
        partners.save_partner(
            by=tree.team, campaign=tree.campaign, partner=wide, name=wide.name, quota=3, parent=narrow
        )
    assert refused.value.code == "above_parents_quota"


def test_closing_a_group_closes_those_below_it_with_an_entry_each(tree):
    partners.close_partner(by=tree.team, partner=tree.city)
    assert set(Partner.objects.open()) == {tree.province, tree.other}
    assert AuditEntry.objects.filter(verb="close_partner").count() == 2


def test_the_same_name_stands_once_under_one_parent(tree):
    assert tree.add("Office", tree.city).full_name == "Zhejiang / Ningbo / Office"
    tree.add("Office", tree.other)
    with pytest.raises(ValidationError):
        tree.add("office", tree.city)


def test_the_report_sums_groups_below_those_above_them(tree):
    tree.bring(tree.district, 1)
    tree.bring(tree.city, 1)
    tree.bring(tree.province, 1)
    report = reporting.build(Scope((tree.campaign,)))
    lines = [(group.name, group.steps[0]) for group in report.splits["trading_group"]]
    assert lines == [("Zhejiang", 3), ("Zhejiang / Ningbo", 2), ("Zhejiang / Ningbo / Yinzhou", 1)]
    assert report.splits["partner"] == ()


def test_the_desk_above_reads_figures_of_those_below_but_no_small_ones(tree):
    tree.province.quota, tree.city.quota = 20, 20
    tree.province.save()
    tree.city.save()
    tree.bring(tree.city, 4)
    tree.bring(tree.other, 1)
    shown = {row.name: row.steps[0] for row in reporting.lines_below(tree.province)}
    assert shown == {"Ningbo": None, "Wenzhou": None}  # 5 in all: with Ningbo's 4 one would know Wenzhou's 1
    tree.bring(tree.other, 2)
    shown = {row.name: row.steps[0] for row in reporting.lines_below(tree.province)}
    assert shown == {"Ningbo": 4, "Wenzhou": 3}


def test_a_desk_sees_companies_of_its_own_group_only(tree, client):
    [above], [own] = tree.bring(tree.province), tree.bring(tree.city)
    client.force_login(PartnerSeat.objects.filter(partner=tree.province).first().user)
    page = client.get(reverse("partner_home", args=[tree.province.uid])).text
    assert above.display_name in page
    assert own.display_name not in page
    assert "Those below you" in page
    assert client.get(reverse("partner_home", args=[tree.city.uid])).status_code == 404


def test_a_desk_lists_its_companies_at_events(tree, client):
    hall = Hall(slug="fair")
    row, _other = hall.comes("buyer"), hall.comes("buyer")
    hall.book(hall.comes("supplier"), row, 0)
    person = tree.desk(tree.city)
    code = partners.make_code(by=person, partner=tree.city, label="x", quota=1, days=30)
    partners.use_code(by=factories.member_of(row.company), company=row.company, text=code.code)
    client.force_login(person)
    page = reverse("partner_events", args=[tree.city.uid])
    found = client.get(page).context["page"].object_list
    assert [(one.company, one.event, one.meetings) for one in found] == [(row.company, hall.event, 1)]
    assert client.get(f"{page}?event=fair").context["chosen"] == hall.event


def test_an_organiser_adds_a_group_under_another_and_reads_the_tree(tree, client):
    client.force_login(tree.team)
    new = reverse("console_group_new")
    page = client.get(f"{new}?under={tree.other.uid}").text
    assert f'<option value="{tree.other.uid}" selected>' in page
    said = {"name_en": "Lucheng", "quota": "9", "parent": str(tree.other.uid)}
    made = client.post(new, said).headers["Location"]
    group = Partner.objects.get(uid=made.split("/")[-2])
    assert (group.kind, group.parent, group.quota, group.country) == ("group", tree.other, 9, "")
    names = [partner.full_name for partner, _level in client.get(reverse("console_groups")).context["partners"]]
    assert names[-2:] == ["Zhejiang / Wenzhou", "Zhejiang / Wenzhou / Lucheng"]
    assert "Lucheng" not in client.get(reverse("console_partners")).text
    answer = client.post(new, {**said, "parent": str(group.uid)})
    assert answer.status_code == 422
    page = client.get(reverse("console_partner", args=[tree.province.uid])).text
    assert "The 4 below it will be closed, too." in page


def test_a_code_of_a_group_leads_to_the_buyers_way(tree, client):
    code = partners.make_code(by=tree.desk(tree.city), partner=tree.city, label="x", quota=1, days=30)
    answer = client.post(reverse("invited", args=[code.code]))
    assert "buyer" in answer.headers["Location"]
