"""Names in a row and sentences one after another, put together as the reader's language does it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

# After these a sign as wide as a character has its own white behind it; a space would be a hole.
WIDE = tuple("。！？；：，、）」』》…")


def format_list(names: Iterable[object]) -> str:
    """Rice, tea, honey; 大米、茶叶、蜂蜜."""
    return _(", ").join(map(str, names))


def side_by_side(clauses: Iterable[object]) -> str:
    """Clauses that have commas of their own."""
    return _("; ").join(map(str, clauses))


def join_label(label: object, text: object) -> str:
    """Price: 3 USD; 价格：3 美元."""
    return _("%(label)s: %(text)s") % {"label": label, "text": text}


def join_sentences(sentences: Iterable[object]) -> str:
    """A space between two sentences, and none where the first ends in a full-width sign."""
    text = ""
    for sentence in filter(None, (str(one).strip() for one in sentences)):
        text += ("" if not text or text.endswith(WIDE) else " ") + sentence
    return text
