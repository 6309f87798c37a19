"""Other words for a kind of notice: subject and body per language, with a fixed list of placeholders.

Each kind declares its placeholders (`kinds`). Their values are what the kind's own templates would have shown. A custom
text never meets a template engine: `{name}` is replaced from a table, and anything else in braces is refused
before it is stored.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.template import Context, Engine
from django.utils.translation import gettext as _
from django.utils.translation import override

from matchmaker.core.hooks import Hook
from matchmaker.notifications import kinds as declared
from matchmaker.notifications.models import Notice, Wording
from matchmaker.notifications.templatetags.notices import localize_context

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
ALWAYS = ("recipient", "site_name")
FOOT = "\n--\n"  # what stands between a letter's own text and what all letters end with
# Numbers that stand for placeholders where a template counts: no sentence of ours names one of them.
NUMBERS = range(961, 999)


def kinds() -> tuple[str, ...]:
    """Every kind of notice whose words can be changed."""
    return tuple(declared.all_kinds())


def placeholders(kind: str) -> tuple[str, ...]:
    """The names that may stand in braces in the words of this kind; those of one written by hand are none."""
    return (*(placeholder.name for placeholder in declared.get(kind).placeholders), *ALWAYS)


def variants(kind: str) -> tuple[Mapping[str, Any], ...]:
    """The different things one kind says, each with words of its own: ({"accepted": True}, {"accepted": False})."""
    return declared.get(kind).variants


def variant_of(kind: str, context: Mapping[str, Any]) -> int:
    """Which of the variants this context makes a kind say."""
    return declared.get(kind).variant_of(context)


def values(kind: str, context: Mapping[str, Any], language: str) -> dict[str, str]:
    """What each placeholder stands for, as the kind's own templates say it in this language."""
    with override(language):
        facts = localize_context(context)
        shown = {place.name: _render_placeholder(place, facts) for place in declared.get(kind).placeholders}
        return shown | {name: _as_text(facts.get(name)) for name in ALWAYS}


def fill(text: str, known: dict[str, str]) -> str:
    """The text with its placeholders replaced, in one pass: a value that looks like a placeholder stays as it is."""
    return PLACEHOLDER.sub(lambda hole: known.get(hole[1], hole[0]), text)


def stored_wording(kind: str, language: str, variant: int = 0) -> Wording | None:
    return Wording.objects.filter(kind=kind, language=language, variant=variant).first()


# Given kind, language and context of a letter: words for letters of one part of the site, which come first.
of_parts: Hook[Callable[[str, str, Mapping[str, Any]], Wording | None]] = Hook(
    "notifications.wording.of_parts", "words for letters of one part of the site"
)


def wording_for(kind: str, language: str, context: Mapping[str, Any]) -> Wording | None:
    """The custom words for what this context makes a kind say; None where there are none."""
    for find in of_parts:
        if words := find(kind, language, context):
            return words
    return stored_wording(kind, language, variant_of(kind, context)) if kind in declared.all_kinds() else None


