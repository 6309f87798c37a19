"""Texts in several languages: what a reader gets, what is refused, the column and the boxes of a form."""

import json

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from matchmaker.campaigns.models import Campaign, Partner
from matchmaker.core.multilingual import Texts, contains, in_language
from matchmaker.core.multilingual_forms import MultilingualFormField
from matchmaker.core.multilingual_texts import texts_of
from tests import factories

NAMES = {"en": "Rice", "zh": "大米", "pt": "Arroz"}


@pytest.mark.parametrize(
    ("reader", "texts", "text", "language"),
    [
        ("zh-hans", NAMES, "大米", "zh-hans"),
        ("pt-br", NAMES, "Arroz", "pt"),
        ("fr", NAMES, "Rice", "en"),
        ("fr", {"vi": "Gạo", "ru": "Рис"}, "Рис", "ru"),  # no English: the first by the order of the site
        ("ru", {"nl": "Rijst"}, "Rijst", "nl"),
        ("en", {}, "", ""),
        ("en", {"en": " ", "th": "ข้าว"}, "ข้าว", "th"),  # an empty text is none
    ],
)
def test_a_reader_gets_her_language_or_what_stands_in_for_it(reader, texts, text, language):
    with override(reader):
        read = Texts(texts)
        assert (str(read), f"{read}", read.language()) == (text, text, language)
    assert bool(read) == bool(text)


def test_texts_are_asked_for_in_a_language_by_any_writing_of_its_code():
    texts = Texts(NAMES)
    assert texts == {"en": "Rice", "zh-hans": "大米", "pt": "Arroz"}
    assert (texts.text("zh_CN"), texts.language("zh-TW"), texts.has("zh"), texts.has("fr")) == (
        "大米", "zh-hans", True, False
    )  # fmt: skip


def test_columns_of_a_file_are_texts():
    row = {
        "code": "kg",
        "name_en": "kilogram",
        "name_zh": "千克",
        "name_own": "x",
        "plural_en": "kilograms",
        "name_fr": "",
    }
    assert texts_of(row, "name") == {"en": "kilogram", "zh-hans": "千克"}


def refused(**fields) -> list[str]:
    with pytest.raises(ValidationError) as problem:
        Campaign(slug="c", starts_on="2030-01-01", ends_on="2030-01-02", **fields).full_clean()
    assert list(problem.value.error_dict) == ["name"]
    return problem.value.message_dict["name"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("Rice", ['Write texts by language, such as {"en": "Rice", "fr": "Riz"}.']),
        ({"en": 1}, ['Write texts by language, such as {"en": "Rice", "fr": "Riz"}.']),
        ({}, ["This field cannot be blank."]),
        ({"en": "Fair"}, ["Write it in this language, too: 简体中文."]),
        (
            {"en": "x" * 161, "zh": "展会", "fr": "Foire\n2030"},
            ["English: At most 160 characters; there are 161.", "Français: Write this in one line."],
        ),
        (
            {"en": "a\u202eb", "zh": "展会"},
            ["English: This text holds an invisible control character. Please remove it."],
        ),
        (
            {"en": "Fair", "zh": "展会", "xx": "Fair"},
            ["“xx” is not the code of a language; write one of ISO 639-1, such as en."],
        ),
    ],
)
def test_what_cannot_stay_is_refused_in_sentences(name, sentences):
    assert refused(name=name) == sentences


@pytest.mark.django_db
def test_a_column_gives_back_what_was_written_and_keeps_every_script_readable():
    campaign = factories.campaign(name={"en": "Fair", "zh": "展会", "nl": "Beurs"})
    assert isinstance(Campaign(name={"zh": "展会"}).name, Texts)  # before it is saved, too
    campaign.refresh_from_db()
    assert campaign.name == {"en": "Fair", "zh-hans": "展会", "nl": "Beurs"}
    assert isinstance(Campaign.objects.values_list("name", flat=True).get(), Texts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(name AS TEXT) FROM campaigns_campaign")
        assert "展会" in cursor.fetchone()[0]
    Campaign.objects.update(name={"zh_CN": "交易会"})
    with override("fr"):
        assert str(Campaign.objects.get()) == "交易会"


@pytest.mark.django_db
def test_rows_are_sorted_and_found_in_the_readers_language():
    campaign = factories.campaign()
    for name in ({"en": "B", "fr": "A"}, {"en": "A", "fr": "É", "zh": "泰国贸易中心"}, {"en": "Bb"}):
        factories.partner(campaign, name=name)
    with override("fr"):
        assert [str(one.name) for one in Partner.objects.order_by(in_language("name"))][:2] == ["A", "Bb"]
    assert [str(one.name) for one in Partner.objects.all()] == ["A", "B", "Bb"]
    assert Partner.objects.get(contains("name", "贸易")).name["en"] == "A"
    assert not Partner.objects.filter(contains("name", "zh-hans")).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.partner(campaign, name={"en": "BB"})


@pytest.mark.django_db
def test_the_same_partner_twice_is_refused_in_a_sentence():
    row, _person = factories.partner(name={"en": "Chamber"})
    again = Partner(campaign=row.campaign, name={"en": "chamber"})
    with pytest.raises(ValidationError, match="Another one has this name already"):
        again.full_clean()


class NameForm(forms.Form):
    name = MultilingualFormField(max_length=20, required_languages=["en"])
    about = MultilingualFormField(multiline=True, required=False)


def test_a_form_has_a_labelled_box_for_each_language_with_direction():
    page = " ".join(str(NameForm(initial={"name": Texts({"en": "Rice", "ar": "أرز", "nl": "Rijst"})})).split())
    opened, folded = page.split("<details>")[:2]
    for box in (
        '<label class="field-label" for="id_name_en" lang="en">English</label>',
        'value="Rice" dir="ltr" id="id_name_en" lang="en" maxlength="20" name="name_en"',
        'value="" dir="ltr" id="id_name_zh-hans" lang="zh-Hans" maxlength="20" name="name_zh-hans"',
        'value="أرز" dir="rtl" id="id_name_ar" lang="ar" maxlength="20" name="name_ar"',
        '<label class="field-label" for="id_name_nl" lang="nl">Nederlands</label>',
    ):
        assert box in opened
    assert 'name="name_fr"' in folded
    assert 'name="name_de"' not in page  # a box for each language of the first tier, and for what is there


def test_a_form_reads_its_boxes_and_loses_nothing_that_was_typed():
    form = NameForm({"name_en": " Rice ", "name_zh-hans": "大米", "name_nl": "Rijst", "name_x": "no language"})
    assert form.is_valid()
    assert form.cleaned_data == {"name": {"en": "Rice", "zh-hans": "大米", "nl": "Rijst"}, "about": {}}
    form = NameForm({"name_fr": "Riz", "name_ru": "Рис " * 9, "about_en": "a\n\nb"})
    assert form.errors == {
        "name": ["Write it in this language, too: English.", "Русский: At most 20 characters; there are 35."]
    }
    assert 'value="Riz"' in str(form)
    assert "Рис Рис" in str(form)
    assert NameForm({}).errors == {"name": ["This field is required."]}


def test_only_other_texts_are_a_change():
    first = {"name": Texts({"en": "Rice"})}
    assert not NameForm({"name_en": "Rice", "name_fr": ""}, initial=first).has_changed()
    assert NameForm({"name_en": "Rice", "name_fr": "Riz"}, initial=first).changed_data == ["name"]


def test_texts_travel_as_plain_json():
    assert json.loads(json.dumps(Texts(NAMES))) == {"en": "Rice", "zh-hans": "大米", "pt": "Arroz"}
