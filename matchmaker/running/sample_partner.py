"""Partners of the sample campaign: one of a country that vouches for its companies, and a trading group of buyers."""

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Partner
from matchmaker.campaigns.services import partners
from matchmaker.companies.models import Company

VOUCHED = 3  # of its companies; for the others it has not given its word yet
PROVINCE, CITY = {"深圳", "佛山"}, {"广州"}  # where the buyers of the trading group and of the one below it are


def bring_companies(campaign: Campaign, organiser: User, person: User) -> Partner:
    """Thailand's trade office, by the same services as its pages."""
    values = {
        "name": {"en": "Thai Trade Centre", "zh-hans": "泰国贸易中心"},
        "country": "TH",
        "quota": 60,
        "is_trusted": False,
    }
    partner = partners.save_partner(by=organiser, campaign=campaign, **values)
    partners.give_seat(by=organiser, partner=partner, email=person.email)
    partners.take_seats(by=person)
    code = partners.make_code(by=person, partner=partner, label="Members of the export council", quota=20, days=90)
    suppliers = Company.objects.suppliers().filter(campaigns=campaign, country="TH").distinct().order_by("pk")
    for number, company in enumerate(suppliers[:8]):
        by = company.members.order_by("memberships__id")[0]
        enrolment = partners.use_code(by=by, company=company, text=code.code)
        if number < VOUCHED:
            partners.vouch(by=person, enrolment=enrolment, text="Our member for years; we have visited its works.")
    return partner


def gather_buyers(campaign: Campaign, organiser: User, person: User) -> None:
    """The delegation of Guangdong with one of Guangzhou below it; one person sits at both desks."""
    above = None
    for name, quota, cities in (
        ({"en": "Guangdong trading group", "zh-hans": "广东交易团"}, 40, PROVINCE),
        ({"en": "Guangzhou", "zh-hans": "广州分团"}, 15, CITY),
    ):
        group = partners.save_partner(
            by=organiser, campaign=campaign, kind=Partner.Kind.GROUP, parent=above, name=name, quota=quota
        )
        partners.give_seat(by=organiser, partner=group, email=person.email)
        partners.take_seats(by=person)
        code = partners.make_code(by=person, partner=group, label="Buyers of the delegation", quota=10, days=90)
        for company in Company.objects.buyers().filter(campaigns=campaign, city__in=cities).distinct().order_by("pk"):
            by = company.members.order_by("memberships__id")[0]
            partners.use_code(by=by, company=company, text=code.code)
        above = group