@transaction.atomic
def save(*, by: Any, kind: str, language: str, subject: str, body: str, variant: int = 0) -> Wording:
    """Put these words in place of the kind's own.

    Raises:
        ValidationError: by field, for an unknown placeholder, a stray brace, an empty or overlong text.
    """
    row = stored_wording(kind, language, variant) or Wording(kind=kind, language=language, variant=variant)
    row.subject, row.body, row.by = subject.strip(), body.replace("\r\n", "\n").strip(), by
    wrong = {name: problems for name in ("subject", "body") if (problems := mistakes(kind, getattr(row, name)))}
    try:
        row.full_clean(exclude=["by"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        wrong |= error.message_dict
    if wrong:
        raise ValidationError(wrong)
    row.save()
    return row


def restore(*, kind: str, language: str, variant: int = 0) -> bool:
    """Go back to the kind's own words; returns whether there were others."""
    return Wording.objects.filter(kind=kind, language=language, variant=variant).delete()[0] > 0


def mistakes(kind: str, text: str) -> list[str]:
    """What keeps this text from being sent, as sentences."""
    allowed = placeholders(kind)
    unknown = sorted({name for name in PLACEHOLDER.findall(text) if name not in allowed})
    problems = [
        _("{%(name)s} is not known here. Use one of the placeholders listed.") % {"name": name} for name in unknown
    ]
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        problems.append(_("A brace stands alone. Placeholders are written like {site_name}."))
    return problems


@cache
def default(kind: str, language: str, variant: int = 0) -> Mapping[str, str]:
    """The kind's own subject and text with its placeholders in braces, to begin an edit with."""
    context, numbers = _placeholders_as_values(kind, variant)
    with override(language):
        subject, text = (plain_text(f"notifications/{kind}.{part}", context) for part in ("subject.txt", "txt"))
    body = re.sub(r"\n\s*\n+", "\n\n", text.partition(FOOT)[0]).strip()
    return {
        "subject": _name_placeholders(" ".join(subject.split()), numbers),
        "body": _name_placeholders(body, numbers),
    }


def sample(kind: str, variant: int, notices: QuerySet) -> tuple[Notice | None, Mapping[str, Any]]:
    """Facts to try words on: of the newest of these notices that says this, or else the declared sample."""
    for notice in notices.filter(kind=kind).order_by("-id")[:50]:
        if variant_of(kind, notice.context) == variant:
            return notice, notice.context
    return None, declared.get(kind).facts(variant)


def plain_text(template: str, context: Mapping[str, Any]) -> str:
    """A template of a letter rendered as text, without HTML escapes."""
    return Engine.get_default().get_template(template).render(Context(dict(context), autoescape=False))


def _placeholders_as_values(kind: str, variant: int) -> tuple[dict[str, Any], dict[int, str]]:
    """The sample with `{name}` in place of what each placeholder shows; and which number stands for which name."""
    sample, numbers = declared.get(kind).facts(variant), {}
    context: dict[str, Any] = {name: f"{{{name}}}" for name in ALWAYS} | sample
    for number, place in zip(NUMBERS, declared.get(kind).placeholders, strict=False):
        value = sample.get(place.key)
        if not value:
            continue  # this variant is without it
        if isinstance(value, int):
            context[place.key], numbers[number] = number, place.name
        else:
            context[place.key] = _open(value, f"{{{place.name}}}")
    return context, numbers


def _open(value: Any, name: str) -> Any:
    """`name` in the shape of the value: a template that loops over it shows it once."""
    if isinstance(value, list):
        return [_open(value[0], name)]
    if isinstance(value, dict) and "en" not in value:
        return {key: name if first else "" for first, key in zip((True,), value, strict=False)}
    if isinstance(value, dict) and isinstance(value["en"], list):
        return [name]
    return name


def _name_placeholders(text: str, numbers: Mapping[int, str]) -> str:
    for number, name in numbers.items():
        text = re.sub(rf"\b{number}\b", f"{{{name}}}", text)
    return text


def _render_placeholder(place: declared.Placeholder, facts: Mapping[str, Any]) -> str:
    if place.expression == place.key:
        return _as_text(facts.get(place.key))
    return _expression(place.expression).render(Context(dict(facts), autoescape=False))


@cache
def _expression(expression: str) -> Any:
    return Engine.get_default().from_string(f"{{% load i18n notices %}}{{{{ {expression} }}}}")


def _as_text(value: Any) -> str:
    """A value as it stands in a text: lines for a list, its parts one after another for an entry of several."""
    if isinstance(value, list | tuple):
        return "\n- ".join(map(_as_text, value))  # the default text shows it behind a dash
    if isinstance(value, dict):
        return " – ".join(_as_text(part) for part in localize_context(value).values() if part)
    return str(value if value is not None else "")
