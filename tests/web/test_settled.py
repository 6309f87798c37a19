"""What is settled when a template is loaded reads as if it had been rendered each time."""

import pytest
from django.template import Context, Engine
from django.template.base import TextNode
from django.template.loader import get_template
from django.urls import NoReverseMatch
from django.utils import translation

from matchmaker.web import settled

LIBRARIES = {
    "i18n": "django.templatetags.i18n",
    "static": "django.templatetags.static",
    "ui": "matchmaker.web.templatetags.ui",
}
LOAD = "{% load i18n static ui %}"


def engines(**templates: str) -> tuple[Engine, Engine]:
    """(as Django renders them, as they are settled)."""
    files = {f"{name}.html": text if "extends" in text else LOAD + text for name, text in templates.items()}
    sources = ("django.template.loaders.locmem.Loader", files)
    made = ([sources], [("matchmaker.web.settled.Loader", [sources])])
    return Engine(libraries=LIBRARIES, loaders=made[0]), Engine(libraries=LIBRARIES, loaders=made[1])


def said(engine: Engine, name: str = "page", **values) -> str:
    return engine.get_template(f"{name}.html").render(Context(values))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "text",
    [
        "{% trans 'Sign in' %}{# a note #}{% comment %}b{% endcomment %}{% colon %}{% comma %}{% dot %}{% gap %}",
        "{% trans 'Sign in' as word %}{{ word }}{% for n in some %}{% trans 'Join' as word %}{{ word }}{% endfor %}",
        "{% trans 'Name' context 'order of a list' %}{% trans odd %}{% trans 'Join'|upper %}",
        "{% trans odd as word %}{{ word }}{% trans 'Join' noop %}",
        "{% static 'img/a&b.svg' %}{% static odd %}{% static 'css/base.css' as sheet %}{{ sheet }}",
        "{% url 'products' %}{% url 'no_such' as none %}[{{ none }}]{% url 'categories' as there %}{{ there }}",
        "{% icon 'star' %}{% icon 'star' size='lg' %}{% icon 'star' label=odd %}{% category_art 'AGRI-06' %}",
        "{% icon 'star' label=_('Sign in') %}{% trans '100%% <b>' %}{{ odd }}",
        "{% if some %}{% trans 'Join' %}{% elif odd %}{% trans 'Sign in' %}{% else %}{% trans 'Menu' %}{% endif %}",
        "{% with word=odd %}{% trans 'Join' as word %}{{ word }}{% endwith %}{{ word }}",
        "{% autoescape off %}{% static 'img/a&b.svg' %}{{ odd }}{% trans 'Join' %}{% endautoescape %}",
        "{% language 'zh-hans' %}{% trans 'Join' %}{% endlanguage %}{% trans 'Join' %}",
        "{% language 'en' %}{% trans 'Join' %}{% endlanguage %}",
    ],
)
def test_a_settled_page_reads_as_its_template_rendered(language, text):
    plain, kept = engines(page=text)
    for values in ({"some": [1, 2], "odd": "<i>&'"}, {"some": [], "odd": "Sign in"}, {}):
        with translation.override(language):
            assert said(kept, **values) == said(plain, **values)


def test_blocks_and_pieces_of_other_templates_are_settled_too():
    plain, kept = engines(
        page="{% extends 'frame.html' %}{% load i18n %}{% block body %}{{ block.super }}{% trans 'Join' %}"
        "{% include 'piece.html' with n=2 %}{% endblock %}",
        frame="<p>{% block body %}{% trans 'Sign in' %}{% endblock %}{% trans 'Menu' %}</p>",
        piece="{% trans 'Account' %}{{ n }}",
    )
    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            assert said(kept) == said(plain)


def test_a_template_is_kept_once_for_each_language():
    _plain, kept = engines(page="{% trans 'Sign in' %}")
    found = []
    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            template = kept.get_template("page.html")
            assert [type(node) for node in template.nodelist] == [TextNode]
            found.append(template)
    assert found[0] is found[2]
    assert found[0].nodelist[0].s != found[1].nodelist[0].s
    assert len(kept.template_loaders[0].get_template_cache) == 2


def test_an_address_that_is_not_there_is_an_error_of_the_page_that_shows_it():
    _plain, kept = engines(page="{% if shown %}{% url 'no_such_page' %}{% endif %}")
    assert said(kept, shown=False) == ""
    with pytest.raises(NoReverseMatch):
        said(kept, shown=True)


def test_pages_are_settled_and_letters_are_left_as_they_are_written():
    def nodes(name):
        return {type(node).__name__ for node in get_template(name).template.nodelist.get_nodes_by_type(object)}

    assert not nodes("components/site_header.html") & {"TranslateNode", "CommentNode", "LoadNode"}
    assert "LoadNode" in nodes("notifications/account_letter.txt")
    assert settled.Said.__name__ in nodes("components/site_header.html")
