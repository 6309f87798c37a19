"""Readers see what others wrote in their own language, marked, with the original beside it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import Product
from matchmaker.core import ttl_cache
from matchmaker.directory.rows import product_entries
from matchmaker.matching.reasons import sentences
from matchmaker.messaging.services import ask, reply
from matchmaker.translation.models import Kind, KindPolicy, Translation
from matchmaker.translation.services import digest_of
from tests import factories
from tests.factories import read_in
from tests.markup import flat

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(settings):
    """An engine is set up; what it has translated stands in rows."""
    settings.TRANSLATION_ENGINE = "libretranslate"
    settings.TRANSLATION_URL = "http://127.0.0.1:9"

    def translated(original: str, text: str, source: str, target: str) -> None:
        Translation.objects.update_or_create(
            digest=digest_of(original),
            source=source,
            target=target,
            defaults={
                "original": original, "text": text, "state": "done", "engine": "LibreTranslate", "kind": Kind.PRODUCT,
            },
        )  # fmt: skip

    return translated


def test_a_chinese_reader_sees_the_goods_in_chinese_and_the_name_as_written(client):
    row = factories.product(name="ข้าวหอมมะลิ", description="", language="th")
    page = flat(client.get(f"/zh-hans/products/{row.uid}/").content.decode())
    assert '<h1 lang="zh" dir="ltr">茉莉香米</h1>' in page
    assert '<span class="read-mark">' in page
    assert '<p class="lead" lang="th" dir="ltr">ข้าวหอมมะลิ</p>' in page


def test_a_machine_translation_is_marked_with_its_engine_and_comes_before_the_gloss(client, machine):
    row = factories.product(name="ข้าวหอมมะลิ", description="นุ่ม", language="th")
    machine("ข้าวหอมมะลิ", "泰国茉莉香米", "th", "zh")
    page = flat(client.get(f"/zh-hans/products/{row.uid}/").content.decode())
    assert '<h1 lang="zh" dir="ltr">泰国茉莉香米</h1>' in page
    assert "LibreTranslate" in page


def test_what_the_owner_wrote_is_shown_without_a_mark(client):
    row = factories.product(name="ข้าวหอมมะลิ", language="th")
    row.texts.create(language="zh", name="有机茉莉香米")
    page = flat(client.get(f"/zh-hans/products/{row.uid}/").content.decode())
    assert '<h1 lang="zh" dir="ltr">有机茉莉香米</h1>' in page
    assert "read-mark" not in page


def test_unknown_goods_keep_their_name_and_nothing_is_made_up(client):
    row = factories.product(name="Zzyqwx ultra", language="en", description="")
    page = flat(client.get(f"/zh-hans/products/{row.uid}/").content.decode())
    assert '<h1 lang="en" dir="ltr">Zzyqwx ultra</h1>' in page
    assert "read-mark" not in page


def test_a_demand_is_read_by_suppliers_of_other_languages(client):
    demand = factories.demand(title="茉莉香米", language="zh")
    factories.line(demand, text="茉莉香米，25公斤", language="zh", hs_code="100630")
    page = flat(client.get(f"/demands/{demand.uid}/").content.decode())
    assert '<h1><span lang="en" dir="ltr">jasmine rice</span>' in page
    assert '<span class="original" lang="zh" dir="ltr">茉莉香米，25公斤</span>' in page


def test_a_category_never_stands_for_a_description(client):
    demand = factories.demand(title="茉莉香米", description="只要新米。", language="zh")
    factories.line(demand, text="求购一批zzyqwx", language="zh", hs_code="")
    page = flat(client.get(f"/fr/demands/{demand.uid}/").content.decode())
    assert "只要新米。" in page
    assert page.count('class="read-mark"') == 2  # the title's gloss, and the category before the line


def test_a_page_never_calls_the_engine(client, machine):
    row = factories.product(name="ผลิตภัณฑ์", language="th")
    assert client.get(f"/zh-hans/products/{row.uid}/").status_code == 200  # nothing listens at the engine's address


def test_publishing_asks_for_translations_and_private_demands_stay_here(machine):
    from matchmaker.catalogue.services.translations import request_demand_translations, request_product_translations

    request_product_translations(factories.product(name="ข้าวหอมมะลิ", description="นุ่ม", language="th"))
    wanted = set(Translation.objects.values_list("original", "target"))
    assert wanted == {("ข้าวหอมมะลิ", "zh"), ("ข้าวหอมมะลิ", "en"), ("นุ่ม", "zh"), ("นุ่ม", "en")}
    Translation.objects.all().delete()
    request_demand_translations(factories.demand(lines=1, visibility="private"))
    assert not Translation.objects.exists()
    request_demand_translations(factories.demand(lines=1))
    assert set(Translation.objects.values_list("target", flat=True)) >= {"en", "fr", "ar", "ru"}


def test_the_organiser_decides_what_leaves_and_sees_what_failed(client, machine, settings):
    admin = factories.organiser(role="admin")
    client.force_login(admin)
    read_in("en", client)
    machine("a 1", "", "es", "zh")
    Translation.objects.update(state="refused", problem="changed_numbers")
    page = client.get(reverse("console_translation")).content.decode()
    assert "A number was changed; the translation is not shown." in page
    client.post(reverse("console_translation_kind", args=["message"]), {"may_leave": "1"})
    assert KindPolicy.objects.get(kind="message").may_leave
    client.post(reverse("console_translation_again"))
    assert Translation.objects.get().state == "waiting"
    assert client.post(reverse("console_translation_kind", args=["nothing"])).status_code == 404
    entries = AuditEntry.objects.filter(verb__in=["decide_translation", "translate_again"]).order_by("pk")
    assert list(entries.values_list("actor", "facts")) == [
        (admin.pk, {"kind": "message", "may_leave": True}),
        (admin.pk, {"count": 1}),
    ]


def test_only_the_campaign_that_the_site_shows_decides_what_leaves(client, machine):
    """The texts are those of all campaigns: an administrator of any of them could send private letters abroad."""
    factories.campaign()
    other = factories.campaign(slug="other", is_current=False)
    client.force_login(factories.organiser(other, role="admin"))
    machine("a 1", "", "es", "zh")
    Translation.objects.update(state="refused", problem="changed_numbers")
    page = client.get(reverse("console_translation"), follow=True)  # at the address of her campaign
    assert (page.status_code, "may_leave" in page.content.decode()) == (200, False)
    assert client.post(reverse("console_translation_kind", args=["message"]), {"may_leave": "1"}).status_code == 404
    assert client.post(reverse("console_translation_again")).status_code == 404
    assert not KindPolicy.objects.exists()
    assert Translation.objects.get().state == "refused"


def test_a_page_asks_for_its_translations_at_once_however_many_texts_it_has(client, machine):
    """Without an engine it does not ask at all."""
    buyer, supplier = factories.buyer(factories.user()), factories.supplier(factories.user())
    demand = factories.demand(buyer)
    for number in range(5):
        product = factories.product(supplier, name=f"ข้าวหอมมะลิ {number}", description=f"นุ่ม {number}", language="th")
        factories.match(product, factories.line(demand, text=f"茉莉香米{number}"))
        mine, hers = factories.member_of(buyer), factories.member_of(supplier)
        enquiry = ask(by=mine, company=buyer, product=product, text=f"请报价 {number}。")
        reply(by=hers, enquiry=enquiry, text=f"ขอบคุณ {number}")
        reply(by=mine, enquiry=enquiry, text=f"谢谢 {number}")
        reply(by=hers, enquiry=enquiry, text=f"ราคา {number}")
    talk = ["/enquiries/", f"/enquiries/{enquiry.uid}/"]
    pages = [
        ("zh-hans", buyer, talk),
        ("fr", supplier, [*talk, "/supplier/products/", "/supplier/interest/"]),
        ("zh-hans", buyer, ["/buyer/", "/buyer/matches/", f"/buyer/demands/{demand.uid}/", "/zh-hans/products/"]),
        ("zh-hans", buyer, [f"/zh-hans/suppliers/{supplier.uid}/", "/zh-hans/suppliers/", "/zh-hans/"]),
        ("fr", supplier, ["/supplier/", "/supplier/matches/", f"/fr/demands/{demand.uid}/", "/fr/demands/"]),
    ]
    many = {}
    for language, company, paths in pages:
        client.force_login(company.members.get())
        read_in(language, client)
        for path in paths:
            assert client.get(path).status_code == 200  # builds the index of a list, which asks for names itself
            ttl_cache.clear_all()
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            reading = [query for query in queries if "translation_translation" in query["sql"]]
            many[path, language] = len(reading)
    assert {page: count for page, count in many.items() if count > 2} == {}


def test_the_index_reads_the_translated_names_of_its_products_at_once(machine):
    for number in range(5):
        factories.product(name=f"ข้าวหอมมะลิ {number}", language="th")
    machine("ข้าวหอมมะลิ 3", "泰国茉莉香米", "th", "zh")
    with CaptureQueriesContext(connection) as queries:
        entries = list(product_entries(Product.objects.published()))
    assert sum("translation_translation" in query["sql"] for query in queries) == 2  # one a language
    assert sum(("zh", "泰国茉莉香米") in entry.texts for entry in entries) == 1


def test_a_supplier_in_the_list_is_named_with_goods_that_the_reader_can_read(client):
    factories.product(name="ผลิตภัณฑ์ทดสอบ", language="th", hs_code="", category=factories.category("AGRI-03"))
    page = flat(client.get("/zh-hans/suppliers/").content.decode())
    assert "品类 AGRI-03" in page


def test_a_description_that_cannot_be_read_says_its_language(client):
    demand = factories.demand(title="茉莉香米", description="只要新米。", language="zh")
    factories.line(demand)
    mark = '<span class="read-mark of-language">'
    assert f"{mark}chinois</span>" in flat(client.get(f"/fr/demands/{demand.uid}/").content.decode())
    assert mark not in flat(client.get(f"/zh-hans/demands/{demand.uid}/").content.decode())


def test_reasons_name_the_other_side_so_that_the_reader_can_read_it():
    evidence = {
        "offer_text": ["fr", "Riz au jasmin"],
        "want_text": ["zh", "茉莉香米,5公斤袋装"],
        "shared_words": ["大米", "某某词"],
    }
    row = factories.match(evidence=evidence, parts={"meaning": 0.9, "crowding": 0.3, "words": 0.4})
    with override("fr"):
        closeness, words = sentences(row)
    assert closeness.startswith("« Riz au jasmin » et « riz au jasmin") or "riz jasmin" in closeness
    assert "riz" in words
    assert "某" not in words


def test_a_reason_without_a_gloss_names_no_goods():
    row = factories.match(evidence={"offer_text": ["fr", "X"], "want_text": ["zh", "某某词语"]}, parts={"meaning": 0.9})
    with override("fr"):
        assert sentences(row)[0] == "Les deux textes ont un sens proche."


def test_the_team_reads_the_titles_of_demands_in_its_language(client):
    campaign = factories.campaign()
    client.force_login(factories.organiser(campaign))
    buyer = factories.buyer()
    factories.take_part(campaign, buyer)
    demand = factories.demand(buyer, title="茉莉香米", language="zh")
    factories.line(demand, text="茉莉香米，25公斤", language="zh", hs_code="100630")
    page = flat(client.get(reverse("console_demands")).content.decode())
    assert '<span lang="en" dir="ltr">jasmine rice</span>' in page
    assert '<span class="original" lang="zh" dir="ltr">茉莉香米</span>' in page
