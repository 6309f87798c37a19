"""The draft of a Chinese label: from the product's data, version after version, shown to consumers by a code."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.catalogue.models import ProductText
from matchmaker.core.problems import Refused
from matchmaker.market_access import labels
from matchmaker.market_access.models import LabelVersion, Registration
from matchmaker.market_access.services import label_texts, proposed_texts, save_label
from matchmaker.web.rendering.label_pages import is_intact
from tests import factories

WHOLE = dict.fromkeys(labels.TYPED, "有")


@pytest.fixture
def cheese(db):
    product = factories.product(origin="FR", shelf_life_days=540, storage="chilled")
    ProductText.objects.create(product=product, language="zh", name="孔泰奶酪")
    return product


def save(product, texts, *, is_public=True, by=None):
    by = by or factories.member_of(product.company)
    return save_label(by=by, product=product, texts=texts, is_public=is_public)


def test_the_draft_takes_what_the_product_has_and_names_what_is_missing(cheese):
    numbers = {"company": cheese.company, "code": "GACC-FOOD"}
    Registration.objects.create(number="in no form", **numbers)
    Registration.objects.create(number="CFRA15012303080022", **numbers)
    texts = proposed_texts(cheese)
    assert texts == {
        "name": "孔泰奶酪", "origin": "法国", "registration": "CFRA15012303080022",
        "shelf_life": "540天", "storage": "冷藏保存",
    }  # fmt: skip
    assert labels.missing(labels.draft(texts, date(2026, 12, 1))) == [
        "ingredients", "net_content", "agent", "agent_address", "agent_contact", "production_date"
    ]  # fmt: skip


def test_allergens_are_asked_for_from_the_first_day_of_the_new_standard():
    assert "allergens" not in labels.missing(labels.draft({}, date(2027, 3, 15)))
    assert "allergens" in labels.missing(labels.draft({}, date(2027, 3, 16)))


def test_every_item_has_a_rule_with_a_source():
    from matchmaker.market_access.sentences import LABEL_FIELDS, LABEL_RULES

    assert set(LABEL_FIELDS) == set(labels.TYPED)
    assert {field.rule for field in labels.FIELDS} == set(LABEL_RULES)
    assert all(field.source_url.startswith("http") for field in labels.FIELDS)


def test_versions_are_added_and_never_changed(cheese):
    first = save(cheese, {"name": "奶酪"})
    second = save(cheese, {"name": "孔泰奶酪"})
    assert (first.number, second.number, label_texts(cheese)) == (1, 2, {"name": "孔泰奶酪"})
    with pytest.raises(Refused) as same:
        save(cheese, {"name": "孔泰奶酪"})
    assert same.value.code == "nothing_changed"
    first.texts = {"name": "黄油"}
    with pytest.raises(ValueError, match="never changed"):
        first.save()


def test_a_history_that_was_changed_behind_its_back_is_told(cheese):
    for name in ("一", "二", "三"):
        save(cheese, {"name": name})
    assert is_intact(list(cheese.labels.all()))
    LabelVersion.objects.filter(number=2).update(texts={"name": "四"})
    assert not is_intact(list(cheese.labels.all()))
    LabelVersion.objects.filter(number=2).delete()
    assert not is_intact(list(cheese.labels.all()))


def test_what_is_refused(cheese):
    with pytest.raises(ValidationError):
        save(cheese, {"name": "  "})
    with pytest.raises(ValidationError) as caught:
        save(cheese, {"name": "奶\u202e酪", "ingredients": "乳" * 1001})
    assert set(caught.value.message_dict) == {"name", "ingredients"}
    with pytest.raises(Refused) as stranger:
        save(cheese, {"name": "奶酪"}, by=factories.user())
    assert stranger.value.status == 404


def test_the_supplier_writes_versions_on_the_page(client, cheese):
    client.force_login(factories.member_of(cheese.company))
    page = reverse("supplier_product_label", args=[cheese.uid])
    context = client.get(page).context
    assert context["form"].initial["name"] == "孔泰奶酪"
    assert "Ingredients" in context["missing"]
    assert client.post(page, {**WHOLE, "is_public": "on"}).status_code == 302
    shown = client.get(page)
    assert (shown.context["missing"], shown.context["is_intact"]) == ([], True)
    assert "<svg" in shown.content.decode()
    assert client.post(page, {**WHOLE, "is_public": "on"}).status_code == 422


def test_consumers_read_public_versions_only(client, cheese):
    page = reverse("product_label", args=[cheese.uid])
    assert client.get(page).status_code == 404
    save(cheese, {"name": "旧名"})
    save(cheese, {"name": "草稿"}, is_public=False)
    answer = client.get(page)
    assert "旧名" in answer.content.decode()
    assert "草稿" not in answer.content.decode()
    save(cheese, {"name": "新名"})
    assert "新名" in client.get(page).content.decode()
    earlier = client.get(page, {"v": "1"})
    assert (earlier.context["version"].number, earlier.context["is_latest"]) == (1, False)
    assert client.get(page, {"v": "2"}).status_code == 404
    assert client.get(page, {"v": "x"}).status_code == 404
    type(cheese).objects.update(status="paused")
    assert client.get(page).status_code == 404
