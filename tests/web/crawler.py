"""Follows every link and every form that only asks, as one kind of person, through the whole site."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

NOT_PAGES = ("/static/", "/media/")


class Links(HTMLParser):
    """Addresses that a page links to, and those its GET forms ask as they stand."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.sent_to: list[str] = []  # addresses of POST forms with a button
        self._post: str | None = None
        self._form: str | None = None
        self._fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "a" and attributes.get("href"):
            self.found.append(attributes["href"])
        elif tag == "form" and (attributes.get("method") or "get").lower() == "post":
            self._post = attributes.get("action") or ""
        elif tag == "button" and self._post is not None and attributes.get("type") != "button":
            self.sent_to.append(self._post)
        elif tag == "form":
            self._form, self._fields = attributes.get("action") or "", []
        elif self._form is not None and tag == "input" and attributes.get("name") and _is_sent(attributes):
            self._fields.append((attributes["name"], attributes.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "form" and self._form is not None:
            self.found.append(f"{self._form}?{urlencode(self._fields)}")
            self._form = None
        elif tag == "form":
            self._post = None


def _is_sent(box: dict) -> bool:
    return box.get("type") not in ("checkbox", "radio") or "checked" in box


@dataclass
class Crawl:
    """One person's walk. `few` pages of each kind are opened: of one route, with the same names in the query.

    A walk `for_words` opens one page of those whose words are the same: with several names in the query, and one
    letter in any of its languages.
    """

    client: Client
    language: str
    few: int = 1
    for_words: bool = False
    start: tuple[str, ...] = ("/", "/desk/", "/account/", "/meetings/", "/notices/", "/searches/")
    follow_links: bool = True
    look: Callable[[str, str], None] = lambda path, html: None  # called with every page
    opened: dict[str, str] = field(default_factory=dict)  # address → the page that links to it
    sent_to: dict[str, str] = field(default_factory=dict)  # address of a POST form → the page it stands on
    faults: list[str] = field(default_factory=list)

    def run(self) -> "Crawl":
        waiting, kinds = deque((path, "typed") for path in self.start), Counter()
        while waiting:
            path, linked_from = waiting.popleft()
            kind = _kind(path, for_words=self.for_words)
            few = 1 if self.for_words and kind[1] else self.few  # letters and rules have a kind of page each
            if path in self.opened or kinds[kind] >= few:
                continue
            kinds[kind] += 1
            self.opened[path] = linked_from
            waiting += ((link, path) for link in self._open(path, linked_from))
        return self

    def _open(self, path: str, linked_from: str) -> Iterator[str]:
        answer = self.client.get(path, headers={"Accept-Language": self.language}, follow=True)
        if answer.streaming:
            b"".join(answer.streaming_content)  # a file is closed once it was read
        if answer.status_code >= 400:
            self.faults.append(f"{answer.status_code} {path}, linked from {linked_from}")
        elif answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            here = answer.redirect_chain[-1][0] if answer.redirect_chain else path
            self.look(path, answer.text)
            links = Links()
            links.feed(answer.text)
            self.sent_to |= {urlsplit(urljoin(f"http://testserver{here}", to)).path: path for to in links.sent_to}
            if self.follow_links:
                yield from _addresses(links.found, here)


def _addresses(links: list[str], here: str) -> Iterator[str]:
    for link in links:
        parts = urlsplit(urljoin(f"http://testserver{here}", link))
        if parts.scheme == "http" and parts.netloc in ("testserver", "127.0.0.1:8000"):
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if not path.startswith(NOT_PAGES):
                yield path


def _kind(path: str, *, for_words: bool) -> tuple:
    parts, language = urlsplit(path), ""
    try:
        match = resolve(parts.path)
        route, language = match.route, match.kwargs.get("language", "")
    except Resolver404:
        route = parts.path
    words = parts.path if "/texts/" in parts.path or "/rules/" in parts.path else ""  # each letter has its own words
    names = tuple(sorted({name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}))
    if for_words:
        return route, words.replace(f"/{language}/", "/"), names if len(names) < 2 else ("several",)
    return route, words, names
