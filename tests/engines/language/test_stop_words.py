from matchmaker.engines.language.stop_words import stop_words


def test_ten_languages_have_a_list_and_the_others_have_no_word():
    assert {language: len(stop_words(language)) for language in ("en", "fr", "zh", "tr")} == {
        "en": 179,
        "fr": 157,
        "zh": 841,
        "tr": 162,
    }
    assert stop_words("ja") == frozenset()


def test_function_words_are_on_the_list_and_goods_are_not():
    assert {"the", "of", "and"} <= stop_words("en")
    assert {"的", "和"} <= stop_words("zh")
    assert not {"tea", "rice", "oil"} & stop_words("en")
