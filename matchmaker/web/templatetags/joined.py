"""What stands between sentences, names and facts in a template, as the reader's language sets it."""

from django import template
from django.template.defaultfilters import stringfilter
from django.utils.translation import get_language, gettext, pgettext

from matchmaker.core.joined import in_a_row, one_after_another

register = template.Library()


@register.filter
def sentences(several) -> str:
    """Several sentences one after another, as the reader's language sets them."""
    return one_after_another(several)


@register.simple_tag
def gap() -> str:
    """What stands between two sentences of ours: a space, or nothing where a sign is as wide as a character."""
    return "" if (get_language() or "").startswith("zh") else " "


@register.simple_tag
def colon() -> str:
    """What stands between a label and what it labels."""
    return gettext(": ")


@register.simple_tag
def comma() -> str:
    """What stands between two facts of one line."""
    return pgettext("between two facts", ", ")


@register.filter(is_safe=True)
@stringfilter
def then(text: str) -> str:
    """A text with what separates it from the next one in its line, by the sign it ends in."""
    return one_after_another([text, "."])[:-1]


@register.filter
def names(several) -> str:
    """Several names in a row, as the reader's language sets them."""
    return in_a_row(several)
