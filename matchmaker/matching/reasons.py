"""Reasons as sentences in the reader's language, made from the parts of a match: none says more than its number."""

import datetime as dt
import itertools
import re
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.catalogue.models import Category, DemandLine, Product
from matchmaker.catalogue.origins import origins_in
from matchmaker.core import reference
from matchmaker.core.formats import day, isolate, money, per_unit, quantity
from matchmaker.core.languages import BUYERS, ENGLISH, base_of, current
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.engines.language import attributes, detect, is_readable, load_goods, load_words, simplify
from matchmaker.matching import traits
from matchmaker.matching.models import Match
from matchmaker.translation import gloss

# How far two texts must stand out from what is usual between texts of this campaign (the part `crowding`).
CLOSE, RELATED = 0.15, 0.04
USUAL = 0.35  # where the row does not say
LONGEST_NAME = 40  # characters
# Words of a gloss that say nothing about the goods: kinds of them (how they are packed, what trade does with them), and
# "machine" (机械), which before a name mostly means mechanical.
NO_DESCRIPTION = frozenset(["packaging", "trade", "machine"])
CERTAIN = 0.7  # of the part of the category: both sides have it, and both are believed
# Measures stand in every second text and are no reason.
MEASURES = frozenset(
    ["mm", "cm", "ml", "cl", "kg", "kw", "mg", "km", "hz", "kwh", "mpa", "pcs", "gsm", "oz", "lb", "hp", "vol", "min"]
) | frozenset(["µm", "μm", "day", "days", "hour", "hours"])


# Words that say nothing about the goods.
FILLERS = frozenset(
    [
        *("net", "weight", "gross", "pack", "packed", "packing", "package", "bag", "bags", "box", "boxes", "carton"),
        *(
            "cartons",
            "pallet",
            "month",
            "months",
            "year",
            "years",
            "grade",
            "quality",
            "good",
            "high",
            "moisture",
            "pair",
        ),
        *("matter", "bottling", "one", "two", "three"),
        *("set", "origin", "export", "import", "supply", "product", "products", "size", "brand", "new", "available"),
        *(
            "净重",
            "毛重",
            "包装",
            "袋",
            "箱",
            "月",
            "年",
            "级",
            "好",
            "一对",
            "水分",
            "进料",
            "骨",
            "采购",
            "求购",
            "产地",
        ),
        *("物质", "瓶装"),
        *("规格", "质量", "优质", "出口", "进口", "产品", "供应", "等级", "原产"),
    ]
)


def sentences(match: Match) -> list[str]:
    """Why the two were put together, strongest first; before that what does not fit."""
    parts, evidence = match.parts, match.evidence
    weighted: list[tuple[float, str]] = []
    if common := _goods_in_common(match):
        names = list(dict.fromkeys(goods_name(concept) for concept in common))
        weighted.append((1.0, _("Both name the same goods: %(goods)s.") % {"goods": format_list(names)}))
    if text := _meaning(match):
        weighted.append((parts["meaning"], text))
    failed = evidence.get("attributes_failed", [])
    if words := _telling(_without(evidence.get("shared_words", []), failed), evidence):
        weighted.append((parts.get("words", 0), _words_sentence(words[:6])))
    if met := evidence.get("attributes_met"):
        weighted.append((0.9, _("As asked for: %(values)s.") % {"values": format_list(map(value_name, met))}))
    if common := evidence.get("hs_common"):
        weighted.append((parts.get("hs", 0), _hs_sentence(common)))
    code = evidence.get("category")
    category = match.product.category if code and match.product_id and match.product.category_id == code else None
    if category and parts.get("category", 0) >= CERTAIN:
        weighted.append((0.5, _("Same category: %(category)s.") % {"category": category.name}))
    if floor := evidence.get("floor"):
        promise = ngettext(
            "The fit is lower: small and first-time exporters get at least %(count)d suggestion a product.",
            "The fit is lower: small and first-time exporters get at least %(count)d suggestions a product.",
            floor,
        )
        weighted.append((0.0, promise % {"count": floor}))
    return differences(match) + [sentence for _weight, sentence in sorted(weighted, key=lambda pair: -pair[0])]


