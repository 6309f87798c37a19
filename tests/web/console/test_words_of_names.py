"""The name of an event or a campaign is not the name of a person, which is another word in Chinese."""

import pytest
from django.utils.translation import override

from matchmaker.web.console.campaign import CampaignForm
from matchmaker.web.console.campaigns import NewCampaignForm
from matchmaker.web.console.events.event import EventForm


@pytest.mark.parametrize("form", [EventForm, CampaignForm, NewCampaignForm])
def test_the_name_of_a_thing_has_its_own_word(form):
    with override("zh-hans"):
        assert str(form.base_fields["name"].label) == "名称"
