"""The brand of an event: its pages, agenda and badge look like it; what is empty is that of the campaign."""

import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from matchmaker.campaigns.services.brand import set_brand
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.events.models import Event
from matchmaker.events.services import invite_to_event
from matchmaker.events.services.brand import LOOKS_LIKE, look_of_letter, set_event_brand
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice
from matchmaker.web.console.events import paper
from tests import factories

pytestmark = pytest.mark.django_db


def upload(size=(900, 300), colour=(10, 92, 140, 255)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    return SimpleUploadedFile("picture.png", out.getvalue(), content_type="image/png")


@pytest.fixture
def hall():
    """An organiser, the current campaign with a brand, and a published event of it."""
    campaign = factories.campaign()
    person = factories.organiser(campaign)
    set_brand(
        by=person, campaign=campaign, short_name={"en": "Silk", "zh-hans": "丝绸"}, colour="#0a5c8c", logo=upload()
    )
    day = dt.date(2031, 5, 5)
    event = Event.objects.create(
        campaign=campaign,
        slug="tea",
        name={"en": "Tea Day", "zh-hans": "茶日"},
        starts_on=day,
        ends_on=day,
        status="published",
    )
    return person, campaign, event


def test_an_event_without_a_brand_looks_like_its_campaign(client, hall):
    _person, campaign, _event = hall
    page = client.get("/events/tea/").text
    assert '<link rel="stylesheet" href="/brand.css?v=0a5c8c">' in page
    assert f"/brand.png?v={campaign.logo_digest[:12]}" in page
    assert "event-picture" not in page
    files = ("event_brand_styles", "event_brand_logo", "event_brand_picture")
    assert [client.get(reverse(name, args=["tea"])).status_code for name in files] == [404, 404, 404]


def test_a_brand_is_written_on_a_page_and_shown_on_the_pages_of_the_event(client, hall):
    person, _campaign, event = hall
    client.force_login(person)
    there = reverse("console_event_brand", args=["tea"])
    sent = {"short_name_0": "Tea", "colour": "#1B5E43", "logo": upload((300, 300)), "picture": upload((3000, 1500))}
    answer = client.post(there, sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, there)
    brand = Event.objects.get(pk=event.pk).look
    client.logout()
    page = client.get("/events/tea/").text
    assert '<link rel="stylesheet" href="/events/tea/brand.css?v=1b5e43">' in page
    assert f"/events/tea/brand.png?v={brand.logo_digest[:12]}" in page
    assert f"/events/tea/brand.webp?v={brand.picture_digest[:12]}" in page
    assert "--seal:#1b5e43;" in client.get("/events/tea/brand.css").text
    with Image.open(io.BytesIO(client.get("/events/tea/brand.png").content)) as logo:
        assert (logo.format, logo.size) == ("PNG", (160, 160))
    with Image.open(io.BytesIO(client.get("/events/tea/brand.webp").content)) as shown:
        assert (shown.format, shown.size) == ("WEBP", (1280, 640))
    assert "/brand.css?v=0a5c8c" in client.get("/").text  # other pages look as before


def test_a_part_that_is_empty_is_that_of_the_campaign_and_badges_carry_the_logo(hall):
    person, campaign, event = hall
    set_event_brand(by=person, event=event, colour="#1b5e43")
    assert paper._logo(event) == bytes(campaign.logo.picture)
    set_event_brand(by=person, event=event, logo=upload((300, 300)))
    own = paper._logo(event)
    with Image.open(io.BytesIO(own)) as logo:
        assert logo.size == (160, 160)
    set_event_brand(by=person, event=event)  # a form without a file keeps the logo
    assert paper._logo(event) == own
    set_event_brand(by=person, event=event, remove_logo=True)
    assert paper._logo(event) == bytes(campaign.logo.picture)


def test_what_cannot_be_read_is_refused_and_only_the_team_changes_it(hall):
    person, _campaign, event = hall
    text = SimpleUploadedFile("a.png", b"no picture", content_type="image/png")
    with pytest.raises(ValidationError) as wrong:
        set_event_brand(by=person, event=event, colour="#ffd400", logo=text, picture=text)
    assert set(wrong.value.message_dict) == {"colour", "logo", "picture"}
    with pytest.raises(Refused) as refused:
        set_event_brand(by=factories.user(), event=event, colour="#1b5e43")
    assert refused.value.status == 404


def test_files_of_an_event_in_preparation_are_for_its_team(client, hall):
    person, _campaign, event = hall
    set_event_brand(by=person, event=event, colour="#1b5e43")
    Event.objects.filter(pk=event.pk).update(status="draft")
    assert client.get("/events/tea/brand.css").status_code == 404
    client.force_login(person)
    answer = client.get("/events/tea/brand.css")
    assert (answer.status_code, "private" in answer.headers["Cache-Control"]) == (200, True)


def test_a_letter_about_an_event_looks_like_the_event_and_others_like_the_campaign(hall):
    person, campaign, event = hall
    set_event_brand(by=person, event=event, short_name={"en": "Tea", "zh-hans": "茶"}, colour="#7a1f3d")
    company = factories.supplier(status="approved")
    factories.take_part(campaign, company)
    reader = factories.member_of(company)
    invite_to_event(by=person, event=event, companies=Company.objects.filter(pk=company.pk))
    letter = letter_of(Notice.objects.get(kind="meetings_invited", recipient=reader))
    assert letter.from_email.startswith("Tea <")
    assert "#7a1f3d" in letter.alternatives[0][0]
    other = mail.build(reader, "welcome", "account", {}, key="1")
    assert other.from_email.startswith('"Big Market for All')
    assert "#0a5c8c" in other.alternatives[0][0]


def letter_of(notice: Notice):
    return mail.build(notice.recipient, notice.kind, notice.topic, notice.context | {"path": notice.path}, key="1")


def test_a_letter_about_an_event_of_another_campaign_has_the_sender_of_that_campaign(hall):
    _person, campaign, event = hall
    type(campaign).objects.filter(pk=campaign.pk).update(is_current=False, sender_name="Silk Team")
    factories.campaign(colour="#20603a")
    look = look_of_letter({LOOKS_LIKE: event.slug})
    assert (look["name"], look["footer"], look["colour"]) == ("Silk Team", "", "#0a5c8c")
    assert look["url"].endswith(f"/c/{campaign.slug}")
    assert look_of_letter({}) == look_of_letter({LOOKS_LIKE: "gone"}) == {}
