"""A reason or a note beside a button: nothing typed is cut, and what is too long comes back."""

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Participation
from matchmaker.catalogue.models import DemandComment
from matchmaker.web.forms.fields import text_beside
from tests import factories

pytestmark = pytest.mark.django_db


def typed(text: str) -> str:
    return text_beside(RequestFactory().post("/", {"reason": text}), "reason", most=10)


def test_a_line_break_counts_as_the_browser_counts_it():
    assert typed("1234\r\n6789\r\n") == "1234\n6789"


@pytest.mark.parametrize("text", ["12345678901", "a\x00b"])
def test_what_is_too_long_or_shows_nothing_is_refused_and_not_cut(text):
    with pytest.raises(ValidationError):
        typed(text)


@pytest.fixture
def held(client):
    """A demand that the team looks at, and its people signed in as the team."""
    campaign = factories.campaign()
    demand = factories.demand(lines=1, status="submitted", published_at=None, submitted_at=timezone.now())
    Participation.objects.create(campaign=campaign, company=demand.company, side="buyer")
    client.force_login(factories.organiser(campaign))
    return demand


def test_a_reason_that_is_too_long_stands_in_the_form_again(client, held):
    answer = client.post(reverse("console_demand_return", args=[held.uid]), {"reason": "x" * 501})
    held.refresh_from_db()
    assert (answer.status_code, held.status, answer.context["reason"]) == (422, "submitted", "x" * 501)
    client.post(reverse("console_demand_return", args=[held.uid]), {"reason": "x" * 500})
    held.refresh_from_db()
    assert (held.status, held.status_reason) == ("returned", "x" * 500)


def test_the_buyers_comment_on_a_demand_that_is_looked_at_has_its_own_sentence(client, held):
    client.force_login(factories.member_of(held.company))
    typed_text = {"text": "Any harvest\r\nwill do."}
    answer = client.post(reverse("buyer_demand_comment", args=[held.uid]), typed_text, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["The campaign's team can read it."]
    assert DemandComment.objects.get().text == "Any harvest\nwill do."
