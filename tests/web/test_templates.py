"""Every template is reachable from a route: named by a view, by a template that is, or called by a name of its own."""

import re
from pathlib import Path

import allauth
from django.urls import get_resolver

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
OWN = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file()}
NAMED = re.compile(r"""["']([\w/.-]+\.(?:html|txt|xml))(?:#[\w-]+|\{\w+\})?["']""")
PIECED = re.compile(r'f"([\w/.{}-]+\.(?:html|txt|xml))"')  # f"public/join/step{step}.html"
CODE = [file.read_text() for file in (ROOT / "matchmaker").rglob("*.py") if "migrations" not in file.parts]
UNSENT = {"welcome"}  # a letter that only the tests of the post office send
LONGEST, MEAN = 120, 60  # characters of a line
# Django and allauth ask for these by name.
ERRORS = {"403.html", "403_csrf.html", "404.html", "429.html", "500.html"}
# allauth shows it beside a password where a site has such a file, and brings none.
OPTIONAL = {"account/password_reset_help_text.html"}


def routes_of_the_site():
    """The functions behind the routes, and the folders of packages whose routes we include."""
    found = set()

    def walk(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns)
            else:
                found.add(getattr(pattern.callback, "__module__", ""))

    walk(get_resolver().url_patterns)
    return found


def named_in_the_code():
    """Templates that Python names, those with a hole in the name included."""
    names = set()
    for text in CODE:
        names |= set(NAMED.findall(text)) & OWN
        for pieced in PIECED.findall(text):
            shape = re.compile(re.sub(r"\\{.*?\\}", r"[\\w-]+", re.escape(pieced)))
            names |= {name for name in OWN if shape.fullmatch(name)}
        names |= {name for name in OWN if f'"{name.rpartition(".")[0]}"' in text}  # mail adds the ending itself
    return names


def ours_instead_of_allauths():
    """allauth asks for its own names; a file of that name in our folder is found first."""
    theirs = Path(allauth.__file__).parent / "templates"
    return {name for name in OWN if (theirs / name).exists()}


def of_notices():
    """A kind of notice brings its subject, mail and line; a verb says the kind."""
    words = {word for text in CODE for word in re.findall(r'"([a-z_]+)"', text)} | UNSENT
    return {name for name in OWN if re.fullmatch(r"notifications/(\w+)\..*", name) and name[14:].split(".")[0] in words}


def reached(names):
    """These and whatever they extend or include."""
    seen, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += set(NAMED.findall((TEMPLATES / name).read_text())) & OWN
    return seen


def test_every_template_is_reachable_from_a_route():
    assert any(module.startswith("allauth.") for module in routes_of_the_site())
    roots = ERRORS | OPTIONAL | named_in_the_code() | ours_instead_of_allauths() | of_notices()
    assert sorted(OWN - reached(roots)) == []


def test_a_template_that_nobody_names_is_noticed():
    assert "public/home.html" in reached({"public/home.html"})
    assert "console/home.html" not in reached({"public/home.html"})


def lines_of_templates():
    return {path: (TEMPLATES / path).read_text().splitlines() for path in sorted(OWN)}


def test_no_line_of_a_style_sheet_or_a_script_is_longer_than_120_characters():
    files = [*(ROOT / "static/css").glob("*.css"), *(ROOT / "static/js").glob("*.js"), *(ROOT / "tests").rglob("*.js")]
    lines = [(file.name, len(line)) for file in files for line in file.read_text().splitlines()]
    assert [(name, length) for name, length in lines if length > LONGEST] == []


def test_no_template_line_is_longer_than_120_characters():
    long = [
        f"{path}:{number}: {len(line)}"
        for path, lines in lines_of_templates().items()
        for number, line in enumerate(lines, 1)
        if len(line) > LONGEST
    ]
    assert long == []


def test_template_lines_have_at_most_60_characters_on_average():
    lengths = [len(line) for lines in lines_of_templates().values() for line in lines]
    assert sum(lengths) / len(lengths) <= MEAN


def test_templates_use_attributes_that_html_allows_and_times_without_fractions_of_a_second():
    not_allowed = re.compile(r"""(?<![\w-])hx-[a-z-]+=|\|date:["']c["']""")
    assert [
        f"{path}:{number}"
        for path, lines in lines_of_templates().items()
        for number, line in enumerate(lines, 1)
        if not_allowed.search(line)
    ] == []


# White space, then tags that print nothing, then what stands between two facts or sentences.
BEFORE_A_JOINT = r"\s(?:\{% (?:if|elif|else|endif|for|endfor|with|endwith)[^%]*%\})*\{% NAME %\}"
# A sentence or a label that ends, white space, and what follows in the same line.
BETWEEN_SENTENCES = r'\{% trans(?:late)? "[^"]*[.:?!]" %\}\s+(?:<(?:a|bdi|span|strong)\b|\{\{|\{% (?:block)?trans)'


def places_of(pattern):
    return [
        f"{name}:{text.count(chr(10), 0, hit.end()) + 1}"
        for name in sorted(OWN)
        if name.endswith(".html")
        for text in [(TEMPLATES / name).read_text()]
        for hit in re.finditer(pattern, text)
    ]


def test_the_dot_between_two_facts_stands_directly_behind_the_first_one():
    """White space before it takes the place in which the dot is drawn: the two facts would run together."""
    apart = places_of(BEFORE_A_JOINT.replace("NAME", "dot"))
    assert not apart, "\n".join(apart)


def test_no_white_space_stands_between_two_sentences_except_what_the_language_puts_there():
    """Chinese has none. The formatter of templates may break the line before a tag: `{{ _("…")|then }}` stays whole."""
    apart = places_of(BEFORE_A_JOINT.replace("NAME", "gap")) + places_of(BETWEEN_SENTENCES)
    assert not apart, "\n".join(apart)
