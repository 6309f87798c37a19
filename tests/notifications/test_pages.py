"""The pages of notices."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from matchmaker.notifications import bounces, preferences, services, topics, unsubscribing, webhooks
from matchmaker.notifications.models import (
    Attention,
    Notice,
    Preference,
    Suppression,
    WebhookDelivery,
    WebhookEndpoint,
)
from matchmaker.notifications.templatetags.notices import notice_line
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, person):
    client.force_login(person)
    return client


def test_the_list_shows_a_persons_own_notices_newest_first(signed_in, person, tell):
    tell(person, demand="Rice <b>")
    tell(person, demand="Coffee")
    tell(factories.user(), demand="Somebody else's")
    response = signed_in.get(reverse("notices"))
    assert [notice.context["demand"] for notice in response.context["page"]] == ["Coffee", "Rice <b>"]
    assert "<strong>Rice &lt;b&gt;</strong>" in response.content.decode()


def test_an_empty_list_says_what_will_stand_there(signed_in):
    assert "Nothing yet" in signed_in.get(reverse("notices")).content.decode()


def test_a_list_of_twenty_costs_no_more_queries_than_a_list_of_two(
    signed_in, person, tell, django_assert_max_num_queries
):
    for _notice in range(20):
        tell(person)
    signed_in.get(reverse("notices"))
    with django_assert_max_num_queries(14):
        signed_in.get(reverse("notices"))


def test_opening_a_notice_marks_it_read_and_goes_where_it_can_be_acted_on(signed_in, person, tell):
    notice = tell(person).notice
    response = signed_in.get(reverse("notice_read", args=[notice.uid]))
    assert (response.status_code, response["Location"]) == (302, "/buyer/demands/1/")
    assert Notice.objects.unread().count() == 0


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_path_that_leaves_the_site_leads_to_the_list(path, signed_in, person, tell):
    notice = tell(person).notice
    Notice.objects.update(path=path)
    assert signed_in.get(reverse("notice_read", args=[notice.uid]))["Location"] == reverse("notices")


def test_somebody_elses_notice_does_not_exist(signed_in, tell):
    notice = tell(factories.user()).notice
    assert signed_in.get(reverse("notice_read", args=[notice.uid])).status_code == 404
    assert Notice.objects.unread().count() == 1


def test_all_can_be_marked_as_read_by_post_only(signed_in, person, tell):
    tell(person), tell(person)
    assert signed_in.get(reverse("notices_read_all")).status_code == 405
    signed_in.post(reverse("notices_read_all"))
    assert Notice.objects.unread().count() == 0


def test_the_live_count_is_a_fragment_that_asks_for_itself_again(signed_in, person, tell):
    tell(person), tell(person)
    text = signed_in.get(reverse("notices_count")).content.decode()
    assert 'data-hx-get="/notices/count/"' in text
    assert ">2</span>" in text
    assert "<html" not in text
    assert text in signed_in.get(reverse("notice_settings")).content.decode()  # it stands in the header of every page


def test_the_live_count_of_somebody_who_has_signed_out_stops_and_changes_nothing(client):
    answer = client.get(reverse("notices_count"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Reswap"], answer.content) == (286, "none", b"")


def test_a_part_of_a_page_whose_sign_in_has_expired_has_the_page_opened_anew(client):
    answer = client.get(reverse("notices"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (200, "true")


@pytest.mark.parametrize("name", ["notices", "notice_settings"])
def test_the_pages_of_notices_ask_to_sign_in(name, client):
    response = client.get(reverse(name))
    assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("account_login"))


def wishes(**changed) -> dict[str, str]:
    data = {
        f"{topic}.{channel}": topics.DEFAULTS[channel]
        for topic in topics.switchable()
        for channel in topics.available_channels()
    }
    return data | {"quiet_from": "", "quiet_until": ""} | changed


def test_wishes_are_saved_as_differences_from_the_default(signed_in, person):
    data = wishes(quiet_from="22:00", quiet_until="07:00") | {"match.email": "daily", "demand.email": "never"}
    assert signed_in.post(reverse("notice_settings"), data).status_code == 302
    assert sorted(Preference.objects.values_list("topic", "channel", "frequency")) == [
        ("demand", "email", "never"),
        ("match", "email", "daily"),
    ]
    assert str(Attention.objects.get().quiet_from) == "22:00:00"


def test_an_unknown_choice_is_refused_and_nothing_is_lost(signed_in):
    response = signed_in.post(
        reverse("notice_settings"), wishes() | {"match.email": "hourly", "company.email": "weekly"}
    )
    assert response.status_code == 400
    assert Preference.objects.count() == 0
    assert response.context["wishes"]["company.email"].value() == "weekly"


def test_the_account_topic_is_not_offered_and_cannot_be_posted(signed_in, person):
    assert "account.email" not in signed_in.get(reverse("notice_settings")).context["wishes"].fields
    signed_in.post(reverse("notice_settings"), wishes() | {"account.email": "never"})
    assert Preference.objects.count() == 0


def test_half_of_the_quiet_hours_is_refused_beside_the_missing_half(signed_in):
    response = signed_in.post(reverse("notice_settings"), wishes(quiet_from="22:00"))
    assert response.context["quiet"].errors == {"quiet_until": ["Quiet hours need a beginning and an end."]}


def test_a_person_whose_address_bounced_sees_it_and_can_resume(signed_in, person):
    bounces.suppress(address=person.email, reason="mail to this address came back")
    assert "mail to this address came back" in signed_in.get(reverse("notice_settings")).content.decode()
    signed_in.post(reverse("notice_settings"), {"resume": "1"})
    assert Suppression.objects.count() == 0


def stop_address(person, topic: str) -> str:
    return unsubscribing.address(person, topic).removeprefix("http://127.0.0.1:8000")


def test_a_link_scanner_changes_nothing(client, person):
    response = client.get(stop_address(person, "demand"))
    assert response.status_code == 200
    assert 'method="post"' in response.content.decode()
    assert Preference.objects.count() == 0


def test_one_click_acts_without_a_cookie_and_a_replay_changes_nothing(client, person):
    client.handler.enforce_csrf_checks = True
    for _time in range(2):
        response = client.post(stop_address(person, "demand"), {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
    assert list(Preference.objects.values_list("user", "topic", "channel", "frequency")) == [
        (person.pk, "demand", "email", "never")
    ]


def test_a_token_acts_for_its_own_person_whoever_is_signed_in(signed_in, person):
    other = factories.user()
    signed_in.post(stop_address(other, "match"))
    assert list(Preference.objects.values_list("user", flat=True)) == [other.pk]


def test_a_changed_token_does_not_exist(client, person):
    address = stop_address(person, "demand")
    assert client.post(address.replace("/stop/", "/stop/x")).status_code == 404


def test_stopping_the_summary_stops_what_comes_in_it_and_no_more(client, person):
    preferences.choose(by=person, topic="match", channel="email", frequency="daily")
    client.post(stop_address(person, unsubscribing.DIGESTS))
    chosen = preferences.preferences_of(person)
    assert (chosen["match", "email"], chosen["demand", "email"]) == ("never", "now")


# -- programs that are told -------------------------------------------------------------------------------------------
@pytest.fixture
def hook(signed_in, settings):
    settings.OUTBOUND_ALLOWED = ["erp.inside:8443"]
    response = signed_in.post(reverse("account_webhooks"), {"name": "ERP", "url": "https://erp.inside:8443/hook"})
    return WebhookEndpoint.objects.get(), response


def test_a_secret_is_in_the_answer_that_made_it_and_in_no_other(signed_in, hook):
    endpoint, response = hook
    assert webhooks.secret(endpoint) in response.content.decode()
    for name, args in (("account_webhooks", []), ("account_webhook", [endpoint.uid])):
        assert "whsec_" not in signed_in.get(reverse(name, args=args)).content.decode()
    rotated = signed_in.post(reverse("account_webhook_act", args=[endpoint.uid, "rotate"]))
    endpoint.refresh_from_db()
    assert rotated.context["secret"] == webhooks.secret(endpoint)


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://example.org/", "https://[::ffff:10.0.0.1]/"])
def test_a_private_address_is_refused_on_the_page_and_what_was_typed_is_kept(signed_in, url):
    response = signed_in.post(reverse("account_webhooks"), {"name": "ERP", "url": url})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["url"])
    assert f'value="{url}"' in response.content.decode()
    assert WebhookEndpoint.objects.count() == 0


def test_a_test_is_logged_and_can_be_sent_again_under_its_id(signed_in, hook):
    endpoint, _response = hook
    signed_in.post(reverse("account_webhook_act", args=[endpoint.uid, "test"]))
    row = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state="parked", finished_at=timezone.now(), last_error="answered 500")
    assert "answered 500" in signed_in.get(reverse("account_webhook", args=[endpoint.uid])).content.decode()
    signed_in.post(reverse("account_webhook_replay", args=[endpoint.uid, row.pk]))
    assert list(WebhookDelivery.objects.values_list("pk", "state")) == [(row.pk, "waiting")]


def test_somebody_elses_webhook_does_not_exist(client, hook):
    endpoint, _response = hook
    client.force_login(factories.user())
    for name, args in (("account_webhook", [endpoint.uid]), ("account_webhook_act", [endpoint.uid, "remove"])):
        assert client.post(reverse(name, args=args)).status_code in (404, 405)
        assert client.get(reverse(name, args=args)).status_code in (404, 405)
    assert WebhookEndpoint.objects.count() == 1


# -- the list ---------------------------------------------------------------------------------------------------------
def test_many_notices_of_one_kind_on_a_day_fold_into_one(signed_in, person, tell):
    for number in range(4):
        tell(person, demand=f"Rice {number}")
    services.notify(kind="welcome", to=[person], event_key="welcome", context={})
    days = signed_in.get(reverse("notices")).context["days"]
    assert [[len(group["rest"]) for group in day["groups"]] for day in days] == [[0, 3]]


def test_where_short_messages_go_is_asked_only_where_the_site_can_send_them(signed_in, person, settings):
    assert "phone" not in signed_in.get(reverse("notice_settings")).context["quiet"].fields
    settings.TEXT_ADAPTERS = {"sms": "matchmaker.notifications.texts.FileAdapter"}
    page = signed_in.get(reverse("notice_settings"))
    assert [field.name for field in page.context["quiet"].numbers] == ["phone"]
    chosen = {name: field.initial for name, field in page.context["wishes"].fields.items()}
    assert signed_in.post(reverse("notice_settings"), {**chosen, "phone": "+86 138 0000 0000"}).status_code == 302
    assert Attention.objects.get(user=person).phone == "+86 138 0000 0000"


def test_one_tap_gathers_all_mails_into_the_morning(client, person):
    client.force_login(person)
    preferences.choose(by=person, topic="match", channel="email", frequency="never")
    preferences.choose(by=person, topic="demand", channel="email", frequency="weekly")
    assert client.get(reverse("notice_settings")).context["at_once"] is True
    client.post(reverse("notice_settings"), {"gather": "1"})
    chosen = preferences.preferences_of(person)
    others = {chosen[topic, "email"] for topic in topics.switchable() if topic not in ("match", "demand")}
    assert (chosen["match", "email"], chosen["demand", "email"], others) == ("never", "weekly", {"daily"})
    assert chosen["enquiry", "in_app"] == "now"
    assert client.get(reverse("notice_settings")).context["at_once"] is False


def test_a_text_from_before_another_language_was_chosen_is_marked_with_its_own():
    """The sentence is in the language of today, the facts in that of the day on which it was written."""
    facts = {"side": "supplier", "percent": 81, "mine": "Roses", "place": {"en": "Guangzhou, China"}}
    facts["what"] = {"en": "Flowers (HS 0603)", "zh-hans": "花卉（HS 0603）"}
    with override("zh-hans"):
        line = notice_line(Notice(kind="match_found", context=facts))
    assert '<span lang="en" dir="auto">Guangzhou, China</span>' in line
    assert "<strong>花卉（HS 0603）</strong>" in line
    with override("en"):
        assert "lang=" not in notice_line(Notice(kind="match_found", context=facts))


def test_the_title_of_an_enquiry_in_a_notice_is_marked_as_the_words_of_a_person():
    notice = Notice(kind="enquiry_declined", context={"subject": "Roses <50 cm>"})
    assert "<bdi>Roses &lt;50 cm&gt;</bdi>" in notice_line(notice)
