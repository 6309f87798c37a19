"""What the organiser of the sample wrote for everybody is there in each language of the site."""

import csv

import pytest

from matchmaker.core.languages import site_languages
from matchmaker.core.multilingual_texts import texts_of
from tests.test_repository import ROOT

with (ROOT / "data" / "sample" / "campaign.csv").open(encoding="utf-8", newline="") as file:
    CAMPAIGN = next(csv.DictReader(file))


@pytest.mark.parametrize("language", [language.code for language in site_languages()])
@pytest.mark.parametrize("name", ["name", "about"])
def test_the_campaign_of_the_sample_is_described_in_each_language(name, language):
    texts = texts_of(CAMPAIGN, name)
    assert texts[language]
    assert language == "en" or texts[language] != texts["en"]
