"""Sentences for people, made from the reason codes and facts of the thinking.

The only place where they are worded.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from matchmaker.core import formats, reference
from matchmaker.core.formats import day
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.core.multilingual import Texts
from matchmaker.market_access.additional import Additional, AdditionalDuty, AdditionalLine, Kind
from matchmaker.market_access.duty import DutyAnswer, NationalLine, Option, QuotaGoods, Source, Span, Tax
from matchmaker.market_access.rate_texts import rate_text
from matchmaker.market_access.readiness import Change, Item, OpenQuestion, Readiness, State, Status
from matchmaker.market_access.regimes import Coverage, DutyOf, Regime
from matchmaker.market_access.rules import Confidence, Reason, Rule
from matchmaker.market_access.tariff_file import Fault

Facts = Mapping[str, Any]


def disclaimer() -> str:
    return _(
        "Reference, not legal advice. Rules change: check with customs or your importer before you ship. "
        "Each line names its source and the days between which it holds."
    )


def in_language(record: object, name: str) -> str:
    """A field with texts by language, for this reader."""
    return str(_texts(record, name))


def language_of(record: object, name: str) -> str:
    """The language in which `in_language` gives a field: that of this reader, or what stands in for it."""
    return _texts(record, name).language()


def _texts(record: object, name: str) -> Texts:
    """Records from the database hold `Texts`; those read from a file hold plain codes and texts."""
    texts = getattr(record, name)
    return texts if isinstance(texts, Texts) else Texts(texts)


def period(begins: date | None, ends: date | None) -> str:
    """Between which days something holds."""
    if begins and ends:
        return _("%(begins)s to %(ends)s") % {"begins": day(begins), "ends": day(ends)}
    if begins:
        return _("since %(begins)s, no end known") % {"begins": day(begins)}
    if ends:
        return _("until %(ends)s") % {"ends": day(ends)}
    return _("in force; the first day was not read")


def takes_over(rule: Rule) -> str:
    """The rule that follows, and from when."""
    return _("From %(begins)s: %(rule)s.") % {"begins": day(rule.valid_from), "rule": in_language(rule, "name")}


_STATUS = {
    Status.MET: gettext_lazy("met"),
    Status.STATED: gettext_lazy("stated by the supplier"),
    Status.MISSING: gettext_lazy("missing"),
    Status.NOT_APPLICABLE: gettext_lazy("not applicable"),
    Status.UNKNOWN: gettext_lazy("not known yet"),
}
_STATE = {
    State.READY: gettext_lazy("ready"),
    State.STATED: gettext_lazy("stated by the supplier"),
    State.MISSING: gettext_lazy("something is missing"),
    State.UNKNOWN: gettext_lazy("not known yet"),
}
_CONFIDENCE = {
    Confidence.PRIMARY: gettext_lazy("We read the text of the rule."),
    Confidence.SECONDARY: gettext_lazy("We read an account of the rule, not its text."),
    Confidence.HINT: gettext_lazy("Whether it covers this product has to be confirmed."),
}


def status(value: Status) -> str:
    return str(_STATUS[value])


def state(value: State) -> str:
    return str(_STATE[value])


def confidence(value: Confidence) -> str:
    return str(_CONFIDENCE[value])


def lookalike_warning(rule: Rule) -> str:
    """Exporters have paid copies of official sites: the address stands beside the task, with this sentence."""
    if not (rule.lookalike_warning and rule.where_to_apply):
        return ""
    return _(
        "Apply only at %(address)s. Other sites copy its look and charge for a registration they cannot grant."
    ) % {"address": rule.where_to_apply}


def about_item(item: Item, *, to_maker: bool = True) -> str:
    """Why an item of the checklist has its status: for its maker, or for other readers."""
    facts = item.reason.facts
    make = _ITEM[item.reason.code]
    if not to_maker:
        make = _ITEM_TO_OTHERS.get(item.reason.code, make)
    return make(facts)


def _describe_record(facts: Facts) -> str:
    number, until = facts["number"], facts["until"]
    if number and until:
        return _("On record: %(number)s, valid until %(until)s.") % {"number": number, "until": day(until)}
    if number:
        return _("On record: %(number)s, no end given.") % {"number": number}
    if until:
        return _("On record without its number, valid until %(until)s.") % {"until": day(until)}
    return _("On record without its number.")


def _describe_evidence(facts: Facts) -> str:
    """What is on record, who saw or confirmed it, and when."""
    seen_on, name = facts.get("seen_on"), facts.get("confirmed_by")
    if not seen_on:
        return _describe_record(facts)
    if name:
        source = _("Confirmed by %(name)s, %(day)s.") % {"name": name, "day": day(seen_on)}
    else:
        source = _("The organiser saw the evidence on %(day)s.") % {"day": day(seen_on)}
    return join_sentences([_describe_record(facts), source])


def _describe_expiry(facts: Facts) -> str:
    if facts["number"]:
        return _("%(number)s ended on %(until)s, before this shipment.") % {
            "number": facts["number"],
            "until": day(facts["until"]),
        }
    return _("What is on record ended on %(until)s, before this shipment.") % {"until": day(facts["until"])}


def _scope_excludes(facts: Facts) -> str:
    return _("The rule leaves out HS code %(code)s or this origin.") % {"code": facts["hs_code"]}


_ITEM: dict[str, Callable[[Facts], str]] = {
    "evidence_held": _describe_evidence,
    "evidence_stated": lambda facts: (
        _("%(held)s The organiser has not seen the evidence yet.") % {"held": _describe_record(facts)}
    ),
    "evidence_declared": lambda facts: _("You stated that you have it. Keep the paper at hand."),
    "evidence_expired": _describe_expiry,
    "evidence_not_yet_valid": lambda facts: (
        _("What is on record begins on %(begins)s, after this shipment.") % {"begins": day(facts["begins"])}
    ),
    "evidence_absent": lambda facts: _("The rule applies and nothing is on record."),
    "access_by_protocol": lambda facts: _("Admitted by %(basis)s.") % {"basis": facts["basis"]},
    "access_not_recorded": lambda facts: _(
        "No notice on record admits it from this country. Our record is not complete: look at the customs list."
    ),
    "scope_uncertain": lambda facts: _("It may apply. Ask customs or your importer, then answer here."),
    "confirmed_not_applicable": lambda facts: _("You stated that customs or the importer confirmed it does not apply."),
    "scope_excludes": _scope_excludes,
    "answer_excludes": lambda facts: _("Your answer takes this product out of the rule."),
    "code_excludes": lambda facts: _("The HS code takes this product out of the rule."),
    "question_open": lambda facts: _("It depends on a question you have not answered yet."),
    "hs_missing": lambda facts: _("Give the product an HS code first."),
    "hs_too_short": lambda facts: (
        _("HS code %(code)s is too short to tell. Six digits are needed.") % {"code": facts["hs_code"]}
    ),
    "check_with_importer": lambda facts: _("Ask the importer whether this tariff line is concerned."),
}

# Where the sentence speaks of what the maker said or should do, everybody else reads this one.
_ITEM_TO_OTHERS: dict[str, Callable[[Facts], str]] = {
    "evidence_stated": lambda facts: _("The supplier states it; the organiser has not seen evidence."),
    "evidence_declared": lambda facts: _("The supplier states that it has this."),
    "scope_uncertain": lambda facts: _("It may apply: customs or the importer decides."),
    "confirmed_not_applicable": lambda facts: _(
        "The supplier states that customs or the importer confirmed it does not apply."
    ),
    "answer_excludes": lambda facts: _("What the supplier answered takes this product out of the rule."),
    "question_open": lambda facts: _("It depends on a question the supplier has not answered yet."),
    "hs_missing": lambda facts: _("The supplier has not given an HS code yet."),
}


def what_raises(item: Item) -> str:
    """What would make the step count, or count for more; an empty string where nothing has to be done."""
    code, facts = item.reason.code, item.reason.facts
    if code == "evidence_declared":
        return _("Give the number, the end and the paper: once the campaign's team has seen it, this step counts.")
    if code == "evidence_stated":
        return _("It counts once the campaign's team has compared it with the paper.")
    if code == "evidence_expired":
        return _("A document that holds on the day of shipment makes it count again.")
    if code == "evidence_held" and facts.get("seen_on") and not facts.get("confirmed_by"):
        return _("A public list or the authority that says the same raises it to “confirmed”.")
    return ""


LABEL_RULES = {
    "gb_7718": gettext_lazy("GB 7718, the standard for labels of packed food: the item has to be there."),
    "imported": gettext_lazy(
        "Food Safety Law, article 97, and GB 7718: an imported food names its origin and its agent in China with "
        "address and contact."
    ),
    "registration": gettext_lazy(
        "Rules on registering overseas food plants: the number stands on the inner and the outer package."
    ),
    "gb_7718_2025": gettext_lazy("GB 7718-2025, from 16 March 2027: allergens are named."),
}
LABEL_FIELDS = {
    "name": gettext_lazy("Name of the food"),
    "ingredients": gettext_lazy("Ingredients"),
    "allergens": gettext_lazy("Allergens"),
    "net_content": gettext_lazy("Net content"),
    "origin": gettext_lazy("Country of origin"),
    "registration": gettext_lazy("Registration number of the plant"),
    "agent": gettext_lazy("Agent or importer in China"),
    "agent_address": gettext_lazy("Its address"),
    "agent_contact": gettext_lazy("Its contact"),
    "production_date": gettext_lazy("Date of production"),
    "shelf_life": gettext_lazy("Shelf life"),
    "storage": gettext_lazy("Storage"),
}


def label_field(code: str) -> str:
    return str(LABEL_FIELDS[code])


def label_rule(code: str) -> str:
    """What asks for an item of the label."""
    return str(LABEL_RULES[code])


def about_readiness(answer: Readiness) -> str:
    """One sentence for the whole checklist."""
    missing, unknown = answer.reason.facts["missing"], answer.reason.facts["unknown"]
    facts = {"missing": missing, "unknown": unknown, "day": day(answer.shipment_date)}
    code = answer.reason.code
    if code == "hs_missing":
        return _("No HS code is given yet, so what it needs cannot be said.")
    if code == "items_missing":
        return (
            ngettext(
                "%(missing)d item is missing for a shipment on %(day)s.",
                "%(missing)d items are missing for a shipment on %(day)s.",
                missing,
            )
            % facts
        )
    if code == "items_unknown":
        return (
            ngettext(
                "%(unknown)d item is not known yet for a shipment on %(day)s.",
                "%(unknown)d items are not known yet for a shipment on %(day)s.",
                unknown,
            )
            % facts
        )
    if code == "items_stated":
        return ngettext(
            "Nothing is missing for a shipment on %(day)s; for %(stated)d item there is only the supplier's word.",
            "Nothing is missing for a shipment on %(day)s; for %(stated)d items there is only the supplier's word.",
            answer.reason.facts["stated"],
        ) % {**facts, "stated": answer.reason.facts["stated"]}
    if code == "no_rule_applies":
        return _("None of the rules on record asks anything of this product for a shipment on %(day)s.") % facts
    return _("Everything the rules on record ask is there for a shipment on %(day)s.") % facts


def ask(question: OpenQuestion) -> tuple[str, str]:
    """The question and its help, for this reader."""
    name = in_language(question.rule, "name")
    if question.kind == "has":
        return (
            _("Have you found your product and country in the customs list for this: %(rule)s?") % {"rule": name},
            question.rule.where_to_apply,
        )
    if question.kind == "applies":
        return _("Has customs or your importer confirmed that this applies: %(rule)s?") % {"rule": name}, ""
    if question.question is None:
        return name, ""
    return in_language(question.question, "text"), in_language(question.question, "help")


def about_change(change: Change) -> str:
    """What becomes of a requirement between two shipment dates."""
    before = in_language(change.before.rule, "name") if change.before else ""
    after = in_language(change.after.rule, "name") if change.after else ""
    if change.kind == "replaced":
        return _("%(before)s gives way to %(after)s.") % {"before": before, "after": after}
    if change.kind == "begins":
        return _("%(rule)s begins to apply.") % {"rule": after}
    if change.kind == "ends":
        return _("%(rule)s no longer applies.") % {"rule": before}
    return _("%(rule)s: %(before)s, then %(after)s.") % {
        "rule": after,
        "before": status(change.before.status) if change.before else "",
        "after": status(change.after.status) if change.after else "",
    }


def percent(span: Span) -> str:
    """`13%`, or `5% to 13%` where the national lines differ."""
    low, high = (_number(end) for end in (span.low, span.high))
    return _("%(rate)s%%") % {"rate": low} if span.is_one else _("%(low)s%% to %(high)s%%") % {"low": low, "high": high}


def open_rate(answer: DutyAnswer) -> str:
    """What every origin pays: one rate, or that inside and that outside of a quota; an empty string where it is not
    loaded."""
    return _of_sides(answer, lambda side: percent(side.mfn) if side.mfn else "")


def best_rate(answer: DutyAnswer) -> str:
    """The rate to count on, as `open_rate`."""
    return _of_sides(answer, lambda side: percent(side.best_rate) if side.best_rate else "")


def _of_sides(answer: DutyAnswer, rate_of: Callable[[DutyAnswer], str]) -> str:
    if answer.by_quota is not None:
        inside, outside = rate_of(answer.by_quota.inside), rate_of(answer.by_quota.outside)
        if inside and outside and inside != outside:
            return _("%(inside)s inside the quota, %(outside)s outside it") % {"inside": inside, "outside": outside}
    return rate_of(answer)


def may_be_lower(option: Option) -> str:
    """What an agreement asks for whose rate is not loaded."""
    return _(
        "The duty may be lower under %(agreement)s: its rate for this code is not loaded here. It needs a proof of "
        "origin (%(proofs)s), and the goods must meet its rule of origin for this code."
    ) % {"agreement": in_language(option.agreement, "name"), "proofs": format_list(map(proof, option.proofs))}


def lower_under(answer: DutyAnswer) -> str:
    """Which agreements may make the duty lower, in a few words; an empty string where none is open."""
    names = [in_language(option.agreement, "name") for option in answer.may_be_lower]
    return _("may be lower under %(agreements)s") % {"agreements": format_list(names)} if names else ""


def national_rate(line: NationalLine) -> str:
    """What every origin pays on one line of the tariff."""
    if line.percent is not None:
        return percent(Span(line.percent, line.percent))
    return rate_text(line.text) if line.text else _("not loaded")


def money(span: Span, currency: str) -> str:
    low, high = (formats.money(end, currency) for end in (span.low, span.high))
    return low if span.is_one else _("%(low)s to %(high)s") % {"low": low, "high": high}


def proof(code: str) -> str:
    """The proof of origin an agreement wants."""
    return {
        "certificate": _("certificate of origin issued in the exporting country"),
        "form_e": _("certificate of origin Form E"),
        "approved_exporter_declaration": _("declaration by an approved exporter"),
        "origin_declaration": _("declaration of origin by the exporter"),
    }[code]


def about_duty(answer: DutyAnswer) -> list[str]:
    """What has to be said of the whole answer, in the order in which it matters."""
    sentences = [_about_answer(reason, answer) for reason in answer.reasons]
    if len(answer.shares) > 1 and answer.by_quota is None:
        sentences.append(_about_shares(answer))
    sentences.extend(may_be_lower(option) for option in answer.may_be_lower)
    for agreement, begins in answer.upcoming:
        sentences.append(
            _("%(agreement)s begins on %(begins)s for this origin.")
            % {"agreement": in_language(agreement, "name"), "begins": day(begins)}
        )
    return sentences


def _about_shares(answer: DutyAnswer) -> str:
    """On how many of the national lines the three most frequent rates are."""
    pieces = [
        _("%(share)s of the lines: %(rate)s.")
        % {"share": formats.percent(Decimal(lines) / answer.lines), "rate": percent(Span(rate, rate))}
        for rate, lines in answer.shares[:3]
    ]
    return join_sentences(pieces)


def about_quota(goods: QuotaGoods) -> tuple[str, ...]:
    """What a tariff quota means for the duty, in the order in which one has to know it."""
    return (
        _("Goods of this heading can be under a tariff quota in China: %(goods)s.")
        % {"goods": in_language(goods, "good")},
        _(
            "Inside the quota a low rate counts, for the quantity that China sets each year. Outside it the full rate "
            "counts, which is far higher."
        ),
        _(
            "The quota is given to importers in China. Settle before you agree on a price whether the importer holds a "
            "part of it for these goods."
        ),
    )


_ADDITIONAL = {
    Kind.ANTI_DUMPING: gettext_lazy("anti-dumping duty"),
    Kind.COUNTERVAILING: gettext_lazy("countervailing duty"),
    Kind.SAFEGUARD: gettext_lazy("safeguard duty"),
    Kind.RETALIATORY: gettext_lazy("additional duty in answer to another country's"),
}


def additional_kind(value: Kind) -> str:
    return str(_ADDITIONAL[value])


def additional_rate(line: AdditionalLine) -> str:
    """`7.4% to 11.7%`, `55% above the quota`, or the wording of a rate that is no percentage."""
    duty = line.duty
    if duty.percent_low is None or duty.percent_high is None:
        return duty.rate_text
    rate = percent(Span(duty.percent_low, duty.percent_high))
    return _("%(rate)s above the quota of the origin") % {"rate": rate} if duty.above_quota else rate


def about_additional(answer: Additional) -> list[str]:
    """What has to be known of additional duties beside the lines on record."""
    sentences = [
        _("%(duty)s: on record until %(until)s; what holds after that was not read.")
        % {"duty": additional_kind(one.kind), "until": day(one.valid_until)}
        for one in answer.ended
        if answer.checked is None
    ]
    if answer.checked is not None and not answer.lines:
        facts = {"day": day(answer.checked.as_of), "source": answer.checked.source}
        sentences.append(_("None known as of %(day)s (%(source)s).") % facts)
    elif not answer.lines:
        sentences.append(
            _(
                "An anti-dumping, countervailing, safeguard or retaliatory duty may apply: the list of these duties is "
                "not loaded."
            )
        )
    return sentences


def additional_source(duty: AdditionalDuty) -> str:
    """Who set it, under which number and title, and when."""
    issued = day(duty.issued) if duty.issued else ""
    return ", ".join(piece for piece in (duty.authority, duty.number, duty.title, issued) if piece)


def tax(found: Tax) -> str:
    """`13%`, the wording of a tax by weight or volume, or an empty string where it is not loaded."""
    return percent(found.percent) if found.percent is not None else _rate_texts(found)


def _rate_texts(found: Tax) -> str:
    return "; ".join(map(rate_text, found.texts))


def about_source(source: Source) -> str:
    """Where a rate was read, and between which days it holds."""
    return _("Rates read in %(source)s: %(days)s.") % {
        "source": source.name,
        "days": period(source.valid_from, source.valid_until),
    }


_COVERAGE = {
    Coverage.APPLIES: gettext_lazy("open to these goods"),
    Coverage.EXCLUDED: gettext_lazy("not for these goods"),
    Coverage.UNKNOWN: gettext_lazy("not known yet"),
}


def coverage(value: Coverage) -> str:
    return str(_COVERAGE[value])


def about_coverage(reason: Reason) -> str:
    """Why a regime covers goods, leaves them out, or why that is not known."""
    return {
        "all_goods": _("It is open to all goods that may be imported."),
        "depends_on_processing": _("It depends on who processes the goods there, and on how much value is added."),
        "hs_missing": _("No HS code is given yet, so this cannot be said."),
        "special_measures": _("Goods under a tariff quota are treated specially there: ask customs."),
        "on_the_list": _("The code is on the list of the regime."),
        "some_lines_listed": _("Some national lines below this code are on its list: the importer knows yours."),
        "list_not_loaded": _("Its list of goods is not loaded on this site: look there or ask your importer."),
        "not_on_the_list": _("The code is not on the list of the regime."),
    }[reason.code]


def regime_duty(regime: Regime, span: Span | None) -> str:
    """The duty under a regime; an empty string where it is not known."""
    if regime.duty == DutyOf.SUSPENDED:
        return _("not due while stored")
    return percent(span) if span is not None else ""


def regime_tax(regime: Regime, span: Span | None, found: Tax) -> str:
    """A tax under a regime; an empty string where it is not known."""
    if regime.duty == DutyOf.SUSPENDED:
        return _("not due while stored")
    if span is not None:
        return percent(span)
    text = _rate_texts(found)
    if not text:
        return ""
    if regime.tax_percent == 100:
        return text
    return _("%(share)s%% of this: %(text)s") % {"share": _number(regime.tax_percent), "text": text}


def regime_limits(regime: Regime) -> str:
    """The limits of a regime for consumers, or an empty string."""
    if regime.order_limit is None or regime.year_limit is None:
        return ""
    return _("At most %(order)s an order and %(year)s a year for each consumer.") % {
        "order": formats.money(regime.order_limit, "CNY"),
        "year": formats.money(regime.year_limit, "CNY"),
    }


def about_option(option: Option) -> list[str]:
    """What has to be said of one agreement."""
    return [_about_option(reason) for reason in option.reasons]


def _about_answer(reason: Reason, answer: DutyAnswer) -> str:
    facts = reason.facts
    if reason.code == "no_agreement":
        country = reference.name(reference.countries().get(answer.origin), answer.origin)
        return _(
            "No agreement on record covers goods from %(country)s on %(day)s: the most-favoured-nation rate applies."
        ) % {"country": country, "day": day(answer.day)}
    if reason.code == "rates_differ_by_line":
        return (
            ngettext(
                "%(lines)d national line stands below this code.",
                "%(lines)d national lines stand below this code with different rates; the importer knows yours.",
                facts["lines"],
            )
            % facts
        )
    if reason.code == "mfn_not_ad_valorem":
        return _("The most-favoured-nation duty is not a plain percentage: %(text)s.") % facts
    return {
        "hs_missing": _("No HS code is given yet, so the duty cannot be said."),
        "mfn_not_loaded": _("The most-favoured-nation rate of this code is not loaded on this site."),
        "origin_missing": _("Give the product a country of origin to see the agreements."),
        "no_saving": _(
            "No agreement is below the most-favoured-nation rate, so no proof of origin is needed for duty."
        ),
        "best_of_loaded": _("This is the best of the loaded rates; another agreement may be lower."),
    }[reason.code]


def _about_option(reason: Reason) -> str:
    facts = reason.facts
    if reason.code == "flat_rate":
        return _("The measure itself sets %(rate)s%% for all tariff lines.") % {"rate": _number(facts["rate"])}
    if reason.code == "in_quota_only":
        return _("These goods have a tariff quota: %(rate)s%% counts only inside it.") % {
            "rate": _number(facts["rate"])
        }
    if reason.code == "ends":
        return _("It ends on %(until)s.") % {"until": day(facts["until"])}
    if reason.code == "some_lines_left_out":
        return (
            ngettext(
                "%(lines)d national line is left out and pays the most-favoured-nation rate.",
                "%(lines)d national lines are left out and pay the most-favoured-nation rate.",
                facts["lines"],
            )
            % facts
        )
    if reason.code == "rate_not_ad_valorem":
        return _("The rate is not a plain percentage: %(text)s.") % facts
    return {
        "rate_not_loaded": _("It applies, but its rate for this code is not loaded on this site."),
        "partly_suspended": _("It is suspended for some goods: check before you use it."),
        "record_to_be_checked": _("Our record of it is not certain: check it with customs."),
    }[reason.code]


def about_fault(fault: Fault) -> str:
    """What to correct in a tariff file."""
    if fault.code == "column_missing":
        return _("These columns are missing: %(columns)s.") % {"columns": format_list(fault.facts["columns"])}
    if fault.code == "word_unknown":
        words = {**fault.facts, "words": format_list(fault.facts["words"])}
        return _fault_sentences()[fault.code] % words
    return _fault_sentences()[fault.code] % fault.facts


def _fault_sentences() -> dict[str, str]:
    return {
        "file_too_large": _("The file is larger than %(limit_mb)s MB."),
        "encoding_unknown": _("The text could not be read. Save the file as CSV in UTF-8."),
        "not_csv": _("This is not a CSV file from here on: %(detail)s."),
        "too_many_rows": _("A file may have %(limit)s rows. Split it."),
        "too_many_cells": _("The row has %(cells)s cells, the header %(columns)s."),
        "hs_not_8_or_10_digits": _("“%(value)s” is not a tariff line of 8 or 10 digits."),
        "hs_of_list": _("“%(value)s” is not a code of 2, 4, 6, 8 or 10 digits."),
        "regime_unknown": _("“%(value)s” is neither MFN, PROVISIONAL, VAT, CONSUMPTION nor the code of an agreement."),
        "rate_missing": _("Give the rate as a percentage, or its wording in rate_text."),
        "rate_twice": _("Give either a percentage or a wording, not both."),
        "rate_not_a_number": _("“%(value)s” is not a percentage. Write it with a point, such as 6.5."),
        "rate_too_high": _("“%(value)s” is above %(limit)s percent."),
        "date_missing": _("Give the first day on which the rate holds."),
        "date_not_iso": _("“%(value)s” is not a date. Write it as 2026-05-31."),
        "ends_before_it_begins": _("The last day, %(value)s, lies before the first."),
        "source_missing": _("Name the source of the rate."),
        "cell_missing": _("This cell must be filled in."),
        "code_twice": _("“%(value)s” stands in row %(row)s already."),
        "word_unknown": _("“%(value)s” is none of the words that may stand here: %(words)s."),
        "origin_unknown": _("“%(value)s” is not a country code of two letters, such as BR."),
        "text_too_long": _("This text is too long."),
        "overlaps_row": _("It holds on days on which row %(row)s already gives a rate."),
        "overlaps_loaded": _("A loaded rate from %(from)s holds on the same days and has its own end."),
    }


def _number(value: Decimal) -> str:
    """No zeros that say nothing: 6.5, 13, 0."""
    return formats.number(value.normalize())
