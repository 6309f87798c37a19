"""Partners of the sample campaign: one of a country that vouches for its companies, and a trading group of buyers."""

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Partner
from matchmaker.campaigns.services import partners
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.multilingual_texts import texts_of

VOUCHED = 3  # of its companies; for the others it has not given its word yet


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
    """The delegation of Guangdong with one of Guangzhou below it; one person sits at both desks.

    Each takes the buyers of its cities (`data/sample/trading_groups.csv`).
    """
    above = None
    for row in reference.read_csv("sample/trading_groups.csv"):
        values = {"name": texts_of(row, "name"), "quota": int(row["quota"])}
        group = partners.save_partner(by=organiser, campaign=campaign, kind=Partner.Kind.GROUP, parent=above, **values)
        partners.give_seat(by=organiser, partner=group, email=person.email)
        partners.take_seats(by=person)
        code = partners.make_code(by=person, partner=group, label="Buyers of the delegation", quota=10, days=90)
        for company in (
            Company.objects.buyers()
            .filter(campaigns=campaign, city__in=row["cities"].split("|"))
            .distinct()
            .order_by("pk")
        ):
            by = company.members.order_by("memberships__id")[0]
            partners.use_code(by=by, company=company, text=code.code)
        above = group
