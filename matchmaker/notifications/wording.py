"""Other words for a kind of notice: subject and body per language, with a fixed list of placeholders.

The placeholders of a kind are the names its own subject and text show, so a new kind needs nothing more to be editable.
Their values are what the kind's own templates would have shown. User text never meets a template engine: `{name}` is
replaced by a table, and anything else in braces is refused before it is stored.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.template import Context
from django.template.base import TokenType, VariableNode
from django.template.defaulttags import ForNode, IfNode
from django.template.loader import get_template
from django.template.loader_tags import BlockNode
from django.templatetags.i18n import BlockTranslateNode
from django.utils.translation import gettext as _
from django.utils.translation import override

from matchmaker.notifications.models import Notice, Wording
from matchmaker.notifications.templatetags.notices import spoken

HOLE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
ALWAYS = ("recipient", "site_name")
FRAME = {
    "LANGUAGE_CODE",
    "LANGUAGE_BIDI",
    "headline",
    "preheader",
    "url",
    "settings_url",
    "unsubscribe_url",
    "topic_name",
    "site_url",
}
BY_HAND = frozenset({"announcement"})  # written anew each time


@cache
def kinds() -> tuple[str, ...]:
    """Every kind of notice there are templates for."""
    folders = [Path(place) / "notifications" for engine in settings.TEMPLATES for place in engine["DIRS"]]
    found = {file.name.removesuffix(".line.html") for folder in folders for file in folder.glob("*.line.html")}
    return tuple(sorted(found - BY_HAND))


@cache
def placeholders(kind: str) -> tuple[str, ...]:
    """The names that may stand in braces in the words of this kind, in the order its own text shows them."""
    hidden = FRAME | {name for loop in _nodes(kind, ForNode) for name in loop.loopvars}
    shown = [name for node in _nodes(kind, VariableNode, BlockTranslateNode, ForNode) for name in _shown(node)]
    found = dict.fromkeys(name for name in shown if name not in hidden)
    return (*(name for name in found if name not in ALWAYS), *ALWAYS)


@cache
def variants(kind: str) -> tuple[dict[str, Any], ...]:
    """The different things one kind says, read off the first `{% if %}` of its subject: what is true in each.

    ({"accepted": True}, {"accepted": False}) for yes and no; ({},) for a kind that always says the same. Each has words
    of its own, so that nobody writes one sentence for both.
    """
    nodes = get_template(f"notifications/{kind}.subject.txt").template.nodelist
    for node in nodes.get_nodes_by_type(IfNode):
        conditions = [condition for condition, _nodes in node.conditions_nodelists if condition is not None]
        tests = [test for condition in conditions if (test := _test(condition)) and test[0] not in FRAME]
        if len(tests) == len(conditions):
            return (*({name: value} for name, value in tests), {name: False for name, _value in tests})
    return ({},)


def variant_of(kind: str, context: Mapping[str, Any]) -> int:
    """Which of the variants this context makes a kind say."""
    for number, facts in enumerate(variants(kind)[:-1]):
        if all(context.get(name) == value or (value is True and context.get(name)) for name, value in facts.items()):
            return number
    return len(variants(kind)) - 1


def values(kind: str, context: dict[str, Any], language: str) -> dict[str, str]:
    """What each placeholder stands for, as the kind's own templates say it in this language."""
    with override(language):
        seen = _Recording(spoken(context), autoescape=False)
        _render(kind, seen)
        for node in _nodes(kind, VariableNode):
            if node.filter_expression.filters and (name := next(iter(_shown(node)), None)) in context:
                seen.seen[name] = node.filter_expression.resolve(seen)  # with its filters, as it is shown
        return {name: _as_text(seen.seen.get(name) or seen.get(name, "")) for name in placeholders(kind)}


def fill(text: str, known: dict[str, str]) -> str:
    """The text with its placeholders replaced, in one pass: a value that looks like a placeholder stays as it is."""
    return HOLE.sub(lambda hole: known.get(hole[1], hole[0]), text)


def of(kind: str, language: str, variant: int = 0) -> Wording | None:
    return Wording.objects.filter(kind=kind, language=language, variant=variant).first()


