"""The live gallery of components at /styleguide/, for staff: each in its states, in the reader's language.

`?lang=ar` (or any other language Django knows) shows it in a language the site does not offer yet.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.core import reference
from matchmaker.core.multilingual_forms import MultilingualFormField
from matchmaker.imports.models import Reading
from matchmaker.market_access import sentences
from matchmaker.market_access.regimes import Coverage
from matchmaker.web.access.decorators import staff
from matchmaker.web.forms import fields
from matchmaker.web.forms.readings import start_context
from matchmaker.web.rendering.charts import columns

# Invented companies and goods in three scripts; what Arabic leaves out is shown in English.
SAMPLES = json.loads((Path(__file__).parent / "samples.json").read_text(encoding="utf-8"))
SWATCHES = (
    ("paper", "ink"), ("paper-2", "ink"), ("paper-3", "ink"), ("ink", "paper"), ("seal", "on-seal"),
    ("met-tint", "met"), ("missing-tint", "missing"), ("fail-tint", "fail"), ("info-tint", "info"),
)  # fmt: skip
ICON_SAMPLES = ["package", "building", "clipboard-list", "arrows-exchange", "calendar-event", "certificate", "ship"]
FLAG_SAMPLES = ("FR", "TH", "BR", "IT", "KE", "VN", "CL", "NZ", "SA", "DE")
ART_SAMPLES = ("AGRI-06", "AGRI-03", "AGRI-08", "AGRI-11", "CONS-02", "CONS-07", "TECH-02", "TECH-08", "COMP-01",
               "COMP-07", "SERV-03", "SERV-10")  # fmt: skip

PAPERS = (
    {"is_valid": True},
    {"is_valid": True, "document_id": 1},
    {"is_valid": True, "seen_on": date(2026, 11, 3)},
    {"is_valid": True, "document": {"state": "refused"}},
    {"is_valid": False},
)


def _countries(*codes: str) -> list[tuple[str, str]]:
    return [(code, reference.name(reference.countries()[code])) for code in codes]


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label=gettext_lazy("Product name"), max_length=120)
    price = forms.DecimalField(
        label=gettext_lazy("Price"), required=False, help_text=gettext_lazy("Per tonne, delivered to Shanghai.")
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Origin"),
        choices=lambda: _countries("TH", "FR", "IT"),
    )
    ready = forms.DateField(
        label=gettext_lazy("Ready from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    story = forms.CharField(
        label=gettext_lazy("What a buyer should know"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("In your own language. It is shown as you wrote it."),
    )
    side = forms.ChoiceField(
        label=gettext_lazy("Who sees it"),
        widget=forms.RadioSelect,
        choices=[("all", gettext_lazy("Everybody")), ("invited", gettext_lazy("Invited buyers only"))],
    )
    consent = forms.BooleanField(
        label=gettext_lazy("I may publish this for my company"), help_text=gettext_lazy("Somebody may ask for proof.")
    )
    photo = forms.FileField(label=gettext_lazy("Photographs"), required=False)


class WholeForm(forms.Form):
    """As a page's own form: a name, and a list of boxes that opens."""

    contact = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    title = MultilingualFormField(label=gettext_lazy("Name"), max_length=120, required=False)
    languages = fields.CodesField(
        label=gettext_lazy("Languages you can work in"), choices=fields.spoken_languages, required=False
    )


@staff
def show(request):
    language = request.GET.get("lang") or translation.get_language()
    if not translation.check_for_language(language):
        language = "en"
    with translation.override(language):
        return render(request, "styleguide/index.html", gallery(language))


