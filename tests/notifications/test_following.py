"""Coming by the link of a letter: counted once, for its own reader, with nothing hidden in the letter."""

import pytest
from django.utils import timezone

from matchmaker.notifications import digests, health, mail, outbox, services
from matchmaker.notifications.models import Delivery, Digest, Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(person, tell):
    return tell(person)


def come(client, who, letter, path="/notices/"):
    client.force_login(who)
    return client.get(path, {"letter": letter if isinstance(letter, str) else str(letter.pk)})


def test_the_link_of_a_letter_carries_its_mark_and_the_letter_no_picture(letter, sink):
    with mail.Post() as post:
        post.send_delivery(letter)
    text, html = (part.get_content() for part in sink.letters[0][1].iter_parts())
    assert f"/buyer/demands/1/?letter={letter.pk}" in text
    assert f'href="http://127.0.0.1:8000/buyer/demands/1/?letter={letter.pk}"' in html
    assert "<img" not in html


def test_an_address_with_a_query_and_a_place_keeps_both(person):
    services.notify(kind="demand_closed", to=[person], event_key="k", context={}, path="/demands/?q=rice#list")
    row = Delivery.objects.get()
    assert row.path == f"/demands/?q=rice&letter={row.pk}#list"


def test_each_line_of_a_summary_leads_by_its_own_letter(person, tell, sink):
    rows = [tell(person), tell(person)]
    digest = Digest.objects.create(recipient=person, period=timezone.localdate(), not_before=timezone.now())
    Delivery.objects.update(frequency="daily", digest=digest)
    outbox.claim(outbox.digests_due())
    with mail.Post() as post:
        digests.send(post, digest)
    text = sink.letters[0][1].get_body(("plain",)).get_content()
    assert [f"/buyer/demands/1/?letter={row.pk}" in text for row in rows] == [True, True]


def test_its_reader_is_counted_once_has_read_the_notice_and_sees_a_clean_address(client, person, letter):
    response = come(client, person, letter)
    assert (response.status_code, response["Location"]) == (302, "/notices/")
    letter.refresh_from_db()
    first = letter.followed_at
    assert first is not None
    assert Notice.objects.get().read_at is not None
    come(client, person, letter)
    letter.refresh_from_db()
    assert letter.followed_at == first


def test_somebody_it_was_passed_on_to_comes_to_the_page_and_counts_for_nothing(client, letter):
    response = come(client, factories.user(), letter)
    assert (response.status_code, response["Location"]) == (302, "/notices/")
    letter.refresh_from_db()
    assert (letter.followed_at, Notice.objects.get().read_at) == (None, None)


def test_a_program_that_follows_every_link_is_not_counted(client, letter):
    response = client.get(f"/notices/?letter={letter.pk}")
    assert "letter" in response["Location"]  # signing in leads back with the mark
    letter.refresh_from_db()
    assert letter.followed_at is None


@pytest.mark.parametrize("mark", ["", "1 OR 1=1", "x" * 200, "6f1f6c0e-0000-4000-8000-000000000000"])
def test_a_mark_that_is_none_is_taken_off(client, person, letter, mark):
    assert come(client, person, mark)["Location"] == "/notices/"


def test_the_mark_leads_nowhere_else(client, person, letter):
    client.force_login(person)
    response = client.get("/", {"letter": str(letter.pk)}, PATH_INFO="//evil.example/x/")
    assert response["Location"] == "/%2Fevil.example/x/"


def test_what_became_of_each_kind_is_counted(client, person, tell, sink):
    first, _second = tell(person), tell(person)
    assert mail.deliver_waiting() == 2
    come(client, person, first)
    services.notify(kind="match_found", to=[person], event_key="m", context={}, only_on_site=True)
    counts = {"told": 2, "read": 1, "sent": 2, "waiting": 0, "parked": 0, "cancelled": 0, "followed": 1}
    rows = health.by_kind(timezone.now() - timezone.timedelta(days=1))
    assert rows[0] == {"kind": "demand_closed"} | counts
    assert rows[1] == {"kind": "match_found"} | dict.fromkeys(counts, 0) | {"told": 1}
    assert health.counts_of_event("nothing") == dict.fromkeys(counts, 0)
