"""Text people write for others (B21, B22): nothing in it becomes markup but the links we make, and it is quick.

The site keeps what was typed and escapes it when it is shown; there is no subset of HTML that is let through, so the
allow-list is: a link to a page or an address, a paragraph, a line break. The words stay exactly as they were typed.
"""

import time
from html.parser import HTMLParser
from itertools import product

import pytest
from django.template import engines
from django.template.loader import render_to_string

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src=x:alert(alt) onerror=eval(src) alt=1>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math href=javascript:alert(1)>x</math>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<div style=\"background:url('//evil.example/x')\">x</div>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><input name=password autofocus onfocus=alert(1)></form>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<noscript><noscript></noscript><img src onerror=alert(1)></noscript>",
    "<template><script>alert(1)</script></template>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<body onload=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "http://evil.example/\"onmouseover=\"alert(1)",
    "http://evil.example/'><script>alert(1)</script>",
    "javascript:alert(1)//http://evil.example/",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "https://evil.example/<svg/onload=alert(1)>",
    "mailto:a@evil.example?subject=<script>alert(1)</script>",
    "a\"onclick=alert(1)//@evil.example",
    "{{ 7|add:7 }}{% load static %}${7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<script>alert(1)</script>\u202c",
]  # fmt: skip
WRAPPERS = ["{}", "Rice, 5 kg {} from March", "<b>{}</b>", "{}\n\n{}", "(see {}, or www.{})"]
CORPUS = [wrap.replace("{}", payload) for payload, wrap in product(PAYLOADS, WRAPPERS)]

# Every way in which a page or a mail shows a text somebody wrote.
WAYS = {
    "announcement": "{{ text|urlize }}",
    "mail": "{{ text|urlize|linebreaks }}",
    "text": "{% include 'components/text.html' with text=text lang='en' %}",
    "inline": "{% include 'components/text.html' with text=text lang='en' inline=True %}",
    "plain": "{{ text }}",
}


class RenderedMarkup(HTMLParser):
    """What a browser would make of it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.wrong, self.words = [], ""

    def handle_starttag(self, tag, attrs):
        allowed = {"a": {"href", "rel"}, "p": set(), "br": set(), "div": {"class", "lang", "dir"}}
        allowed["span"] = allowed["bdi"] = allowed["div"]
        allowed["p"] = allowed["div"]
        named = dict(attrs)
        target = named.get("href") or ""
        if tag not in allowed or set(named) - allowed[tag]:
            self.wrong.append((tag, attrs))
        if tag == "a" and not target.startswith(("http://", "https://", "mailto:")):
            self.wrong.append((tag, attrs))

    def handle_decl(self, decl):
        self.wrong.append(("declaration", decl))

    unknown_decl = handle_comment = handle_pi = handle_decl

    def handle_data(self, data):
        self.words += data


def render_text(way: str, text: str) -> RenderedMarkup:
    seen = RenderedMarkup()
    seen.feed(engines["django"].from_string(WAYS[way]).render({"text": text}))
    seen.close()
    return seen


def test_the_corpus_has_two_hundred_cases():
    assert len(set(CORPUS)) == 200


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_nothing_written_becomes_markup_and_no_word_is_lost(way):
    for text in CORPUS:
        seen = render_text(way, text)
        assert seen.wrong == [], text
        assert "".join(seen.words.split()) == "".join(text.split())


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_what_was_shown_and_is_typed_again_is_shown_the_same(way):
    """There is no second meaning: the words copied from a page and sent again come out as the same words."""
    for text in CORPUS[::5]:
        once = render_text(way, text).words
        assert "".join(render_text(way, once).words.split()) == "".join(once.split())


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "text",
    ["(" * 50_000, "[" * 50_000, "<a " * 50_000, "<!--" * 12_500, "http://" * 8_000, "www.a.b " * 7_000, "&" * 50_000],
    ids=["brackets", "square brackets", "tags", "comments", "schemes", "links", "ampersands"],
)
def test_fifty_thousand_unclosed_brackets_and_links_are_shown_in_a_fifth_of_a_second(way, text):
    took = []
    for _try in range(3):
        began = time.process_time()
        engines["django"].from_string(WAYS[way]).render({"text": text})
        took.append(time.process_time() - began)
    assert min(took) <= 0.2


def test_every_template_shows_texts_in_one_of_these_ways():
    """`safe` and its like would be another way; there is none in any template."""
    from django.conf import settings

    found = [
        path.name
        for folder in settings.TEMPLATES[0]["DIRS"]
        for path in folder.rglob("*.html")
        if any(word in path.read_text() for word in ("|safe", "autoescape off", "|safeseq"))
    ]
    assert found == []
    assert "&lt;b&gt;" in render_to_string("components/text.html", {"text": "<b>", "lang": "en"})
