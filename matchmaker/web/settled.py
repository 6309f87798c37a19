"""What a template says whatever the page: settled once for each language, when the template is loaded.

A page of ours asks for some hundred words, thirty icons and addresses of style sheets, and as many addresses of pages,
that are the same on every page. Of a template kept by this loader they are plain text: nodes that no value changes are
rendered when it is loaded, and what stands beside them is joined. So a template is kept once for each language it is
read in (there are as many as `LANGUAGES`), and forgotten with Django's own cache of templates.

Letters are left as they are written: the campaign's own wording reads their nodes (notifications/wording.py).
"""

from collections.abc import Iterator
from typing import Any

from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, TextNode
from django.template.defaulttags import AutoEscapeControlNode, CommentNode, IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch
from django.utils.translation import get_language

from matchmaker.web.templatetags import joined, ui

# Tags of ours that say the same in one language whenever their arguments are written out.
_TAGS = {ui.icon, ui.category_art, joined.colon, joined.comma, joined.dot, joined.gap}

FILES = ("django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader")


class _Settling(base.Loader):
    def get_template(self, template_name, skip=None):
        template = super().get_template(template_name, skip)
        if not template_name.startswith("notifications/"):
            settle(template.nodelist)
        return template


class Loader(cached.Loader, _Settling):
    """Django's cached loader, with a template for each language; by default of the project's files and the apps'."""

    def __init__(self, engine, loaders=FILES):
        super().__init__(engine, loaders)

    def cache_key(self, template_name, skip=None):
        return f"{get_language()}-{super().cache_key(template_name, skip)}"


class Said(Node):
    """Puts under a name what `{% trans … as name %}` or `{% url … as name %}` always puts there."""

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def render(self, context):
        context[self.name] = self.value
        return ""


def settle(nodes: NodeList) -> None:
    """Replace, in place, what renders the same for every context in the active language."""
    found: list[Node] = []
    for node in nodes:
        one = _settled(node)
        for below in _below(one):
            settle(below)
        if type(one) is TextNode and found and type(found[-1]) is TextNode:
            found[-1] = TextNode(found[-1].s + one.s)
        elif type(one) is not TextNode or one.s:
            found.append(one)
    nodes[:] = found


def _below(node: Node) -> Iterator[NodeList]:
    if isinstance(node, LanguageNode | AutoEscapeControlNode):
        return  # rendered in another language, or unescaped
    if isinstance(node, IfNode):
        yield from (nodes for _condition, nodes in node.conditions_nodelists)
        return
    for name in node.child_nodelists:
        if isinstance(nodes := getattr(node, name, None), NodeList):
            yield nodes


def _settled(node: Node) -> Node:
    """A text or a value in place of the node, or the node itself where what it says depends on the page."""
    if isinstance(node, CommentNode | LoadNode):
        return TextNode("")
    if not _is_the_same(node):
        return node
    context, name = Context(), getattr(node, "asvar", None)
    try:
        text = node.render(context)
    except NoReverseMatch:
        return node  # an error of the page that shows it, and of no other
    return Said(name, context[name]) if name else TextNode(text)


def _is_the_same(node: Node) -> bool:
    if isinstance(node, TranslateNode):
        return _is_written_out(node.filter_expression, *filter(None, [node.message_context]))
    if isinstance(node, StaticNode):
        return node.varname is None and _is_written_out(node.path)
    if isinstance(node, URLNode):  # a name in a namespace may depend on where the reader is
        return not node.args and not node.kwargs and _is_written_out(node.view_name) and ":" not in str(node.view_name)
    if isinstance(node, SimpleNode):
        return node.func in _TAGS and node.target_var is None and _is_written_out(*node.args, *node.kwargs.values())
    return False


def _is_written_out(*expressions: FilterExpression) -> bool:
    """Whether they are texts or numbers as they stand, without a variable or a filter."""
    return all(not one.filters and (not one.is_var or one.var.lookups is None) for one in expressions)
