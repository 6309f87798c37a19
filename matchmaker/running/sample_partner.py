"""A country partner of the sample campaign: its desk, a code, and the companies of its country it vouches for."""

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import partners
from matchmaker.companies.models import Company

VOUCHED = 3  # of its companies; for the others it has not given its word yet


def bring_companies(campaign: Campaign, organiser: User, person: User) -> None:
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
