"""The brand of a campaign: pages, letters and papers look like it, and text on its colour can be read."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from matchmaker.campaigns.models import CampaignLogo
from matchmaker.campaigns.services.brand import set_brand
from matchmaker.core.colours import contrast
from matchmaker.notifications import mail, topics
from matchmaker.web.brand import DARK_GROUND, DARK_PAPER, LIGHT_GROUND, style_sheet
from tests import factories

NAMES = {"en": "Silk Week", "zh-hans": "丝绸周"}
FOOTER = {"en": "Hall 3, Wuhan", "zh-hans": "武汉三号馆"}


def picture(size=(900, 300), kind="PNG") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGBA", size, (10, 92, 140, 0)).save(out, kind)
    return SimpleUploadedFile("logo.png", out.getvalue(), content_type="image/png")


@pytest.fixture
def organiser(db):
    person = factories.organiser()
    campaign = person.organiser_of.get().campaign
    type(campaign).objects.filter(pk=campaign.pk).update(is_current=True)
    campaign.refresh_from_db()
    return person, campaign


def test_a_brand_is_on_pages_and_its_files_are_served(client, organiser):
    person, campaign = organiser
    client.force_login(person)
    page = reverse("console_brand")
    sent = {"short_name_0": "", "colour": "#0A5C8C", "sender_name": "Silk Week Team", "logo": picture()}
    assert client.post(page, sent).status_code == 302
    set_brand(by=person, campaign=type(campaign).objects.get(pk=campaign.pk), short_name=NAMES, footer=FOOTER)
    home = client.get("/").content.decode()
    assert home.partition("</title>")[0].split()[-3:] == ["·", "Silk", "Week"]
    assert '<link rel="stylesheet" href="/brand.css?v=0a5c8c">' in home
    campaign.refresh_from_db()
    assert f"/brand.png?v={campaign.logo_digest[:12]}" in home
    served = client.get("/brand.png")
    with Image.open(io.BytesIO(served.content)) as shown:
        assert (shown.format, shown.size, shown.getpixel((0, 0))[3]) == ("PNG", (480, 160), 0)
    assert "--seal:#0a5c8c;" in client.get("/brand.css").content.decode()
    client.post(page, {"colour": "", "sender_name": "", "remove_logo": "on"})
    assert (client.get("/brand.png").status_code, client.get("/brand.css").status_code) == (404, 404)


def test_a_brand_sent_twice_is_the_brand_sent_once(client, organiser):
    person, campaign = organiser
    client.force_login(person)
    for _time in range(2):
        answer = client.post(reverse("console_brand"), {"colour": "#0a5c8c", "sender_name": "Silk", "logo": picture()})
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("console_brand"))
    campaign.refresh_from_db()
    assert (campaign.colour, campaign.sender_name) == ("#0a5c8c", "Silk")
    assert CampaignLogo.objects.filter(campaign=campaign).count() == 1
    assert client.get("/brand.png").status_code == 200


def test_letters_come_from_the_sender_with_colour_and_footer(organiser):
    person, campaign = organiser
    set_brand(by=person, campaign=campaign, colour="#0a5c8c", sender_name="Silk Team", footer=FOOTER)
    reader = mail.Addressee("x@example.org", "zh-hans")
    context = {"event": NAMES, "company": "X", "meetings": 2, "path": "/"}
    letter = mail.build(reader, "meetings_published", topics.ACCOUNT, context, key="k")
    html = letter.alternatives[0][0]
    assert letter.from_email.startswith("Silk Team <")
    assert letter.body.rstrip().endswith("武汉三号馆")
    assert "#0a5c8c" in html
    assert "#c2331a" not in html


@pytest.mark.parametrize(("colour", "words"), [("#ffd700", "a contrast of 1.4"), ("red", "six digits"), ("#12", "six")])
def test_a_colour_that_cannot_be_read_is_refused_with_a_sentence(organiser, colour, words):
    person, campaign = organiser
    with pytest.raises(ValidationError) as refusal:
        set_brand(by=person, campaign=campaign, colour=colour)
    assert words in refusal.value.message_dict["colour"][0]


def test_a_file_that_is_no_picture_is_no_logo(organiser):
    person, campaign = organiser
    with pytest.raises(ValidationError) as refusal:
        set_brand(by=person, campaign=campaign, logo=SimpleUploadedFile("x.png", b"<svg onload=alert(1)>"))
    assert list(refusal.value.message_dict) == ["logo"]


@pytest.mark.parametrize("colour", ["#0a5c8c", "#000000", "#767676", "#7a1fa2", "#00695c", "#b71c1c"])
def test_every_colour_that_is_allowed_is_readable_in_light_and_dark(colour):
    light, dark = (
        dict(part.split(":") for part in block.split("{")[-1].split("}")[0].replace("--", "").strip(";").split(";"))
        for block in style_sheet(colour).split("@media")
    )
    assert contrast(light["seal"], "#ffffff") >= 4.5
    assert contrast(light["seal-hover"], "#ffffff") >= 4.5
    assert contrast(light["seal-ink"], LIGHT_GROUND) >= 4.5
    assert contrast("#18140f", light["seal-tint"]) >= 4.5
    assert contrast(dark["seal"], "#ffffff") >= 4.5
    assert contrast(dark["seal-hover"], "#ffffff") >= 4.5
    assert contrast(dark["seal"], DARK_PAPER) >= 3
    assert contrast(dark["seal-ink"], DARK_GROUND) >= 4.5
    assert contrast("#f4eee4", dark["seal-tint"]) >= 4.5