def _goods_in_common(match: Match) -> list[str]:
    """The concepts that both names are about, not what the goods are made of or used for.

    Where both have one HS code or heading, only the concepts of it: 刀柄 is a tool holder under 8466 and a handle of a
    knife under 8211. A service about goods is none of them.
    """
    evidence = match.evidence
    common = evidence.get("goods_common", [])
    if _service_differs(match):
        return []
    if _has_other_origin(match):
        common = [concept for concept in common if not _is_of_a_country(concept)]
    code = evidence.get("hs_common", "")
    if len(code) >= 4:
        return [concept for concept in common if _code(concept).startswith(code)]
    common = [concept for concept in common if _is_about(evidence, "offer", concept)]
    common = [concept for concept in common if _is_about(evidence, "want", concept)]
    return common if len({_code(concept)[:4] for concept in common}) == 1 else []


def _has_other_origin(match: Match) -> bool:
    return any(row["code"] == "origin" and row["outcome"] == "fails" for row in match.conditions)


@cache
def _is_of_a_country(concept: str) -> bool:
    """Whether one of its names says where the goods come from: jasmine rice is also Thai Hom Mali rice."""
    goods = load_goods()
    return concept in goods and any(origins_in(name, "en") for name in goods.names(concept, "en"))


def _is_about(evidence: dict, side: str, concept: str) -> bool:
    """Whether a name of this side is about the concept: a rattan chair is not about rattan."""
    names = [evidence.get(f"{side}_text", ["", ""]), *evidence.get(f"{side}_names", {}).items()]
    written = [(language, simplify(name) if language == BUYERS else name) for language, name in names if name]
    heads = [gloss.Phrase(name, language, ENGLISH).head for language, name in written]
    return not written or any(head and concept in head[0].concepts for head in heads)


def _code(concept: str) -> str:
    goods = load_goods()
    return goods.hs6(concept) if concept in goods else ""


def _is_service(side: Product | DemandLine) -> bool:
    return (side.category_id or "").startswith(Category.Group.SERV)


def _service_differs(match: Match) -> bool:
    """Whether one side is a service and the other is goods."""
    return bool(match.product_id and match.line_id) and _is_service(match.product) != _is_service(match.line)


def differences(match: Match) -> list[str]:
    """What of the goods does not fit, as sentences: attributes first, then what the goods are."""
    evidence = match.evidence
    reasons = []
    failed = evidence.get("attributes_failed", [])
    if missing := [value_name(value) for value in failed if not value.startswith("-")]:
        reasons.append(
            _("Not as asked for: the buyer wants %(values)s, the supplier's text says otherwise.")
            % {"values": format_list(missing)}
        )
    if refused := [value_name(value[1:]) for value in failed if value.startswith("-")]:
        reasons.append(_("The buyer does not want %(values)s.") % {"values": format_list(refused)})
    if _service_differs(match):
        is_offered = _is_service(match.product)
        return [
            *reasons,
            _("Goods are wanted, a service is offered.")
            if is_offered
            else _("A service is wanted, goods are offered."),
        ]
    offered, wanted = evidence.get("goods_offered", ""), evidence.get("goods_wanted", "")
    same_heading = len(evidence.get("hs_common", "")) >= 4 or evidence.get("goods_common")
    differ = offered and wanted and not same_heading and _code(offered)[:4] != _code(wanted)[:4]
    if differ and _is_about(evidence, "offer", offered) and _is_about(evidence, "want", wanted):
        names = {"offered": goods_name(offered), "wanted": goods_name(wanted)}
        if names["offered"] != names["wanted"]:
            reasons.append(_("Not quite the same: %(wanted)s is wanted, %(offered)s is offered.") % names)
    elif headings := evidence.get("hs_differ"):
        reasons.append(
            _("The HS headings differ: %(wanted)s is wanted, %(offered)s is offered.")
            % {"offered": headings[0], "wanted": headings[1]}
        )
    return reasons


