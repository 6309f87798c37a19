"""One mail in the person's morning."""

from datetime import UTC, date, datetime, time

import pytest

from matchmaker.notifications import digests, preferences, services
from matchmaker.notifications.models import Attention, Delivery, Digest, Notice

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 11:00 in Shanghai
WEDNESDAY_EARLY = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # 7:00 in Shanghai
WEDNESDAY = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)  # 8:00 in Shanghai
NEXT_MONDAY = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)


@pytest.fixture
def daily(person, time_machine):
    time_machine.move_to(TUESDAY, tick=False)
    type(person).objects.filter(pk=person.pk).update(time_zone="Asia/Shanghai")
    preferences.choose(by=person, topic="demand", channel="email", frequency="daily")
    return person


def test_a_digest_is_made_in_the_persons_own_morning(daily, tell, time_machine):
    tell(daily)
    assert digests.gather() == 0
    time_machine.move_to(WEDNESDAY_EARLY, tick=False)
    assert digests.gather() == 0
    time_machine.move_to(WEDNESDAY, tick=False)
    assert digests.gather() == 1
    assert Digest.objects.get().period == date(2026, 11, 25)


def test_the_digest_waits_until_the_quiet_hours_of_a_late_riser_end(daily, tell, time_machine, sink):
    Attention.objects.create(user=daily, quiet_from=time(22), quiet_until=time(9, 30))
    tell(daily)
    time_machine.move_to(WEDNESDAY, tick=False)
    assert (digests.gather(), digests.deliver_waiting()) == (1, 0)
    time_machine.move_to(WEDNESDAY.replace(hour=1, minute=31), tick=False)  # 9:31 in Shanghai
    assert digests.deliver_waiting() == 1
    assert len(sink.letters) == 1


def test_no_digest_when_nothing_happened(daily, time_machine):
    time_machine.move_to(WEDNESDAY, tick=False)
    assert digests.gather() == 0
    assert Digest.objects.count() == 0


def test_two_schedulers_make_one_digest_a_day(daily, tell, time_machine):
    tell(daily)
    time_machine.move_to(WEDNESDAY, tick=False)
    assert [digests.gather(), digests.gather()] == [1, 0]
    tell(daily)
    assert digests.gather() == 0


def test_after_days_of_silence_there_is_one_digest_with_everything(daily, tell, time_machine, sink):
    rows = [tell(daily)]
    time_machine.move_to(WEDNESDAY, tick=False)
    rows.append(tell(daily))
    time_machine.move_to(NEXT_MONDAY, tick=False)
    assert digests.gather() == 1
    assert digests.deliver_waiting() == 1
    ((_to, letter),) = sink.letters
    assert letter["Subject"] == "2 things happened since your last summary"
    assert [Delivery.objects.get(pk=row.pk).state for row in rows] == ["sent", "sent"]


def test_a_clock_that_jumps_back_sends_nothing_twice(daily, tell, time_machine, sink):
    tell(daily)
    time_machine.move_to(NEXT_MONDAY, tick=False)
    digests.gather()
    digests.deliver_waiting()
    time_machine.move_to(WEDNESDAY, tick=False)
    assert (digests.gather(), digests.deliver_waiting()) == (0, 0)
    assert len(sink.letters) == 1


def test_a_weekly_digest_waits_for_monday(daily, tell, time_machine):
    preferences.choose(by=daily, topic="demand", channel="email", frequency="weekly")
    tell(daily)
    time_machine.move_to(WEDNESDAY, tick=False)
    assert digests.gather() == 0
    time_machine.move_to(NEXT_MONDAY, tick=False)
    assert digests.gather() == 1


def test_what_was_read_on_the_site_is_left_out(daily, tell, time_machine, sink):
    tell(daily, demand="Rice")
    tell(daily, demand="Coffee")
    services.mark_read(by=daily, notices=[Notice.objects.get(context__demand="Rice")])
    time_machine.move_to(WEDNESDAY, tick=False)
    digests.gather()
    assert digests.deliver_waiting() == 1
    text = sink.letters[0][1].get_body(("plain",)).get_content()
    assert "Your demand has closed: Coffee" in text
    assert "Rice" not in text


def test_a_digest_of_things_all_read_is_not_sent(daily, tell, time_machine, sink):
    row = tell(daily)
    time_machine.move_to(WEDNESDAY, tick=False)
    digests.gather()
    services.mark_read(by=daily)
    assert digests.deliver_waiting() == 0
    assert sink.letters == []
    assert (Digest.objects.get().state, Delivery.objects.get(pk=row.pk).state) == ("cancelled", "cancelled")


def test_a_digest_groups_by_topic_and_leads_to_each_thing(daily, tell, time_machine, sink):
    preferences.choose(by=daily, topic="match", channel="email", frequency="daily")
    tell(daily, demand="Rice & beans")
    context = {"side": "supplier", "product": "Hom Mali", "line": "茉莉香米"}
    services.notify(kind="match_interest", to=[daily], event_key="m", context=context, path="/supplier/matches/1/")
    time_machine.move_to(WEDNESDAY, tick=False)
    digests.gather()
    digests.deliver_waiting()
    letter = sink.letters[0][1]
    text = letter.get_body(("plain",)).get_content()
    assert text.index("Demands") < text.index("Rice & beans") < text.index("Matches and contacts")
    assert "http://127.0.0.1:8000/supplier/matches/1/" in text
    assert "Rice &amp; beans" in letter.get_body(("html",)).get_content()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_parked_digest_starts_anew_with_what_it_carries(daily, tell, time_machine, sink):
    row = tell(daily)
    time_machine.move_to(WEDNESDAY, tick=False)
    digests.gather()
    sink.script.append("554 no")
    digests.deliver_waiting()
    digest = Digest.objects.get()
    assert (digest.state, Delivery.objects.get(pk=row.pk).state) == ("parked", "parked")
    services.retry_parked(promises=[digest])
    assert digests.deliver_waiting() == 1
    assert Delivery.objects.get(pk=row.pk).state == "sent"
