"""Every POST of the API takes an Idempotency-Key, by construction and tried out."""

import pytest
from django.urls import reverse

from matchmaker.accounts.models import StoredAnswer
from matchmaker.api.base import Resource
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import notify
from matchmaker.web.access.route_policies import routes
from tests import factories

pytestmark = pytest.mark.django_db

# The answer of this one is a secret, which is never stored; a second key is harmless and can be revoked.
WITHOUT = {"api_tokens"}


def test_every_post_of_the_api_goes_through_the_one_that_answers_once():
    takes_post = {
        pattern.name: pattern.callback.cls
        for path, pattern in routes()
        if path.startswith("api/v1/")
        and "post" in (getattr(pattern.callback, "actions", None) or dir(pattern.callback.cls))
    }
    assert "api_notice_read" in takes_post
    assert {name for name, cls in takes_post.items() if not issubclass(cls, Resource)} == WITHOUT


def test_a_post_whose_author_did_not_think_of_it_is_answered_once_too(caller):
    person = factories.member_of(factories.supplier())
    notify(kind="welcome", to=[person], event_key="x", context={})
    url = reverse("api_notice_read", args=[Notice.objects.get(recipient=person).uid])
    api = caller(person)
    first = api.post(url, **{"Idempotency-Key": "k"})
    second = api.post(url, **{"Idempotency-Key": "k"})
    assert (first.status_code, second.json(), second["Idempotent-Replayed"]) == (200, first.json(), "true")
    assert api.post(url, {"x": 1}, **{"Idempotency-Key": "k"}).status_code == 422


def test_answers_to_who_is_not_signed_in_are_not_stored(anonymous):
    answer = anonymous.post(reverse("api_suggestions"), {}, **{"Idempotency-Key": "k"})
    assert answer.status_code == 400
    assert not StoredAnswer.objects.exists()
