"""Styles of a letter written into its tags, for the mail programs that drop what stands in `<style>`.

Only what the letters use is understood: rules for a tag or a class, one name each, before the first `@media`. The rest,
for dark and narrow windows, stays in the head and says `!important`.
"""

import re
from functools import cache

RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
TAG = re.compile(r"<([a-z][a-z0-9]*)(\s[^<>]*)?>")
CLASS = re.compile(r'\sclass="([^"]*)"')
STYLE = re.compile(r'\sstyle="([^"]*)"')


def inline(html: str) -> str:
    """The same letter, its rules also in the tags they fit; what a tag says itself comes last and wins."""
    head, end, body = html.partition("</style>")
    if not end:
        return html
    rules = _rules(head.partition("<style>")[2].partition("@media")[0])

    def styled(tag: re.Match[str]) -> str:
        name, rest = tag[1], tag[2] or ""
        classes = CLASS.search(rest)
        wanted = [name, *(f".{word}" for word in (classes[1].split() if classes else ()))]
        found = [rules[selector] for selector in wanted if selector in rules]
        if not found:
            return tag[0]
        if own := STYLE.search(rest):
            found.append(own[1].strip().rstrip(";"))
            rest = STYLE.sub("", rest)
        return f'<{name}{rest} style="{"; ".join(found)}">'

    return head + end + TAG.sub(styled, body)


@cache
def _rules(css: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for selectors, rule in RULE.findall(css):
        text = " ".join(rule.split()).strip("; ").replace('"', "'")
        for selector in (selector.strip() for selector in selectors.split(",")):
            found[selector] = f"{found[selector]}; {text}" if selector in found else text
    return found
