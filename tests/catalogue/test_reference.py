"""What `load_reference` reads from `data/`."""

import io

import pytest
from django.core.management import call_command
from django.utils.translation import override

from matchmaker.catalogue.models import Category, HSCode
from matchmaker.core.languages import site_languages

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_codes_have_everyday_chinese_names_also_after_they_were_loaded_without():
    call_command("load_reference", stdout=io.StringIO())
    rice = HSCode.objects.get(pk="100630")
    with override("zh-hans"):
        assert rice.everyday_names[:2] == ["大米", "白米"]
    heading = HSCode.objects.get(pk="1006")
    assert heading.names["zh-hans"] == "稻谷、糙米、黑米、红米、大米、茉莉香米"
    assert (heading.text["en"], heading.text["fr"], heading.text["es"]) == ("Rice", "Riz", "Arroz")
    with override("th"):  # the nomenclature is not in Thai, so everyday names stand in for it
        assert heading.description_tag == "th"
        assert heading.names["th"] in heading.description
    chapter = HSCode.objects.get(pk="10")
    assert (chapter.names, chapter.title["zh-hans"]) == ({}, "谷物")
    assert {*chapter.title} >= {"pt", "ru", "ar"}
    HSCode.objects.update(names={})
    call_command("load_reference", stdout=io.StringIO())
    assert HSCode.objects.get(pk="100630").names == rice.names


def test_categories_have_a_name_in_every_language_of_the_first_tier():
    call_command("load_reference", stdout=io.StringIO())
    wanted = {language.code for language in site_languages(tier=1)}
    assert [row.code for row in Category.objects.all() if wanted - row.name.keys()] == []
    with override("pt"):
        assert str(Category.objects.get(pk="AGRI-06")) == "Cereais, farinhas, malte e amidos"