def _reader() -> str:
    return base_of(current())


def goods_name(concept: str) -> str:
    """The everyday name of a concept of the vocabulary in the reader's language, else in English."""
    goods = load_goods()
    if concept not in goods:
        return concept
    return next(iter(goods.names(concept, _reader()) or goods.names(concept, "en")), concept)


def value_name(value: str) -> str:
    return attributes.name(value, _reader())


def _without(words: list[str], failed: list[str]) -> list[str]:
    """Words in common without those of an attribute that is just not in common."""
    known = attributes.load_attributes()
    names = {
        name.casefold()
        for value in failed
        if (attribute := known.get(value.removeprefix("-")))
        for listed in attribute.names.values()
        for name in listed
    }
    return [word for word in words if word.split(" (")[0].casefold() not in names]


def _meaning(match: Match) -> str:
    """Closeness is said only where it stands out: two cosmetics are always somewhat near each other."""
    parts = match.parts
    meaning = parts.get("meaning", 0.0)
    gap = meaning - parts.get("crowding", USUAL)
    if gap < RELATED:
        return ""
    offered, wanted = (_display_name(match.evidence, side) for side in ("offer", "want"))
    own = [match.evidence.get(f"{side}_text", ["", ""])[1] for side in ("offer", "want")]
    if own[0] and own[0].casefold() == own[1].casefold():
        offered = wanted = _short(own[0])
    if not offered or not wanted:
        return _("Both texts are close in meaning.") if gap >= CLOSE else _("Both texts are related in meaning.")
    if offered.casefold() == wanted.casefold():
        if not _is_own(match.evidence, offered):
            goods = _("Both name the same goods: %(goods)s.") % {"goods": offered}
            is_said = _goods_in_common(match) or _service_differs(match) or _has_other_origin(match)
            return "" if is_said else goods
        return _quoting(_("Both are named “%(name)s”."), name=offered)
    sentence = (
        _("“%(offered)s” and “%(wanted)s” are close in meaning.")
        if gap >= CLOSE
        else _("“%(offered)s” and “%(wanted)s” are related in meaning.")
    )
    return _quoting(sentence, offered=offered, wanted=wanted)


def _quoting(sentence: str, **names: str) -> str:
    """A sentence with names between its marks of quotation: those in a name become marks of the second level."""
    inner = r"‘\1’" if "“" in sentence else r"“\1”"
    marks = r"[«“]\s*([^«»“”]*?)\s*[»”]"
    return sentence % {key: isolate(re.sub(marks, inner, name)) for key, name in names.items()}


def _display_name(evidence: dict, side: str) -> str:
    """The name in the reader's language where one was compared, else in English, else as its owner wrote it.

    Of a name in letters that the reader does not know the gloss is taken; '' where that is silent, too.
    """
    names, reader = evidence.get(f"{side}_names", {}), _reader()
    language, text = evidence.get(f"{side}_text", ["", ""])
    if name := names.get(reader) or names.get("en"):
        return _short(name)
    if is_readable(text, reader):
        return _short(text)
    goods, *rest = gloss.render(text.split(". ")[0], language, reader).text.split(gloss.BETWEEN)
    described = gloss.BETWEEN.join([goods, *filter(None, [_telling_part(goods, rest)])])
    return described if len(described) <= LONGEST_NAME else _short(goods)


def _telling_part(goods: str, parts: list[str]) -> str:
    """The first part of a gloss that says more about the goods: no second goods, packing, figure or repetition."""
    reader, words = _reader(), load_words()
    for part in parts:
        concepts = words.exact(part, reader) if words else ()
        describes = any(NO_DESCRIPTION.isdisjoint((concept, words.kind(concept))) for concept in concepts)
        if describes and not any(word.startswith(part.casefold()) for word in goods.casefold().split()):
            return part
    return ""


