"""The organiser's editor of letters: every page of it opens, in both languages and for everything a letter says."""

import pytest
from django.urls import reverse

from matchmaker.notifications import wording
from tests import factories

pytestmark = pytest.mark.django_db
LETTERS = [(kind, variant) for kind in wording.kinds() for variant in range(len(wording.variants(kind)))]


@pytest.fixture
def console(client):
    client.force_login(factories.organiser(factories.campaign()))
    return client


def test_the_list_links_to_every_letter(console):
    page = console.get(reverse("console_texts")).content.decode()
    assert all(reverse("console_text", args=[kind, "en", 0]) in page for kind in wording.kinds())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_letter_opens_with_its_own_words_placeholders_and_a_preview(console, language):
    for kind, variant in LETTERS:
        response = console.get(reverse("console_text", args=[kind, language, variant]))
        assert response.status_code == 200
        own = wording.default(kind, language, variant)
        assert response.context["form"].initial == own
        preview = response.context["preview"]
        assert preview["subject"]
        assert preview["body"]
        assert "{" not in preview["subject"] + preview["body"]
        letter = console.get(reverse("console_text_mail", args=[kind, language, variant]))
        assert letter.status_code == 200
        assert f'lang="{language}"' in letter.content.decode()


@pytest.mark.parametrize("kind", ["match_reminder", "search_alert", "meetings_published", "meetings_soon"])
def test_a_letter_that_counts_can_be_reworded(console, kind):
    words = {"subject": "{n} of them", "body": "There are {n}."}
    address = reverse("console_text", args=[kind, "en", 0])
    assert console.post(address, words | {"look": "1"}).context["preview"]["body"] == (
        "There are 5." if kind.startswith("meetings") else "There are 2."
    )
    assert console.post(address, words).status_code == 302
    assert wording.stored_wording(kind, "en").body == "There are {n}."