def gallery(language: str) -> dict:
    """Everything the gallery shows, with sample words in Chinese, Arabic or English."""
    code = language.split("-")[0] if language.split("-")[0] in SAMPLES else "en"
    words = {**SAMPLES["en"], **SAMPLES[code]}
    now = timezone.now()
    names = words["parts"]
    return {
        "s": words,
        "swatches": SWATCHES,
        "icons": ICON_SAMPLES,
        "flags": FLAG_SAMPLES,
        "arts": ART_SAMPLES,
        "whole_form": WholeForm(prefix="whole"),
        "empty_form": SampleForm(prefix="new"),
        "wrong_form": SampleForm({"bad-name": "", "bad-price": "abc", "bad-origin": "TH"}, prefix="bad"),
        "page": Paginator(range(487), 25).page(7),
        "regimes": [
            {
                "name": title,
                "coverage": coverage.value,
                "coverage_label": sentences.coverage(coverage),
                "reason": detail,
                "source_url": "#regimes",
                "legal_basis": source,
            }
            for (title, detail, source), coverage in zip(words["readiness"], Coverage, strict=False)
        ],
        "folded_ways": {"open_ways": [], "other_ways": [{"name": words["readiness"][0][0]}]},
        "label_versions": [
            {"version": {"number": number, "made_at": now, "digest": "0" * 64}, "changed": words["reasons"][:1]}
            for number in (2, 1)
        ],
        "steps": [
            {"label": label, "state": state, "url": "#steps" if state == "done" else ""}
            for label, state in zip(words["steps"], ("done", "done", "current", "todo"), strict=True)
        ],
        "step_list": [
            {"label": label, "state": state, "n": n, "detail": [names[0], names[1]], "url": "#step-list"}
            for label, state, n in zip(
                (*words["steps"], *names[:2]),
                ("done", "under_way", "next", "optional", "not_yet", "left_out"),
                (128, 42, 7, None, 0, 0),
                strict=True,
            )
        ],
        "score_parts": [
            {"label": names[0], "value": 92, "why": words["part_why"]},
            {"label": names[1], "value": 74},
            {"label": names[2], "value": 100, "tone": "met"},
            {"label": names[3], "value": 38, "tone": "missing"},
        ],
        "reasons": [{"text": text} for text in words["reasons"]],
        "conditions": [
            {"label": label, "state": state, "detail": detail}
            for (label, detail), state in zip(words["conditions"], ("meets", "fails", "unknown"), strict=True)
        ],
        "readiness": [
            {
                "title": title,
                "detail": detail,
                "state": state,
                "source": source,
                "source_url": "#readiness",
                "valid_from": date(2022, 1, 1),
                "valid_to": end,
                "action_url": act,
                "action_label": _("Add the number"),
            }
            for (title, detail, source), state, end, act in zip(
                words["readiness"],
                ("met", "missing", "none"),
                (None, date(2027, 6, 30), None),
                (None, "#readiness", None),
                strict=True,
            )
        ],
        "timeline": [
            {"what": what, "when": now - timedelta(hours=hours), "who": who, "tone": tone, "icon": icon}
            for (what, who), hours, tone, icon in zip(
                words["timeline"],
                (1, 26, 75, 240),
                ("now", "met", "missing", ""),
                ("message", "check", "clock", "user-plus"),
                strict=True,
            )
        ],
        "figures": [
            {"label": label, "value": value, "note": note, "first": place == 0}
            for place, (label, value, note) in enumerate(words["figures"])
        ],
        "facts": [{"label": label, "value": value} for label, value in words["facts"]],
        "facets": [
            {
                "name": name,
                "title": title,
                "options": [
                    {"value": str(place), "label": label, "count": count, "checked": place == 0, "flag": code}
                    for place, (label, count, code) in enumerate(options)
                ],
            }
            for name, title, options in words["facets"]
        ],
        "chips": [{"label": label, "name": name, "url": "?"} for name, label in words["chips"]],
        "rows": [
            {**row, "price": price, "fit": fit, "until": date(2026, 12, place + 3)}
            for place, (row, price, fit) in enumerate(
                zip(words["rows"], (1180, 2450.5, 96000), (92, 77, 64), strict=True)
            )
        ],
        "jobs": [
            {"state": "waiting", "label": words["job"]},
            {"state": "running", "label": words["job"], "done": 1840, "total": 2600},
            {"state": "done", "label": words["job"], "done": 2600, "total": 2600},
            {"state": "failed", "label": words["job"]},
        ],
        "commands": [
            {"label": label, "group": group, "url": "#top", "icon": icon, "words": more}
            for label, group, icon, more in words["commands"]
        ],
        "terms": {
            "rows": [
                {"label": label, "wanted": wanted, "offered": offered, "state": state}
                for (label, wanted, offered), state in zip(
                    words["terms"], ("meets", "unknown", "fails", ""), strict=True
                )
            ]
        },
        "window": {
            "first": {"shipment_date": date(2026, 12, 15), "summary": words["window"][0]},
            "last": {"shipment_date": date(2027, 3, 25), "summary": words["window"][1]},
            "changes": [{"sentence": words["window"][2], "after": {"holds": words["sure"]}}],
        },
        "papers": PAPERS,
        "chart": columns(words["steps"][3], [words["parts"][0], words["parts"][3]], [3, 9, 27, 14, 41]),
        "level": {
            "label": words["trust"][0],
            "sentence": words["trust"][1],
            "checks": [{"level": words["trust"][0], "source": words["trust"][2]}],
        },
        "preview": {
            "title": words["preview"][0],
            "fits": 3,
            "lists": [(words["preview"][1], [(words["preview"][2], 2), (words["preview"][3], 1)])],
            "conditions": [(words["terms"][0][0], {"meets": 1, "fails": 1, "unknown": 1})],
            "certificates": "HACCP",
        },
        **start_context(Reading.Kind.PRODUCT),
        "reading": Reading(kind=Reading.Kind.PRODUCT, fields={"name": "", "origin": ""}),
        "may_keep_picture": True,
        "product": {
            "original": {"name": "ข้าวหอมมะลิ", "language": "th"},
            "text": {"name": "Jasmine rice", "language": "en"},
        },
        "line": {"text": "茉莉香米，25公斤袋装", "language": "zh", "hs_code": "100630"},
        "quota": {"sentences": words["quota"], "source_url": "#papers", "confidence_label": words["sure"]},
        "duty": {
            "additional": [{"rate": "7.4%", "source_url": "#papers", "confidence_label": words["sure"]}],
            "additional_notes": words["quota"][:1],
        },
        "acted": {
            "acting": {"actor": words["acting"][0], "reason": words["acting"][1]},
            "acting_company": words["company"][0],
        },
        "text_lang": "zh-Hans" if code == "zh" else code,
        "when": datetime(2026, 12, 8, 9, 30, tzinfo=timezone.get_default_timezone()),
        "day_of_event": date(2026, 12, 8),
    }