def _is_own(evidence: dict, name: str) -> bool:
    """Whether both sides have written the name, and neither is a gloss of ours."""
    for side in ("offer", "want"):
        texts = [evidence.get(f"{side}_text", ["", ""])[1], *evidence.get(f"{side}_names", {}).values()]
        if name.casefold() not in [_short(text).casefold() for text in texts]:
            return False
    return True


def _words_sentence(words: list[str]) -> str:
    listed = format_list(map(isolate, words))
    if any(word[-1] in ")）" for word in words):
        return _("Words both use (in brackets: by the dictionary): %(words)s.") % {"words": listed}
    return _("Words both use: %(words)s.") % {"words": listed}


def _telling(words: list[str], evidence: dict) -> list[str]:
    """Without numbers, measures, single characters and pieces of longer words, which tell a reader nothing more.

    What the dictionary read from one Chinese word stands together: “olive + oil (橄榄油)”.
    """
    words = _joined(words, [evidence.get(f"{side}_names", {}).get("zh", "") for side in ("offer", "want")])
    read: dict[str, list[str]] = {}  # Chinese word → what was read from it; a plain word → nothing
    for word in words:
        plain, _bracket, said = word.partition(" (")
        scrap = len(plain) < 2 or plain.isdigit() or (len(plain) == 2 and plain[0].isdigit())
        filler = plain.lower() in FILLERS or (said and (len(said) < 3 or said[:-1] in FILLERS))
        if not (scrap or filler or plain.lower() in MEASURES):
            read.setdefault(said[:-1] or plain, []).extend([plain] if said else [])
    return [
        _("%(word)s (%(said)s)") % {"word": " + ".join(plain), "said": said} if plain else shown
        for said, plain in read.items()
        if (shown := said if plain else _word_for_reader(said, evidence.get("hs_common", "")))
    ]


def _joined(words: list[str], names: list[str]) -> list[str]:
    """Words without pieces of longer ones; a single character that stands beside another word in both Chinese names
    is one with it: 猫 and 山王 are 猫山王.
    """
    words = [one for one in words if not any(one != other and one in other.split(" (")[0] for other in words)]
    for one, other in itertools.permutations(words, 2):
        if min(len(one), len(other)) == 1 and all(one + other in name for name in names):
            at = min(words.index(one), words.index(other))
            rest = [word for word in words if word not in (one, other)]
            return _joined([*rest[:at], one + other, *rest[at:]], names)
    return words


def _word_for_reader(word: str, code: str) -> str:
    """A word that both sides use; in letters the reader does not know its name in her language, or ''.

    `code`: what both HS codes have in common. A word for goods of several headings has no one name: ''.
    """
    reader = _reader()
    if is_readable(word, reader):
        return word
    language = detect(word)
    for vocabulary in (load_goods(), load_words()):
        concepts = [concept for concept in vocabulary.exact(word, language) if vocabulary.is_translated(concept)]
        concepts = [one for one in concepts if code and vocabulary.hs6(one).startswith(code)] or concepts
        names = [found[0] for concept in concepts if (found := vocabulary.names(concept, reader))]
        if names and len({vocabulary.hs6(concept)[:4] for concept in concepts}) == 1:
            return names[0]
    return ""


def _hs_sentence(common: str) -> str:
    if len(common) == 6:
        return _("Same HS code %(code)s.") % {"code": f"{common[:4]}.{common[4:]}"}
    if len(common) == 4:
        return _("Same HS heading %(code)s.") % {"code": common}
    return _("Same HS chapter %(code)s.") % {"code": common}


def _short(text: str, longest: int = LONGEST_NAME) -> str:
    first = text.split(". ")[0].strip()
    if first.count("（") > first.count("）"):
        first = first.rpartition("（")[0] or first  # a name that was cut within its brackets
    if len(first) <= longest:
        return first
    whole, _space, _cut = first[:longest].rpartition(" ")
    return (whole if len(whole) > longest / 2 else first[: longest - 1]).rstrip(" ,，") + "…"


