"""Attributes that decide, read from texts of all languages, with negation."""

import pytest

from matchmaker.language.attributes import Attributes, certificate_of, load_attributes, name, read_attributes
from matchmaker.language.vocabulary import LANGUAGES


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
    assert [(row.id, lang) for row in load_attributes().values() for lang in LANGUAGES if not row.names[lang]] == []


def test_values_are_named_for_the_reader_and_proved_by_a_certificate():
    assert name("state:frozen", "fr") == "surgelé"
    assert name("state:frozen", "sw") == "frozen"
    assert name("count:26/30", "fr") == "26/30"
    assert (certificate_of("halal:halal"), certificate_of("state:frozen"), certificate_of("thread:M8")) == (
        "HALAL",
        "",
        "",
    )
