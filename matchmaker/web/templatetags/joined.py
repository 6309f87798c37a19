"""What stands between sentences, names and facts in a template, as the reader's language sets it."""

import re

from django import template
from django.template.defaultfilters import stringfilter
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from matchmaker.core.lists import WIDE, format_list, join_sentences

register = template.Library()


@register.filter
def sentences(several) -> str:
    """Several sentences one after another, as the reader's language sets them."""
    return join_sentences(several)


@register.simple_tag(name="join_sentences")
def join_sentences_tag(*texts) -> SafeString:
    """Several sentences one after another; a text that is empty is left out."""
    return mark_safe(join_sentences(conditional_escape(text) for text in texts))  # every piece is escaped


@register.simple_tag
def gap() -> str:
    """What stands between two sentences of ours: a space, or nothing where a sign is as wide as a character."""
    return "" if gettext(": ").endswith(WIDE) else " "


@register.simple_tag
def colon() -> str:
    """What stands between a label and what it labels."""
    return gettext(": ")


@register.simple_tag
def comma() -> str:
    """What stands between two facts of one line."""
    return pgettext("between two facts", ", ")


SECOND_STOP = re.compile(r"(?<!\.)(\.(?:</\w+>)*)\.$")


@register.filter(is_safe=True)
@stringfilter
def then(text: str) -> str:
    """A text with what separates it from the next one in its line, by the sign it ends in.

    One full stop is enough behind a name that ends in one, such as “Co., Ltd.”.
    """
    return join_sentences([SECOND_STOP.sub(r"\1", text), "."])[:-1]


@register.filter
def names(several) -> str:
    """Several names in a row, as the reader's language sets them."""
    return format_list(several)


@register.filter
def own_names(several) -> SafeString:
    """Several names as people wrote them, such as those of columns in a file."""
    return mark_safe(format_list(format_html("<bdi>{}</bdi>", name) for name in several))  # every name is escaped


@register.filter
def own_words(text: str) -> SafeString:
    """What a person wrote, as one thing of its own inside a sentence of ours."""
    return format_html("<bdi>{}</bdi>", text)


# The dot is drawn in the space by the style sheet (`.between`), and a space at the end of a line has no width: so the
# dot goes where a line ends there. The character is for readers aloud and for who copies the line.
DOT = mark_safe('<span class="between"> <i>·</i> </span>')


@register.simple_tag
def dot() -> SafeString:
    """What stands between two facts of a small line; gone where the line breaks between them.

    Write it directly behind the text before it: white space there takes the place in which the dot is drawn.
    """
    return DOT


@register.simple_tag
def join_facts(*facts) -> SafeString:
    """Several facts in one small line with a dot between them; a fact that is empty is left out."""
    return mark_safe(DOT.join(conditional_escape(fact) for fact in facts if fact))  # every piece is escaped


@register.filter
def dotted(texts) -> SafeString:
    """Several facts in one small line, or a sentence that names several."""
    pieces = texts.split(" · ") if isinstance(texts, str) else texts
    return mark_safe(DOT.join(conditional_escape(text) for text in pieces))  # every piece is escaped


# Words, and where one that is an address of mail or of a page may break: after @ and behind what parts its names.
# Whether it is one is asked of the word: a pattern that seeks the sign itself takes minutes for a word of a megabyte.
WORD = re.compile(r"\S+")
JOINT = re.compile(r"(?<=\w)([@./_?&=-])(?=\w)|(://)")


@register.filter
def address(text) -> SafeString:
    """A text whose addresses of mail and of pages break at their joints, not before their last letter."""
    if hasattr(text, "__html__"):
        return text  # markup already: what looks like an address may stand in a tag
    words = str("" if text is None else text)
    found, end = [], 0
    for long in WORD.finditer(words) if "@" in words or "://" in words else ():
        if "@" not in long[0] and "://" not in long[0]:
            continue
        pieces = JOINT.sub("\\g<0>\x00", long[0]).split("\x00")
        joined = mark_safe("<wbr>".join(conditional_escape(piece) for piece in pieces))  # every piece is escaped
        # Whole as well, for anyone who searches the source of a page for it: tests of what may not be shown do.
        shown = format_html('<span data-whole="{}">{}</span>', long[0], joined) if len(pieces) > 1 else joined
        found += [conditional_escape(words[end : long.start()]), shown]
        end = long.end()
    return mark_safe("".join([*found, conditional_escape(words[end:])]))  # every piece is escaped
