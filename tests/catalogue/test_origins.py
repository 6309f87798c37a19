"""Countries in a demand line become a condition of its origin, which the buyer sees, changes and takes away."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.catalogue import services
from matchmaker.catalogue.origins import origins_in
from matchmaker.catalogue.services import bulk
from tests import factories as make


@pytest.mark.parametrize(
    ("text", "origins", "language"),
    [
        ("泰国茉莉香米 5kg装，碎米5%以内", ["TH"], ""),
        ("特级初榨橄榄油 500ml玻璃瓶 西班牙或意大利", ["ES", "IT"], ""),
        ("智利红酒 赤霞珠 750ml*6", ["CL"], ""),
        ("冷冻南美白虾 30/40 去头 单冻", [], ""),
        ("求购越南腰果 W320 20吨", ["VN"], ""),
        ("20吨泰国香米", ["TH"], ""),
        ("原产地：西班牙、意大利 橄榄油", ["ES", "IT"], ""),
        ("巴西莓果浆 冷冻", [], ""),
        ("意大利面 500g", [], ""),
        ("巴西坚果仁", [], ""),
        ("高压球阀 德国标准 DN100", [], ""),
        ("数控机床 日本系统", [], ""),
        ("冷冻 厄瓜多尔白虾 30/40", ["EC"], ""),
        ("咖啡生豆 埃塞俄比亚", ["ET"], ""),
        ("咖啡豆，产自哥伦比亚或巴西", ["BR", "CO"], ""),
        ("新西兰黄油 25kg", ["NZ"], ""),
        ("黄油 新西兰优先", [], ""),
        ("不要越南的大米", [], ""),
        ("希腊酸奶", [], ""),
        ("红酒 西班牙橡木桶", [], ""),
        ("急需：泰国茉莉香米", ["TH"], ""),
        ("除泰国以外的大米", [], ""),
        ("澳洲牛肉 谷饲", ["AU"], ""),
        ("俄罗斯菜籽油", ["RU"], ""),
        ("法国或德国产奶粉", ["DE", "FR"], ""),
        ("日本豆腐", [], ""),
        ("印度香米", [], ""),
        ("爱尔兰威士忌", ["IE"], ""),
        ("面膜 韩国原料 补水", [], ""),
        ("阀门 配德国轴承", [], ""),
        ("泰國茉莉香米", ["TH"], ""),
        ("中国台湾乌龙茶", ["TW"], ""),
        ("出口俄罗斯的轴承", [], ""),
        ("进口法国奶酪", ["FR"], ""),
        ("Chilean red wine, Cabernet Sauvignon", ["CL"], ""),
        ("Coffee beans from Brazil", ["BR"], ""),
        ("green coffee, Ethiopian or Kenyan", ["ET", "KE"], ""),
        ("frozen turkey wings", [], ""),
        ("Thai jasmine rice 5 kg", ["TH"], ""),
        ("extra virgin olive oil (Spain or Italy)", ["ES", "IT"], ""),
        ("red wine aged in French oak", [], ""),
        ("French fries 10 mm", [], ""),
        ("Brazil nuts in shell", [], ""),
        ("ball valves German standard DN100", [], ""),
        ("hazelnuts from Turkey", ["TR"], ""),
        ("bone china mugs", [], ""),
        ("sugar not from Brazil", [], ""),
        ("labels in Thai, rice", [], ""),
        ("guinea fowl", [], ""),
        ("olive oil, origin: Greece", ["GR"], ""),
        ("Swiss cheese", [], ""),
        ("Scotch whisky 12 years", ["GB"], ""),
        ("shrimp, preferably from Ecuador", [], ""),
        ("Vietnam cashew W320", ["VN"], ""),
        ("café vert d'Éthiopie", ["ET"], ""),
        ("vin rouge du Chili", ["CL"], "fr"),
        ("noix du Brésil", [], ""),
        ("huile d'olive espagnole ou italienne", ["ES", "IT"], "fr"),
        ("riz thaï jasmin", ["TH"], ""),
        ("vin vieilli en fût de chêne français", [], ""),
        ("vino tinto chileno", ["CL"], "es"),
        ("aceite de oliva de Túnez", ["TN"], "es"),
        ("Rotwein aus Chile", ["CL"], "de"),
        ("chilenischer Rotwein", ["CL"], "de"),
        ("olio di oliva spagnolo", ["ES"], "it"),
        ("vinho tinto do Chile", ["CL"], "pt"),
        ("красное вино из Чили", ["CL"], ""),
        ("чилийское вино", ["CL"], ""),
        ("кофе из Эфиопии", ["ET"], ""),
        ("زيت زيتون من إسبانيا", ["ES"], ""),
        ("Şili şarabı", [], ""),
        ("チリ産ワイン", ["CL"], ""),
        ("칠레산 와인", ["CL"], ""),
        ("칠레 와인", ["CL"], ""),
        ("ข้าวหอมมะลิไทย", ["TH"], ""),
        ("กาแฟจากเอธิโอเปีย", ["ET"], ""),
        ("gạo thơm Thái Lan", ["TH"], ""),
        ("cà phê xuất xứ Brazil", ["BR"], ""),
        ("kopi dari Brasil", ["BR"], "id"),
        ("beras Thailand", ["TH"], "id"),
        ("ข้าวหอมมะลิ ส่งออกไปเวียดนาม", [], ""),
    ],
)
def test_a_country_is_read_where_the_words_say_that_goods_come_from_it(text, origins, language):
    assert origins_in(text, language) == origins


@pytest.mark.parametrize("text", ["", " ", "---", "5", "\x00", "泰国" * 500])
def test_any_text_is_read_without_an_error(text):
    assert origins_in(text) in ([], ["TH"])


@pytest.fixture
def company(db):
    return make.buyer()


def save(company, demand=None, **line):
    values = {"title": "采购", "closing_on": timezone.localdate() + dt.timedelta(days=30)} if demand is None else {}
    given = line if demand is None else {"uid": demand.lines.get().uid, **line}
    saved = services.save_demand(
        by=make.member_of(company), company=company, demand=demand, lines=[given], language="zh", **values
    )
    return saved, saved.lines.get()


def test_what_is_read_becomes_the_origin_that_is_wanted(company):
    _demand, line = save(company, text="泰国茉莉香米", origins_wanted=[])
    assert (line.origins_wanted, line.is_origin_read) == (["TH"], True)


def test_what_the_buyer_sets_counts_more_than_what_is_read(company):
    _demand, line = save(company, text="泰国茉莉香米", origins_wanted=["KH", "TH"])
    assert (line.origins_wanted, line.is_origin_read) == (["KH", "TH"], False)


def test_a_condition_that_the_buyer_takes_away_stays_away(company):
    demand, _line = save(company, text="泰国茉莉香米", origins_wanted=[])
    demand, line = save(company, demand, text="泰国茉莉香米", origins_wanted=[])
    assert line.origins_wanted == []
    _demand, line = save(company, demand, text="泰国茉莉香米 5kg装", origins_wanted=[])
    assert (line.origins_wanted, line.is_origin_read) == ([], False)


def test_another_country_in_the_text_replaces_the_one_that_was_read(company):
    demand, _line = save(company, text="智利红酒", origins_wanted=[])
    _demand, line = save(company, demand, text="西班牙红酒", origins_wanted=["CL"])
    assert line.origins_wanted == ["ES"]


def test_a_country_that_is_excluded_is_not_wanted_as_well(company):
    _demand, line = save(company, text="泰国茉莉香米", origins_wanted=[], origins_excluded=["TH"])
    assert line.origins_wanted == []


def test_lines_of_a_sheet_are_read_too(company):
    demand, line = save(company, text="一", origins_wanted=[])
    by = make.member_of(company)
    bulk.add_lines(by=by, demands={}, lines=[{"demand": demand.uid, "text": "智利红酒"}], source="sheet")
    assert demand.lines.get(text="智利红酒").origins_wanted == ["CL"]
    bulk.change_line(by=by, uid=line.uid, values={"text": "新西兰黄油"}, source="sheet")
    line.refresh_from_db()
    assert (line.origins_wanted, line.is_origin_read) == (["NZ"], True)
