"""Writing a demand: nothing is lost, nothing wrong gets in, and nobody else's is touched."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.core.languages import site_languages
from matchmaker.web.buyer import demands
from matchmaker.web.buyer.demands import read_lines
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TODAY = timezone.localdate()


@pytest.fixture
def company():
    make.hs_code("100630")
    make.category("AGRI-06")
    return make.buyer()


@pytest.fixture
def desk(client, company):
    client.force_login(make.member_of(company))
    return client


def typed(*lines: dict, **fields) -> dict:
    data = {
        "title": "2027年春季大米采购",
        "language": "zh",
        "visibility": "public",
        "closing_on": (TODAY + dt.timedelta(days=30)).isoformat(),
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
        "do": "save",
        **fields,
    }
    for n, line in enumerate(lines):
        data |= {f"lines-{n}-{name}": value for name, value in line.items()}
    return data


RICE = {
    "text": "茉莉香米 5公斤袋装",
    "category": "AGRI-06",
    "hs_code": "1006.30",
    "quantity": "200",
    "unit": "t",
    "target_price": "6800.50",
    "currency": "CNY",
    "price_unit": "t",
    "origins_wanted": "泰国, VN",
    "certificates_required": "HACCP",
}


def test_a_demand_of_two_lines_is_kept_as_a_draft(desk, company):
    response = desk.post(reverse("buyer_demand_new"), typed(RICE, {"text": "橄榄油"}))
    demand = Demand.objects.get()
    assert response.url == reverse("buyer_demand", args=[demand.uid])
    assert (demand.company, demand.status) == (company, "draft")
    first, second = demand.lines.all()
    assert (first.hs_code, first.category_id, str(first.target_price)) == ("100630", "AGRI-06", "6800.5000")
    assert (first.origins_wanted, first.certificates_required) == (["TH", "VN"], ["HACCP"])
    assert (second.number, second.text, second.category_id) == (2, "橄榄油", None)


def test_publishing_opens_it(desk):
    desk.post(reverse("buyer_demand_new"), typed(RICE, do="publish"))
    assert Demand.objects.get().is_open


@pytest.mark.django_db(transaction=True)
def test_matching_starts_after_the_demand_is_open(desk, monkeypatch):
    """Started before, it found a draft, and the first match waited for the next tick of the timetable."""
    states = []
    monkeypatch.setattr(demands, "start_matching", lambda: states.append(Demand.objects.get().status))
    desk.post(reverse("buyer_demand_new"), typed(RICE, do="publish"))
    assert states == ["published"]


def test_the_team_is_told_at_once_of_a_demand_that_waits_for_it(desk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as started:
        desk.post(reverse("buyer_demand_new"), typed(RICE, do="publish"))
    assert {one.__name__ for one in started} >= {"start_matching", "start_delivery"}


def test_an_unapproved_company_keeps_the_wish_to_publish_and_takes_it_back(client):
    company = make.buyer(status="pending")
    client.force_login(make.member_of(company))
    page = client.post(reverse("buyer_demand_new"), typed({"text": "大米"}, do="publish"), follow=True)
    demand = Demand.objects.get()
    assert (demand.status, demand.publish_wish_by) == ("draft", make.member_of(company))
    assert "It is published by itself as soon as your company is approved." in page.content.decode()
    client.post(reverse("buyer_demand_edit", args=[demand.uid]), typed({"text": "大米"}, do="save"))
    demand.refresh_from_db()
    assert demand.publish_wish_by is None


def test_lines_left_empty_are_left_out(desk):
    desk.post(reverse("buyer_demand_new"), typed({"text": ""}, {"text": "大米"}, {"text": "  "}))
    assert [line.text for line in DemandLine.objects.all()] == ["大米"]


def test_a_demand_without_a_line_is_refused_and_nothing_is_lost(desk):
    response = desk.post(reverse("buyer_demand_new"), typed({"text": ""}, title="春季采购"))
    assert (response.status_code, Demand.objects.count()) == (422, 0)
    assert 'value="春季采购"' in response.content.decode()


def test_adding_a_line_without_a_script_keeps_what_was_typed(desk):
    page = desk.post(reverse("buyer_demand_new"), typed(RICE, do="add", title="春季采购")).content.decode()
    assert Demand.objects.count() == 0
    assert 'name="lines-1-text"' in page
    assert "茉莉香米 5公斤袋装" in page
    assert 'value="春季采购"' in page
    assert 'value="泰国, VN"' in page
    assert "field-error" not in page


def test_adding_a_line_with_htmx_answers_with_the_lines_only(desk):
    page = desk.post(reverse("buyer_demand_new"), typed(RICE, do="add"), headers={"HX-Request": "true"})
    assert page.content.decode().lstrip().startswith('<div id="lines">')


def test_removing_a_line_takes_away_that_one(desk):
    page = desk.post(reverse("buyer_demand_new"), typed({"text": "一"}, {"text": "二"}, {"text": "三"}, do="remove:1"))
    assert [row["text"] for row in (form.initial for form in page.context["lines"])] == ["一", "三"]


def test_rows_of_a_sheet_become_lines_to_look_over(desk):
    pasted = "品名\t数量\t单位\t目标价\t币种\n茉莉香米\t1,200.00\t吨\t6800\t人民币\n橄榄油\t50\t千克\t\t"
    page = desk.post(reverse("buyer_demand_new"), typed(do="paste", pasted=pasted))
    rows = [form.initial for form in page.context["lines"]]
    assert rows[0] == {
        "text": "茉莉香米",
        "quantity": "1,200.00",
        "unit": "t",
        "target_price": "6800",
        "currency": "CNY",
    }
    assert rows[1] == {"text": "橄榄油", "quantity": "50", "unit": "kg"}
    assert Demand.objects.count() == 0


# What, quantity, unit, target price, currency, HS code, origin: as traders head these columns in each language.
HEADS = {
    "en": "Product|Quantity|Unit|Target price|Currency|HS code|Origin",
    "zh": "品名|数量|单位|目标价|币种|HS编码|原产地",
    "fr": "Désignation|Quantité|Unité|Prix unitaire|Devise|Code SH|Origine",
    "de": "Warenbezeichnung|Menge|Einheit|Zielpreis|Währung|Zolltarifnummer|Ursprungsland",
    "es": "Descripción|Cantidad|Unidad|Precio objetivo|Moneda|Código arancelario|País de origen",
    "pt": "Mercadoria|Quantidade|Unidade|Preço|Moeda|Código SA|Origem",
    "it": "Prodotto|Quantità|Unità|Prezzo|Valuta|Codice doganale|Origine",
    "ru": "Наименование товара|Кол-во|Ед. изм.|Цена|Валюта|Код ТН ВЭД|Страна происхождения",
    "ar": "المنتج|الكمية|الوحدة|السعر|العملة|رمز النظام المنسق|بلد المنشأ",
    "ja": "商品名|数量|単位|目標価格|通貨|HSコード|原産国",
    "ko": "품명|수량|단위|단가|통화|HS 코드|원산지",
    "th": "สินค้า|จำนวน|หน่วย|ราคาเป้าหมาย|สกุลเงิน|พิกัดศุลกากร|แหล่งกำเนิด",
    "vi": "Tên hàng|Số lượng|Đơn vị tính|Đơn giá|Loại tiền|Mã HS|Xuất xứ",
    "id": "Nama barang|Jumlah|Satuan|Harga|Mata uang|Kode HS|Negara asal",
    "tr": "Ürün|Miktar|Birim|Fiyat|Para birimi|GTİP|Menşe",
}


@pytest.mark.parametrize("language", HEADS)
def test_a_pasted_head_is_known_in_every_language_of_the_site(language):
    cells = ["jasmine rice", "500", "t", "680", "USD", "100630", "TH"]
    # In another order than without a head, so that only the head can say what is what.
    pasted = "\n".join("\t".join(reversed(row)) for row in (HEADS[language].split("|"), cells))
    fields = ("text", "quantity", "unit", "target_price", "currency", "hs_code", "origins_wanted")
    assert read_lines(pasted) == ([dict(zip(fields, cells, strict=True))], 0)


def test_heads_are_written_for_every_language_of_the_site():
    assert len(HEADS) == len(site_languages())


def test_numbers_of_a_pasted_sheet_are_read_as_traders_write_them(desk):
    pasted = "茉莉香米\t12,000\t公斤\t17,50\t欧元\n橄榄油\t1.2万\t公斤\t1 234,5\t欧元"
    page = desk.post(reverse("buyer_demand_new"), typed(do="paste", pasted=pasted))
    rows = [form.initial for form in page.context["lines"]]
    desk.post(reverse("buyer_demand_new"), typed(*rows))
    lines = Demand.objects.get().lines.order_by("number")
    assert [(line.quantity, line.target_price) for line in lines] == [
        (Decimal("12000"), Decimal("17.50")),
        (Decimal("12000"), Decimal("1234.5")),
    ]


def test_taking_one_suggestion_keeps_all_others(desk):
    lines = ({"text": "茉莉香米"}, {"text": "南美白虾"}, {"text": "橄榄油"})
    shown = desk.post(reverse("buyer_demand_new"), typed(*lines, do="suggest"))
    assert [bool(found) for _line, found in shown.context["listed"]] == [True, True, True]
    marked = [{**line, "suggested": "1"} for line in lines[:2]]
    page = desk.post(reverse("buyer_demand_new"), typed(*marked, lines[2], do="use:1:hs_code:030617"))
    assert [bool(found) for _line, found in page.context["listed"]] == [True, True, False]
    assert page.context["lines"].forms[1].initial["hs_code"] == "030617"
    assert 'name="lines-0-suggested" value="1"' in page.content.decode()
    fewer = desk.post(reverse("buyer_demand_new"), typed({"text": ""}, *marked, do="remove:1"))
    assert [bool(found) for _line, found in fewer.context["listed"]] == [False, True]


def test_the_language_of_a_demand_is_found_out_unless_it_is_chosen(desk):
    desk.post(reverse("buyer_demand_new"), typed(RICE, language=""))
    desk.post(reverse("buyer_demand_new"), typed({"text": "Olive oil"}, title="Olive oil for spring", language=""))
    desk.post(reverse("buyer_demand_new"), typed({"text": "Olive oil"}, title="Olive oil again", language="it"))
    assert list(Demand.objects.order_by("pk").values_list("language", flat=True)) == ["zh", "en", "it"]


def test_what_the_team_reads_first_is_not_called_open(desk):
    answer = desk.post(
        reverse("buyer_demand_new"), typed({"text": "象牙制品，微信 wxid_88888888"}, do="publish"), follow=True
    )
    assert Demand.objects.get().status == "submitted"
    assert [str(message) for message in answer.context["messages"]] == [
        "The campaign's team looks at it first; the reason stands below."
    ]


def test_before_approval_the_form_offers_to_publish_with_the_approval(desk, company):
    company.status = "pending"
    company.save()
    page = desk.get(reverse("buyer_demand_new")).content.decode()
    assert ("Publish and find suppliers" in page, "Publish as soon as we are approved" in page) == (False, True)


def test_a_suggestion_that_is_taken_stands_in_its_line(desk):
    page = desk.post(reverse("buyer_demand_new"), typed({"text": "一"}, {"text": "二"}, do="use:1:hs_code:100630"))
    assert page.context["lines"].forms[1].initial["hs_code"] == "100630"


@pytest.mark.parametrize(
    "step", ["use:9:hs_code:1", "use:x", "remove:99", "remove:-1", "add:x", "paste", "?", "use:0:text:x"]
)
def test_steps_nobody_offered_change_nothing(desk, step):
    page = desk.post(reverse("buyer_demand_new"), typed({"text": "一"}, do=step))
    assert page.status_code == 200
    assert page.context["lines"].forms[0].initial["text"] == "一"


def test_a_search_becomes_the_first_line(desk):
    page = desk.get(reverse("buyer_demand_new"), {"text": "茉莉香米"})
    assert page.context["lines"].forms[0].initial["text"] == "茉莉香米"


@pytest.mark.parametrize("key", ["x", "../" * 12, "496ca0b7-d998-4e2b-b376-061995e24963", "0" * 36])
def test_a_product_that_is_none_begins_an_empty_line(desk, key):
    assert desk.get(reverse("buyer_demand_new"), {"product": key}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("quantity", "1,5,3", "amount in digits, such as 1,250.5"),
        ("quantity", "5 boxes", "amount in digits, such as 1,250.5"),
        ("quantity", "-1", "above 0"),
        ("quantity", "0", "above 0"),
        ("quantity", "0.001", "digits may follow the point"),
        ("quantity", "1" + "0" * 18, "too large"),
        ("target_price", "1e18", "amount in digits"),
        ("hs_code", "999999", "HS 2022 has no code"),
        ("hs_code", "10063", "digits and no dots"),
        ("category", "AGRI-99", "Choose a category"),
        ("unit", "furlong", "Choose an entry"),
        ("origins_wanted", "Atlantis", "We do not know the country"),
        ("certificates_required", "ISO-Moon", "We do not know the certificate"),
    ],
)
def test_a_wrong_value_is_explained_at_its_line_and_kept(desk, field, value, sentence):
    response = desk.post(reverse("buyer_demand_new"), typed({"text": "橄榄油"}, {**RICE, field: value}))
    page = response.content.decode()
    assert (response.status_code, Demand.objects.count()) == (422, 0)
    assert sentence in page
    assert "Line 2" in page
    assert value in page or field in ("category", "unit")
    assert "茉莉香米 5公斤袋装" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("closing_on", (TODAY - dt.timedelta(days=1)).isoformat(), "in the past"),
        ("closing_on", "2027-02-30", "day of the calendar"),
        ("closing_on", "10000-01-01", "day of the calendar"),
        ("closing_on", "9999-12-31", "within the next three years"),
        ("closing_on", "30/09/2027", "day of the calendar"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_the_rule(desk, field, value, sentence):
    response = desk.post(reverse("buyer_demand_new"), typed(RICE, **{field: value}))
    assert (response.status_code, Demand.objects.count()) == (422, 0)
    assert sentence in response.content.decode()


def test_a_delivery_that_ends_before_it_begins_is_refused(desk):
    response = desk.post(
        reverse("buyer_demand_new"), typed(RICE, delivery_from="2027-05-01", delivery_until="2027-04-01")
    )
    assert "must not be before its beginning" in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 161),
        ("title", "\u200b"),
        ("title", "two\nlines"),
        ("title", "\u202eesrever"),
        ("description", "x" * 5001),
        ("description", "x" * 1_000_000),
    ],
)
def test_a_text_that_is_too_long_or_hides_something_is_refused(desk, field, value):
    response = desk.post(reverse("buyer_demand_new"), typed(RICE, **{field: value}))
    assert (response.status_code, Demand.objects.count()) == (422, 0)


def test_a_title_with_markup_is_shown_as_it_is(desk):
    desk.post(reverse("buyer_demand_new"), typed(RICE, title="<b>{{7*7}}%s", do="publish"))
    demand = Demand.objects.get()
    for address in (reverse("buyer_demand", args=[demand.uid]), reverse("demand", args=[demand.uid])):
        assert "&lt;b&gt;{{7*7}}%s" in desk.get(address).content.decode()


def test_a_supplier_has_no_buyer_desk(client):
    client.force_login(make.member_of(make.supplier()))
    response = client.post(reverse("buyer_demand_new"), typed({"text": "大米"}))
    assert (response.status_code, response.url) == (302, reverse("join"))
    assert Demand.objects.count() == 0


@pytest.mark.parametrize("route", ["buyer_demand", "buyer_demand_edit"])
def test_a_demand_of_another_buyer_does_not_exist_here(desk, route):
    theirs = make.demand(lines=1)
    assert desk.get(reverse(route, args=[theirs.uid])).status_code == 404
    assert desk.get(reverse(route, args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("verb", ["publish", "close", "withdraw", "invite"])
def test_nor_can_anything_be_done_with_it(desk, verb):
    theirs = make.demand(lines=1)
    assert desk.post(reverse(f"buyer_demand_{verb}", args=[theirs.uid])).status_code == 404
    assert desk.get(reverse(f"buyer_demand_{verb}", args=[theirs.uid])).status_code == 405
    theirs.refresh_from_db()
    assert theirs.status == "published"


def test_an_edit_keeps_the_lines_that_stay_and_removes_the_others(desk, company):
    demand = make.demand(company=company)
    kept, gone = make.line(demand, text="大米"), make.line(demand, text="面粉")
    desk.post(
        reverse("buyer_demand_edit", args=[demand.uid]),
        typed({"text": "新线"}, {"uid": str(kept.uid), "text": "大米 10公斤"}, do="save"),
    )
    assert [(line.number, line.text) for line in demand.lines.all()] == [(1, "新线"), (2, "大米 10公斤")]
    assert demand.lines.get(number=2).pk == kept.pk
    assert not DemandLine.objects.filter(pk=gone.pk).exists()


def test_a_country_in_the_text_is_a_condition_that_the_buyer_sees_and_takes_away(desk):
    page = desk.post(reverse("buyer_demand_new"), typed({"text": "泰国茉莉香米"}), follow=True).content.decode()
    line = DemandLine.objects.get()
    assert line.origins_wanted == ["TH"]
    assert "Thailand (read from your text)" in " ".join(page.split())
    form = desk.get(reverse("buyer_demand_edit", args=[line.demand.uid])).content.decode()
    assert "read from your text" in form
    emptied = typed({"uid": str(line.uid), "text": "泰国茉莉香米", "origins_wanted": ""})
    page = desk.post(reverse("buyer_demand_edit", args=[line.demand.uid]), emptied, follow=True).content.decode()
    line.refresh_from_db()
    assert line.origins_wanted == []
    assert "read from your text" not in page


def test_a_line_of_another_demand_cannot_be_taken_over(desk, company):
    theirs = make.line(make.demand(), text="别人的")
    desk.post(reverse("buyer_demand_new"), typed({"uid": str(theirs.uid), "text": "我的"}))
    theirs.refresh_from_db()
    assert theirs.text == "别人的"


def test_open_close_and_withdraw_follow_each_other(desk, company):
    demand = make.demand(company=company, status="draft", published_at=None, lines=1)
    for verb, status in (
        ("publish", "published"),
        ("close", "closed"),
        ("publish", "published"),
        ("withdraw", "withdrawn"),
    ):
        desk.post(reverse(f"buyer_demand_{verb}", args=[demand.uid]))
        demand.refresh_from_db()
        assert demand.status == status


def test_an_invited_demand_can_be_shown_to_a_matched_supplier(desk, company):
    demand = make.demand(company=company, visibility="invited", lines=1)
    match = make.match(None, demand.lines.get())
    page = desk.get(reverse("buyer_demand", args=[demand.uid]))
    assert page.context["invitable"] == [match.product.company]
    desk.post(reverse("buyer_demand_invite", args=[demand.uid]), {"company": str(match.product.company.uid)})
    assert [row.company for row in demand.invitations.all()] == [match.product.company]


def test_a_question_is_answered_and_a_certificate_is_proposed_in_its_line(desk):
    shown = desk.post(reverse("buyer_demand_new"), typed({"text": "清真冷冻鸡肉"}, do="suggest"))
    found = shown.context["listed"][0][1]
    assert found["certificates"] == ["HALAL"]
    answer = found["question"].answers[0][0]
    line = {"text": "清真冷冻鸡肉", "suggested": "1"}
    page = desk.post(reverse("buyer_demand_new"), typed(line, do=f"use:0:narrowed:{answer}"))
    assert page.context["listed"][0][1]["question"].path == answer
    required = desk.post(reverse("buyer_demand_new"), typed(line, do="use:0:certificates_required:HALAL"))
    assert required.context["lines"].forms[0].initial["certificates_required"] == "HALAL"
    assert required.context["listed"][0][1]["certificates"] == []


def test_a_demand_without_a_title_is_called_by_its_first_line_and_closes_in_thirty_days(desk):
    page = desk.get(reverse("buyer_demand_new"))
    closing_on = page.context["form"]["closing_on"].value()
    assert closing_on == timezone.localdate() + dt.timedelta(days=30)
    line = {"text": "茉莉香米\n5公斤袋装", "quantity": "20 吨"}
    desk.post(reverse("buyer_demand_new"), typed(line, title="  ", closing_on=closing_on.isoformat()))
    demand = Demand.objects.get()
    assert (demand.title, demand.closing_on) == ("茉莉香米 5公斤袋装", closing_on)
    row = demand.lines.get()
    assert (row.quantity, row.unit) == (20, "t")


def test_a_unit_in_the_box_of_the_quantity_does_not_overrule_the_one_that_was_chosen(desk):
    answer = desk.post(reverse("buyer_demand_new"), typed({**RICE, "quantity": "20 吨", "unit": "kg"}))
    assert answer.status_code == 422
    assert not Demand.objects.exists()
