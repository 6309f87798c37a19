"""One table of languages in the settings."""

from matchmaker.core import languages


def test_the_table_has_seven_whole_languages_and_eight_for_the_public():
    assert [language.code for language in languages.site_languages(tier=1)] == [
        *("en", "zh-hans", "fr", "es", "pt", "ru", "ar"),
    ]
    assert [language.code for language in languages.site_languages(tier=2)] == [
        *("de", "it", "ja", "ko", "th", "vi", "id", "tr"),
    ]
    assert len(languages.site_languages()) == 15


def test_a_code_finds_its_language_by_its_base():
    assert languages.site_code("zh") == languages.site_code("zh-CN") == languages.site_code("zh_Hans") == "zh-hans"
    assert languages.site_code("pt-BR") == "pt"
    assert languages.site_code("LA") == "la"  # not a language of the site
    assert languages.find("la") is None


def test_tags_and_directions_are_those_of_the_attributes():
    assert languages.find("zh").tag == languages.tag_of("zh_hans") == "zh-Hans"
    assert languages.tag_of("pt-br") == "pt-BR"
    assert languages.find("ar").direction == "rtl"
    assert languages.find("en").direction == "ltr"
    assert languages.is_rtl("ar-EG")
    assert languages.is_rtl("fa")  # of what people write, outside the site
    assert not languages.is_rtl("nl")
