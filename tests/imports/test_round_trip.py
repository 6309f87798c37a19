"""What the site exports, it reads again: the heads of its own files are told in every language of the site."""

import pytest
from django.utils import translation

from matchmaker.companies.models import Company
from matchmaker.core.languages import site_languages
from matchmaker.engines.reading import headers
from matchmaker.imports import columns, exporting
from matchmaker.imports.kinds import KINDS
from tests import factories
from tests.imports.sheets import applied, as_csv, previewed

TABLES = {
    "products": exporting.products,
    "demands": exporting.demand_lines,
    "suppliers": exporting.companies,
}


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("language", [language.code for language in site_languages()])
def test_every_head_of_an_exported_list_is_told_when_it_comes_back(kind, language):
    with translation.override(language):
        head, _rows = TABLES[kind]([])
    ours = [column.name for column in KINDS[kind].columns]
    own = columns.own_heads(KINDS[kind].columns)
    with translation.override("en"):  # who sends it may read another language
        told = headers.suggest_columns(head, columns.heads(KINDS[kind].heads), own=own)
        found = headers.head_among([(0, ["a title"]), (1, head)], {}, own=own)
    assert told == {name: place for place, name in enumerate(ours)}
    assert found == 1


def test_a_head_that_means_two_things_is_read_in_the_language_of_the_others():
    own = ({"kind": ["type"], "name": ["name"]}, {"kind": ["child"], "prix": ["price"]})
    assert headers.suggest_columns(["Kind", "Prix"], {}, own=own) == {"child": 0, "price": 1}
    assert headers.suggest_columns(["Kind", "Name"], {}, own=own) == {"type": 0, "name": 1}


def test_the_wechat_id_of_a_company_comes_in_is_exported_and_comes_back_as_the_same(db):
    campaign = factories.campaign()
    own = {"by": factories.organiser(campaign), "campaign": campaign, "kind": "suppliers"}
    sheet = as_csv([["公司名称", "国家", "微信号"], ["Surin Rice Mill", "泰国", "malee-rice"]])
    applied(by=own["by"], batch=previewed(**own, content=sheet))
    assert Company.objects.get().contact_wechat == "malee-rice"
    head, rows = exporting.companies(Company.objects.all())
    exported = [head, *rows]
    assert exported[1][head.index("WeChat ID")] == "malee-rice"
    assert [row.action for row in previewed(**own, content=as_csv(exported)).rows.all()] == ["same"]