def conditions(match: Match, judged: list[dict] | None = None) -> list[dict]:
    """The hard conditions of the demand: `code`, `outcome` (meets, fails, unknown), `label` and a `sentence`.

    `judged` (of `services.judge_match`) stands before what is stored with the match.
    """
    return [
        {
            "code": condition["code"],
            "outcome": condition["outcome"],
            "label": condition_label(condition["code"]),
            "sentence": _condition(condition["code"], condition["outcome"], condition["facts"]),
        }
        for condition in (match.conditions if judged is None else judged)
    ]


def condition_label(code: str) -> str:
    return {
        "origin": _("Origin"),
        "certificates": _("Certificates"),
        "price": _("Price"),
        "minimum_order": _("Minimum order"),
        "delivery": _("Delivery"),
        "registration": _("Ready for China"),
        "attributes": _("Properties"),
        **traits.labels(),
    }.get(code, code)


def _condition(code: str, outcome: str, facts: dict) -> str:
    sentence = {
        "origin": _origin,
        "certificates": _certificates,
        "price": _price,
        "minimum_order": _minimum_order,
        "delivery": _delivery,
        "registration": _registration,
        "attributes": _attributes,
        **traits.SENTENCES,
    }.get(code)
    # A unit that is shortened with a full stop, 20 шт., ends its sentence with it.
    return re.sub(r"\.\.$", ".", sentence(outcome, facts)) if sentence else ""


def _country(code: str) -> str:
    return reference.name(reference.countries().get(code), code)


# Countries whose English name takes an article in a sentence.
_WITH_ARTICLE = frozenset(["AE", "BS", "CD", "CF", "DO", "GB", "GM", "KM", "MV", "NL", "PH", "US"])


def _country_of_origin(code: str) -> str:
    name = _country(code)
    return f"the {name}" if code in _WITH_ARTICLE and current() == ENGLISH else name


def _certificate(code: str) -> str:
    return reference.name(reference.certificates().get(code), code)


def _round(value: float | None) -> float | int:
    value = float(value or 0)
    return int(value) if value == int(value) else float(f"{value:.4g}")


def _origin(outcome: str, facts: dict) -> str:
    if outcome == "unknown":
        return _("The supplier does not say where the product comes from.")
    origin = _country_of_origin(facts["origin"])
    if facts["origin"] in facts["excluded"]:
        return _("Comes from %(origin)s, which the buyer excludes.") % {"origin": origin}
    if not facts["wanted"]:
        return _("Comes from %(origin)s, which is not excluded.") % {"origin": origin}
    wanted = format_list([_country_of_origin(code) for code in facts["wanted"]])
    if outcome == "meets":
        return _("Comes from %(origin)s; wanted: %(wanted)s.") % {"origin": origin, "wanted": wanted}
    return _("Comes from %(origin)s, but the buyer wants %(wanted)s.") % {"origin": origin, "wanted": wanted}


def _certificates(outcome: str, facts: dict) -> str:
    present, missing = (format_list([_certificate(code) for code in facts[name]]) for name in ("present", "missing"))
    if outcome == "meets":
        return _("Required and present: %(present)s.") % {"present": present}
    if outcome == "unknown":
        return _("Required: %(missing)s. The supplier lists no certificate yet.") % {"missing": missing}
    if facts["present"]:
        return _("Present: %(present)s. Not listed by the supplier: %(missing)s.") % {
            "present": present,
            "missing": missing,
        }
    return _("Not listed by the supplier: %(missing)s.") % {"missing": missing}


