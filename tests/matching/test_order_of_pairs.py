"""The order a buyer expects, from demand lines as people write them: goods and origin first, near goods after them.

The kinds of pairs are those in which readers found a wrong order; the texts were written for this test.
"""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.catalogue import services
from matchmaker.engines.language import detect_typed
from matchmaker.matching import reasons
from matchmaker.matching.fit import STRONG, fit_of
from matchmaker.matching.models import Match
from matchmaker.matching.services import match_waiting
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Name of a product → (language, text, category, HS code, origin)
PRODUCTS = {
    "hom mali": ("th", "ข้าวหอมมะลิไทย 100% ชั้นดีเลิศ บรรจุถุง 5 กก.", "AGRI-06", "100630", "TH"),
    "ST rice": ("vi", "Gạo thơm hạt dài giống ST, 5% tấm", "AGRI-06", "100630", "VN"),
    "koshihikari": ("ja", "新潟産コシヒカリ精米 5kg", "AGRI-06", "100630", "JP"),
    "glutinous": ("th", "ข้าวเหนียวเขี้ยวงู คัดพิเศษ 25 กก.", "AGRI-06", "100630", "TH"),
    "rice flour": ("th", "แป้งข้าวเจ้า ตราช้าง 1 กก.", "AGRI-06", "110290", "TH"),
    "wheat flour": ("fr", "Farine de blé panifiable T65, sac de 25 kg", "AGRI-06", "110100", "FR"),
    "tunisian oil": ("fr", "Huile d'olive vierge extra, bouteille en verre 500 ml", "AGRI-07", "150920", "TN"),
    "spanish oil": ("es", "Aceite de oliva virgen extra Picual, botella de vidrio 500 ml", "AGRI-07", "150920", "ES"),
    "italian oil": ("it", "Olio extravergine di oliva, bottiglia di vetro 500 ml", "AGRI-07", "150920", "IT"),
    "rhône": ("fr", "Côtes du Rhône rouge AOP, 75 cl", "AGRI-11", "220421", "FR"),
    "carménère": ("es", "Vino tinto Carménère Reserva, Valle de Curicó, 750 ml", "AGRI-11", "220421", "CL"),
    "cabernet": ("es", "Vino Cabernet Sauvignon Gran Reserva, Valle del Maipo", "AGRI-11", "220421", "CL"),
    "sake": ("ja", "純米吟醸酒 720ml", "AGRI-11", "220600", "JP"),
    "vannamei vn": ("vi", "Tôm thẻ chân trắng đông lạnh HLSO cỡ 30/40", "AGRI-02", "030617", "VN"),
    "vannamei ec": ("es", "Camarón vannamei congelado sin cabeza 31/40, IQF", "AGRI-02", "030617", "EC"),
    "pangasius": ("vi", "Phi lê cá tra đông lạnh 170-220 g", "AGRI-02", "030462", "VN"),
    "brazilian coffee": ("pt", "Café verde arábica Santos NY2, peneira 17/18", "AGRI-08", "090111", "BR"),
    "ethiopian coffee": ("en", "Yirgacheffe washed arabica green coffee, grade 1", "AGRI-08", "090111", "ET"),
    "comté": ("fr", "Comté AOP affiné 18 mois, meule de 38 kg, lait cru", "AGRI-03", "040690", "FR"),
    "block butter": ("fr", "Beurre doux 82 % en bloc de 25 kg", "AGRI-03", "040510", "NZ"),
    "butter biscuits": ("fr", "Biscuits sablés au beurre, boîte de 200 g", "AGRI-10", "190531", "FR"),
    "açaí": ("pt", "Polpa de açaí congelada, balde de 10 kg", "AGRI-04", "081190", "BR"),
    "durian": ("th", "เนื้อทุเรียนหมอนทองแช่แข็ง ถุง 1 กก.", "AGRI-04", "081190", "TH"),
    "dried figs": ("tr", "Kuru incir, doğal, 10 kg koli", "AGRI-04", "080420", "TR"),
    "dried apricots": ("tr", "Gün kurusu kayısı, kükürtsüz, 12,5 kg", "AGRI-04", "081310", "TR"),
}
# (line, HS code or "", what must stand before, what must stand after it or not at all)
PAIRS = [
    ("泰国茉莉香米 5kg装，碎米5%以内", "", "hom mali", "ST rice"),
    ("泰国茉莉香米 5kg装，碎米5%以内", "", "hom mali", "koshihikari"),
    ("Thai jasmine rice in 5 kg bags", "", "hom mali", "ST rice"),
    ("特级初榨橄榄油 500ml玻璃瓶 西班牙或意大利", "", "spanish oil", "tunisian oil"),
    ("特级初榨橄榄油 500ml玻璃瓶 西班牙或意大利", "", "italian oil", "tunisian oil"),
    ("huile d'olive vierge extra d'Italie, 500 ml", "", "italian oil", "tunisian oil"),
    ("智利红酒 赤霞珠 750ml*6", "", "cabernet", "rhône"),
    ("智利红酒 赤霞珠 750ml*6", "", "carménère", "rhône"),
    ("智利红酒 赤霞珠 750ml*6", "", "carménère", "sake"),
    ("Chilean red wine, 750 ml", "", "carménère", "rhône"),
    ("冷冻南美白虾 30/40 去头 单冻", "", "vannamei ec", "pangasius"),
    ("冷冻南美白虾 30/40 去头 单冻", "", "vannamei vn", "pangasius"),
    ("Ethiopian green coffee beans, washed", "", "ethiopian coffee", "brazilian coffee"),
    ("硬质奶酪，成熟12个月以上，真空包装", "", "comté", "block butter"),
    ("糯米 25公斤装", "", "glutinous", "koshihikari"),
    ("面包专用小麦粉 25kg", "", "wheat flour", "rice flour"),
    ("冷冻榴莲果肉 1kg", "", "durian", "açaí"),
    ("杏干 无硫 12.5kg", "", "dried apricots", "dried figs"),
    ("大块黄油 25kg 无盐", "", "block butter", "butter biscuits"),
    ("แป้งสาลีทำขนมปัง 25 กก.", "", "wheat flour", "rice flour"),
]
FAILED_ORIGINS = [
    ("泰国茉莉香米 5kg装，碎米5%以内", "ST rice"),
    ("特级初榨橄榄油 500ml玻璃瓶 西班牙或意大利", "tunisian oil"),
    ("智利红酒 赤霞珠 750ml*6", "rhône"),
    ("Ethiopian green coffee beans, washed", "brazilian coffee"),
]


