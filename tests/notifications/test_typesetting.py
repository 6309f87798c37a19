"""Sentences put together from pieces read as if somebody had written them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from matchmaker.notifications import mail, topics
from matchmaker.notifications.templatetags.notices import localize_context
from matchmaker.notifications.typesetting import correct_spacing


@pytest.mark.parametrize(
    ("pieces", "read"),
    [
        (
            "the claim of <strong>Acme Co., Ltd.</strong>. Nothing",
            "the claim of <strong>Acme Co., Ltd.</strong> Nothing",
        ),
        ("joined Acme Co., Ltd..", "joined Acme Co., Ltd."),
        ("And so on... and on", "And so on... and on"),
        ("您与 武汉中百 的洽谈", "您与武汉中百的洽谈"),
        ("在 <strong>粮食专场（上海）</strong> 与您", "在<strong>粮食专场（上海）</strong>与您"),
        ("您与 Acme Co., Ltd. 的洽谈", "您与 Acme Co., Ltd. 的洽谈"),
        ("于 2026年11月20日 截止", "于 2026年11月20日截止"),
    ],
)
def test_a_name_brings_its_own_stop_and_chinese_has_no_gaps(pieces, read):
    assert correct_spacing(pieces, {}) == read


def test_what_people_wrote_stays_as_it_is_even_inside_of_lists_and_escaped():
    facts = {"text": "好 的..\n谢 谢", "pairs": [{"line": "米 & 面 粉"}]}
    assert correct_spacing("他说 好 的.. 并且 谢 谢，米 &amp; 面 粉", facts) == "他说好 的.. 并且谢 谢，米 &amp; 面 粉"


@pytest.mark.django_db
def test_a_letter_is_mended_in_subject_text_and_html(person):
    person.language = "zh-hans"
    facts = {"event": {"en": "Rice Day", "zh-hans": "大米专场"}}
    letter = mail.build(person, "meetings_place", topics.topic_of("meetings_place"), facts, key="k")
    assert letter.subject == "您已获得大米专场的名额"
    assert letter.subject in letter.alternatives[0].content


def test_no_kind_shows_a_name_that_the_frame_of_the_letter_takes():
    """`url` is where the button leads: a fact of that name would never be seen."""
    frame = r"\{\{ ?(url|site_url|settings_url|unsubscribe_url|preheader|topic_name)\b"
    folder = Path(settings.BASE_DIR) / "templates/notifications"
    hits = [file.name for file in folder.glob("[a-z]*.*") if re.search(frame, file.read_text())]
    assert hits == []


@pytest.mark.parametrize(
    ("language", "moment", "day"),
    [
        ("en", "Tue, Dec 8, 2026, 10:40\u202fAM", "December 8, 2026"),
        ("zh-hans", "2026年12月8日周二 10:40", "2026年12月8日"),
    ],
)
def test_days_and_moments_stand_as_the_reader_writes_them(language, moment, day):
    facts = {"at": "2026-12-08 10:40", "on": "2026-12-08", "never": "2026-13-08", "name": "Lot 2026-12-08"}
    with override(language):
        assert localize_context(facts) == {"at": moment, "on": day, "never": "2026-13-08", "name": "Lot 2026-12-08"}