def _price(outcome: str, facts: dict) -> str:
    target = _money(facts["target"], facts["currency"], facts["unit"])
    if facts["offered"] is None:
        return _("The buyer aims at %(target)s; the supplier gives no price.") % {"target": target}
    offered = _money(facts["offered"], facts["offered_currency"], facts["offered_unit"])
    wanted_term, term = facts.get("incoterm", ""), facts.get("offered_incoterm", "")
    if wanted_term != term:  # both are said, because they are not the same price
        target, offered = f"{target} {wanted_term}".strip(), f"{offered} {term}".strip()
    return _price_sentence(outcome, facts, bool(wanted_term and not term)) % {"offered": offered, "target": target}


def _price_sentence(outcome: str, facts: dict, is_term_missing: bool) -> str:
    if outcome == "meets":
        return _("From %(offered)s, within the buyer's %(target)s.")
    if outcome == "fails":
        return _("From %(offered)s, above the buyer's %(target)s.")
    if "offered_converted" not in facts:
        return _("The buyer aims at %(target)s, the supplier asks from %(offered)s: these cannot be compared.")
    if is_term_missing:
        return _("The buyer aims at %(target)s, the supplier asks from %(offered)s without saying the delivery term.")
    return _(
        "The buyer aims at %(target)s, the supplier asks from %(offered)s: "
        "what delivery costs between these two terms is not known."
    )


def _money(value: float, currency: str, unit: str) -> str:
    return per_unit(money(_round(value), currency), unit)


def _minimum_order(outcome: str, facts: dict) -> str:
    needed = quantity(facts["needed"], facts["unit"])
    if facts["min_order"] is None:
        return _("The buyer needs %(needed)s; the supplier states no minimum order.") % {"needed": needed}
    least = quantity(facts["min_order"], facts["min_order_unit"])
    if outcome == "unknown":
        return _("Minimum order %(least)s; the buyer needs %(needed)s: these cannot be compared.") % {
            "least": least,
            "needed": needed,
        }
    if outcome == "meets":
        return _("Minimum order %(least)s, within the buyer's %(needed)s.") % {"least": least, "needed": needed}
    return _("Minimum order %(least)s, above the buyer's %(needed)s.") % {"least": least, "needed": needed}


def _delivery(outcome: str, facts: dict) -> str:
    by = day(dt.date.fromisoformat(facts["by"]))
    if facts["lead_time_days"] is None:
        if outcome == "unknown":
            return _("Needed by %(by)s; the supplier states no lead time.") % {"by": by}
        return _("Was needed by %(by)s.") % {"by": by}
    days = ngettext("Lead time %(days)d day", "Lead time %(days)d days", facts["lead_time_days"]) % {
        "days": facts["lead_time_days"]
    }
    sentence = {
        "meets": _("%(lead_time)s: in time for %(by)s."),
        "fails": _("%(lead_time)s: too late for %(by)s."),
        "unknown": _("%(lead_time)s: made before %(by)s; how long the transport takes is not known."),
    }[outcome]
    return sentence % {"lead_time": days, "by": by}


def _attributes(outcome: str, facts: dict) -> str:
    refused = [value[1:] for value in facts["failed"] if value.startswith("-")]
    failed = [value for value in facts["failed"] if not value.startswith("-")]
    sentences_of = [
        (failed, _("Asked for, but the supplier's text says otherwise: %(values)s.")),
        (refused, _("Not wanted, but in the supplier's text: %(values)s.")),
        (facts["met"], _("Asked for and in the supplier's text: %(values)s.")),
        (facts["unknown"], _("Asked for; the supplier's text does not say: %(values)s.")),
    ]
    return join_sentences(
        sentence % {"values": format_list(map(value_name, values))} for values, sentence in sentences_of if values
    ) or _("The supplier's text has nothing that the buyer does not want.")


def _registration(outcome: str, facts: dict) -> str:
    if facts.get("readiness") == "stated":
        return _("Stated by the supplier; the organiser has not seen the evidence for import into China.")
    if facts.get("readiness") == "missing":
        return _("Something is still missing for import into China.")
    return {
        "meets": _("Ready for import into China."),
        "unknown": _("Readiness for import into China is not known yet."),
    }.get(outcome, "")
