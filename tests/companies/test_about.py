"""Two texts of a sheet, or of an older row, become texts by language."""

import pytest

from matchmaker.companies.about import texts_from

THAI, ENGLISH, PORTUGUESE = (
    "เราสีข้าวหอมมะลิ",
    "We mill fragrant rice.",
    "Somos uma cooperativa de 140 famílias.",
)


@pytest.mark.parametrize(
    ("own", "english", "language", "spoken", "texts"),
    [
        (THAI, ENGLISH, "th", [], {"th": THAI, "en": ENGLISH}),
        (THAI, ENGLISH, "en", [], {"th": THAI, "en": ENGLISH}),  # the account is in English, the text is not
        (PORTUGUESE, ENGLISH, "", ["pt"], {"pt": PORTUGUESE, "en": ENGLISH}),
        ("我们采购食品。", "", "zh-hans", [], {"zh-hans": "我们采购食品。"}),
        (ENGLISH, "", "en", ["th"], {"en": ENGLISH}),
        ("", ENGLISH, "th", [], {"en": ENGLISH}),
        (ENGLISH, ENGLISH, "en", [], {"en": ENGLISH}),
        ("Rice mill.", ENGLISH, "en", ["en"], {"en": f"Rice mill.\n\n{ENGLISH}"}),  # nothing is lost
        ("", "", "th", [], {}),
    ],
)
def test_the_own_text_stands_in_its_language(own, english, language, spoken, texts):
    assert texts_from(own, english, language=language, spoken=spoken) == texts
