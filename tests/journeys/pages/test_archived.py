"""Every page of the console in an archived campaign: it opens, and has no form that would be refused."""

import pytest
from django.test import Client

from matchmaker.campaigns.models import Campaign
from tests.web.console.test_archived import SENTENCE, forms_on

pytestmark = [pytest.mark.journey, pytest.mark.slow]
# About campaigns, not about what is in this one; and a part of a page, and a file that is still taken.
OTHERS = ("/console/campaigns/", "/imports/", "/progress/", "/counts/", "/console/outcomes/")


@pytest.fixture
def archived(shown):
    campaign = shown.site.campaign
    states = {one.pk: (one.state, one.is_current) for one in Campaign.objects.all()}
    Campaign.objects.filter(pk=campaign.pk).update(state="archived", is_current=False)
    client = Client()
    client.force_login(shown.site.organiser)
    session = client.session
    session["campaign"] = str(campaign.uid)
    session.save()
    language, shown.site.organiser.language = shown.site.organiser.language, "en"
    shown.site.organiser.save(update_fields=["language"])
    yield client
    shown.site.organiser.language = language
    shown.site.organiser.save(update_fields=["language"])
    for pk, (state, is_current) in states.items():
        Campaign.objects.filter(pk=pk).update(state=state, is_current=is_current)


def test_no_page_has_a_form_that_would_be_refused(shown, archived):
    faults = []
    for row in shown.site.pages:
        if row.role != "organiser" or any(part in row.path for part in OTHERS):
            continue
        page = archived.get(row.path, follow=True)
        if page.redirect_chain:
            continue  # a form for something new is not opened
        if forms_on(page):
            faults.append(f"{row.path}: {forms_on(page)[0][:120]}")
        if page.text.count(SENTENCE) != 1:
            faults.append(f"{row.path}: does not say that the campaign is archived")
    assert not faults, "\n".join(faults)