@transaction.atomic
def save(*, by: Any, kind: str, language: str, subject: str, body: str, variant: int = 0) -> Wording:
    """Put these words in place of the kind's own.

    Raises:
        ValidationError: by field, for an unknown placeholder, a stray brace, an empty or overlong text.
    """
    row = of(kind, language, variant) or Wording(kind=kind, language=language, variant=variant)
    row.subject, row.body, row.by = subject.strip(), body.replace("\r\n", "\n").strip(), by
    wrong = {field: found for field in ("subject", "body") if (found := mistakes(kind, getattr(row, field)))}
    try:
        row.full_clean(exclude=["by"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        wrong |= error.message_dict
    if wrong:
        raise ValidationError(wrong)
    row.save()
    return row


def restore(*, by: Any, kind: str, language: str, variant: int = 0) -> bool:
    """Go back to the kind's own words; returns whether there were others."""
    return Wording.objects.filter(kind=kind, language=language, variant=variant).delete()[0] > 0


def mistakes(kind: str, text: str) -> list[str]:
    """What keeps this text from being sent, as sentences."""
    allowed = placeholders(kind)
    unknown = sorted({name for name in HOLE.findall(text) if name not in allowed})
    found = [
        _("{%(name)s} is not known here. Use one of the placeholders listed.") % {"name": name} for name in unknown
    ]
    if re.search(r"[{}]", HOLE.sub("", text)):
        found.append(_("A brace stands alone. Placeholders are written like {site_name}."))
    return found


def default(kind: str, language: str, variant: int = 0) -> dict[str, str]:
    """The kind's own subject and text with its placeholders standing open, to begin an edit with."""
    with override(language):
        subject, body = _render(kind, _Open(placeholders(kind), _loops(kind), variants(kind)[variant]))
    return {"subject": " ".join(subject.split()), "body": re.sub(r"\n\s*\n+", "\n\n", body).strip()}


def sample(kind: str, variant: int, notices: QuerySet) -> tuple[Notice | None, dict[str, Any]]:
    """Real data to try words on: the newest of these notices that says this; without one, names in pointed brackets."""
    for notice in notices.filter(kind=kind).order_by("-id")[:50]:
        if variant_of(kind, notice.context) == variant:
            return notice, notice.context
    return None, {name: f"‹{name}›" for name in placeholders(kind)}


# -- reading the kind's own templates ---------------------------------------------------------------------------------
class _Recording(Context):
    """A context that notes what each name stood for when it was shown, names bound by the template included."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen: dict[str, Any] = {}

    def __getitem__(self, key):
        value = self.seen[key] = super().__getitem__(key)
        return value


class _Open(Context):
    """A context in which every placeholder stands for itself, what the variant fixes holds, and all else is two."""

    def __init__(self, names: tuple[str, ...], loops: frozenset[str], facts: dict[str, Any]):
        super().__init__(autoescape=False)
        self.names, self.loops, self.facts = names, loops, facts

    def __contains__(self, key):
        return True

    def __getitem__(self, key):
        if key in self.facts:
            return self.facts[key]
        if key in self.loops:
            return [f"{{{key}}}"]
        if key in self.names:
            return f"{{{key}}}"
        return next((known[key] for known in reversed(self.dicts) if key in known), "" if key in FRAME else 2)


def _render(kind: str, context: Context) -> tuple[str, str]:
    """Subject and body as the kind says them, without the frame of the letter."""
    first, letter = (get_template(f"notifications/{kind}.{part}").template for part in ("subject.txt", "txt"))
    with context.bind_template(first):
        subject = first.nodelist.render(context)
    with context.bind_template(letter):
        blocks = letter.nodelist.get_nodes_by_type(BlockNode)
        body = "".join(block.nodelist.render(context) for block in blocks if block.name == "content")
    return subject, body


def _nodes(kind: str, *types: type) -> list[Any]:
    """The nodes of these types in the kind's own subject and text, in the order they are shown."""
    own = [get_template(f"notifications/{kind}.{part}").template.nodelist for part in ("subject.txt", "txt")]
    return [node for nodes in own for node in nodes.get_nodes_by_type(types)]


def _loops(kind: str) -> frozenset[str]:
    return frozenset(name for loop in _nodes(kind, ForNode) for name in _shown(loop))


def _test(condition: Any) -> tuple[str, Any] | None:
    """`{% if name %}` as (name, True), `{% if name == "word" %}` as (name, "word"); None for what is less simple."""
    if getattr(condition, "id", "") == "==":
        word = condition.second.value.var
        return (str(condition.first.value.var), word) if isinstance(word, str) else None
    expression = getattr(condition, "value", None)
    lookups = getattr(expression.var, "lookups", None) if expression is not None else None
    return (lookups[0], True) if lookups and len(lookups) == 1 else None


def _shown(node: Any) -> list[str]:
    """The names a node puts on the page; only plain ones, since a placeholder has no dots."""
    if isinstance(node, BlockTranslateNode):
        tokens = [*node.singular, *(node.plural or [])]
        return [token.contents for token in tokens if token.token_type == TokenType.VAR]
    expression: Any = node.sequence if isinstance(node, ForNode) else node.filter_expression
    lookups = getattr(expression.var, "lookups", None) or ()
    return [lookups[0]] if len(lookups) == 1 else []


def _as_text(value: Any) -> str:
    """A value as it stands in a text: lines for a list."""
    if isinstance(value, list | tuple):
        return "\n- ".join(map(str, value))  # the default text shows it behind a dash
    return str(value if value is not None else "")
