"""Letters of a country partner name who writes and for what."""

import pytest

from matchmaker.campaigns.services import partners
from matchmaker.companies import invitations
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_partners_invitation_names_the_partner_and_the_campaign():
    campaign = factories.campaign(name={"en": "Export to China 2027", "zh-hans": "出口中国2027"})
    partner, kanya = factories.partner(campaign, name={"en": "Thai Trade Centre"})
    fields = {"legal_name": "Chiang Mai Mango Growers Ltd", "country": "TH", "city": "Chiang Mai"}
    partners.enrol_company(
        by=kanya, partner=partner, side="supplier", contact_name="Mali", contact_email="mali@mango.example", **fields
    )
    made = invitations._letter(invitations.Invitation.objects.get())
    assert made.subject == "Thai Trade Centre invites Chiang Mai Mango Growers Ltd to Export to China 2027"
    assert "Thai Trade Centre enrols companies for Export to China 2027" in made.body
    assert "work for" not in made.body
