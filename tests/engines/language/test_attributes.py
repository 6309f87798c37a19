"""Attributes that decide, read from texts of all languages, with negation."""

import pytest

from matchmaker.engines.language.attributes import Attributes, certificate_of, load_attributes, name, read_attributes
from matchmaker.engines.language.vocabulary import GOODS_LANGUAGES


@pytest.mark.parametrize(
    ("lang", "text", "has", "lacks"),
    [
        ("en", "Frozen beef, boneless, not smoked", {"state:frozen", "bone:boneless", "smoke:unsmoked"}, set()),
        ("zh", "求购非转基因大豆，不要冷冻", {"gmo:non-gmo"}, {"state:frozen"}),
        ("fr", "Jus de pomme sans sucre, non biologique", {"sugar:sugar-free"}, {"farming:organic"}),
        ("es", "Gambas congeladas, no de cultivo", {"state:frozen"}, {"catch:farmed"}),
        ("de", "Kaffee, entkoffeiniert, nicht bio", {"caffeine:decaffeinated"}, {"farming:organic"}),
        ("pt", "Frango congelado, abate não halal", {"state:frozen"}, {"halal:halal"}),
        ("it", "Borsa in vera pelle, non usata", {"hide:leather"}, {"condition:used"}),
        ("ru", "Горбуша мороженая, не копчёная", {"state:frozen"}, {"smoke:smoked"}),
        ("ar", "تمور مجففة غير عضوية", {"state:dried"}, {"farming:organic"}),
        ("tr", "Organik değil, kuru incir", {"state:dried"}, {"farming:organic"}),
        ("ja", "乾燥しいたけ、有機ではありません", {"state:dried"}, {"farming:organic"}),
        ("ko", "유기농 아닌 건조 고추", {"state:dried"}, {"farming:organic"}),
        ("id", "Madu tidak organik, udang beku", {"state:frozen"}, {"farming:organic"}),
        ("th", "ถุงมือยาง ไม่มีแป้ง", {"powder:powder-free"}, set()),
        ("vi", "Tôm đông lạnh, không cồn", {"state:frozen", "alcohol:alcohol-free"}, set()),
        ("zh", "电机 220V，规格26/30，螺栓M8", {"voltage:220 V", "count:26/30", "thread:M8"}, set()),
        ("en", "Yogurt with sugar", {"sugar:sweetened"}, set()),
        ("en", "Olive oil in cartons, 110-240 V not needed, 2024/25", {"voltage:110 V", "voltage:220 V"}, set()),
    ],
)
def test_values_and_their_lack_are_read(lang, text, has, lacks):
    found = read_attributes(((lang, text),))
    assert (found.has, found.lacks) == (frozenset(has), frozenset(lacks))


def test_another_value_of_the_group_or_a_lack_fails_and_silence_does_not():
    frozen = Attributes(frozenset(["state:frozen"]), frozenset(["farming:organic"]))
    assert frozen.fails("state:fresh")
    assert frozen.fails("farming:organic")
    assert not frozen.fails("state:frozen")
    assert not frozen.fails("halal:halal")


def test_every_value_has_words_in_every_language():
    assert [
        (row.id, lang) for row in load_attributes().values() for lang in GOODS_LANGUAGES if not row.names[lang]
    ] == []


def test_values_are_named_for_the_reader_and_proved_by_a_certificate():
    assert name("state:frozen", "fr") == "congelé"
    assert name("state:frozen", "sw") == "frozen"
    assert name("count:26/30", "fr") == "26/30"
    assert (certificate_of("halal:halal"), certificate_of("state:frozen"), certificate_of("thread:M8")) == (
        "HALAL",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("lang", "text", "has", "lacks"),
    [
        ("zh", "干式螺杆真空泵，抽速不小于600 m³/h，密度0.8 kg/m3", set(), set()),
        ("en", "Bolts M3x20 and M2", {"thread:M3", "thread:M2"}, set()),
        ("zh", "脱壳前白芝麻（原籽）", set(), {"shell:shelled"}),
        ("zh", "冷冻去骨牛肉，去皮前腿", {"state:frozen", "bone:boneless", "skin:skinless"}, set()),
        ("zh", "鲜牛油果，气调冷藏柜，冷冻运输", set(), set()),
        ("ja", "抹茶、冷蔵保管", set(), set()),
        ("ar", "أخطبوط مجمّد منظّف", {"state:frozen"}, set()),
        ("vi", "Phi lê cá tra bỏ da, bỏ xương", {"skin:skinless", "bone:boneless"}, set()),
        ("it", "Caffè in grani, tostatura media scura", {"grind:whole", "roast:roasted"}, set()),
        ("zh", "去皮整番茄罐头，无添加糖", {"skin:skinless", "state:canned", "sugar:no added sugar"}, set()),
        ("zh", "自动上链机械腕表", {"drive:automatic"}, set()),
        ("zh", "椰枣，不加糖浆", set(), set()),
        ("zh", "高筋小麦粉，用于吐司和冷冻面团，有机", {"gluten:with gluten", "farming:organic"}, set()),
        ("zh", "高温双头螺柱，M64–M120", set(), set()),
        ("en", "Screws M5-M12", set(), set()),
        ("fr", "Beurre doux de crème maturée", {"salt:unsalted"}, set()),
        ("it", "Pomodori pelati, latta 400 g", {"skin:skinless", "state:canned", "pack:can"}, set()),
        ("en", "Ventilator, adult to paediatric", {"people:children"}, set()),
    ],
)
def test_words_are_read_as_their_trade_means_them(lang, text, has, lacks):
    found = read_attributes(((lang, text),))
    assert (found.has, found.lacks) == (frozenset(has), frozenset(lacks))


@pytest.mark.parametrize(
    ("offered", "wanted"),
    [
        ("state:fresh", "state:chilled"),
        ("sugar:sugar-free", "sugar:no added sugar"),
        ("drive:automatic", "drive:electric"),
    ],
)
def test_values_that_goods_can_have_together_do_not_fail_each_other(offered, wanted):
    assert not Attributes(frozenset([offered])).fails(wanted)
    assert not Attributes(frozenset([wanted])).fails(offered)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("grind:whole", ["whole", "entier", "整粒"]),  # a dried apricot is whole, and no whole bean
        ("grind:ground", ["ground or powdered", "moulu ou en poudre", "研磨或粉状"]),
        ("pack:glass", ["in glass", "en verre", "玻璃瓶"]),  # a jar is no bottle
        ("hide:leather", ["leather", "cuir", "真皮"]),
    ],
)
def test_a_value_is_named_so_that_it_is_true_of_all_its_words(value, names):
    assert [name(value, lang) for lang in ("en", "fr", "zh")] == names