@pytest.fixture(scope="module")
def matched(django_db_setup, django_db_blocker):
    """Line → {name of a product: its match}, made by the services as on a site."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            yield _match_all()
            transaction.set_rollback(True)


def _match_all() -> dict[str, dict[str, Match]]:
    names = {}
    for name, (language, text, category, code, origin) in PRODUCTS.items():
        row = make.product(
            name=text, description="", language=language, category=make.category(category),
            hs_code=make.hs_code(code).code, origin=origin,
        )  # fmt: skip
        names[row.pk] = name
    company = make.buyer()
    demand = services.save_demand(
        by=make.member_of(company), company=company, title="采购", language="zh",
        closing_on=timezone.localdate() + dt.timedelta(days=30),
        lines=[{"text": text, "language": detect_typed(text)} for text in dict.fromkeys(pair[0] for pair in PAIRS)],
    )  # fmt: skip
    services.publish_demand(by=make.member_of(company), demand=demand)
    while match_waiting():
        pass
    rows: dict[str, dict[str, Match]] = {line.text: {} for line in demand.lines.all()}
    for match in Match.objects.active().select_related("product", "line"):
        rows[match.line.text][names[match.product_id]] = match
    return rows


@pytest.mark.parametrize(("line", "code", "right", "wrong"), PAIRS)
def test_what_the_buyer_wrote_comes_first(matched, line, code, right, wrong):
    scores = {name: match.score for name, match in matched[line].items()}
    assert right in scores, scores
    assert scores.get(wrong, 0) < scores[right]


@pytest.mark.parametrize(("line", "name"), FAILED_ORIGINS)
def test_another_origin_is_never_a_strong_fit_and_says_why(matched, line, name):
    if (match := matched[line].get(name)) is None:
        return
    assert fit_of(0.99, match.conditions) != STRONG
    assert ("origin", "fails") in [(row["code"], row["outcome"]) for row in match.conditions]


def test_a_reason_does_not_call_another_rice_jasmine_rice(matched):
    for match in matched["泰国茉莉香米 5kg装，碎米5%以内"].values():
        if match.product.origin != "TH":
            assert "Both name the same goods: jasmine rice." not in reasons.sentences(match)
