"""A mould says what its template would have said."""

import re
import uuid

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from matchmaker.web import moulds
from matchmaker.web.templatetags import lists
from matchmaker.web.templatetags.ui import flag, number
from tests import factories as make

CARD = "public/parts/product_card.html"
OPTION, SELECT = "components/facet_option.html", "components/facet_select.html"
ODD = "<b>\"&'\ue000name\ue001{{ x }}%s"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("missing", [(), ("form",), ("checked", "flag"), ("count", "deep")])
def test_a_mould_filled_is_its_template_rendered_with_odd_values_escaped(language, missing):
    values = {name: f"{name} {ODD}" for name in ("facet", "value", "form", "checked", "label", "count", "deep")}
    values["flag"] = mark_safe("<img>")
    values |= dict.fromkeys(missing, "")
    with translation.override(language):
        assert moulds.filled(OPTION, values) == render_to_string(OPTION, values)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_options_are_their_template_rendered_also_with_the_mark_of_the_number_in_them(language):
    odd = f"\ue002{ODD}\ue002"
    options = [
        {"value": "TH", "label": "Thailand", "count": 12_345, "flag": "TH", "checked": True},
        {"value": odd, "label": odd, "count": 0, "deep": True, "facet": "category"},
        {"value": odd, "label": odd},
        {"value": "TH", "label": "Thailand", "count": 7, "flag": "TH", "checked": True},
    ]
    with translation.override(language):
        shown = [
            {
                **{"facet": "origin", "form": "f1"} | option,
                "count": number(option["count"]) if "count" in option else "",
                "flag": flag(option["flag"]) if "flag" in option else "",
            }
            for option in options
        ]
        plain = "".join(render_to_string(OPTION, values) for values in shown)
        assert lists.facet_options({"name": "origin", "options": options}, "f1") == plain


def test_a_mould_speaks_the_readers_language():
    said = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said.append("Price on request" in moulds.filled(CARD, {"name": "rice", "url": "/"}))
    assert said == [True, False]


def test_a_mould_for_each_thing_that_is_given_as_it_is():
    select = {"name": "ship", "label": "Month", "value": "b", "options": [("a", "<A>"), ("b", "B")]}
    for chosen, form in (("b", ""), ("a", ""), ("a", "x<y")):
        shown = {"name": "ship", "label": "Month", "chosen": chosen, "options": select["options"], "form": form}
        assert lists.facet_select({**select, "value": chosen}, form) == render_to_string(SELECT, shown)
        assert lists.facet_select({**select, "value": chosen}, form).count(" selected") == 1


def test_several_are_one_after_the_other():
    several = [{"name": "rice", "url": "/1"}, {"name": "<tea>", "url": "/2", "star": mark_safe("<form>")}]
    assert moulds.filled_each(CARD, several) == "".join(moulds.filled(CARD, one) for one in several)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_header_of_who_is_not_signed_in_is_its_template_rendered(client, language):
    """For two places and two readers: nothing of one stands in the page of the other."""
    pages = {}
    client.cookies["django_language"] = language
    for path in ("/products/?q=rice%20%3Cb%3E", "/suppliers/?q=tea", "/products/?q=rice%20%3Cb%3E"):
        response = client.get(path)
        request, context = response.wsgi_request, response.context
        with translation.override(language):
            plain = render_to_string(lists.HEADER, {"area": "public", "nav": context["nav"]}, request)
        pages[path] = response.content.decode()
        assert _without_token(plain) in _without_token(pages[path])
    assert 'value="/products/?q=rice%20%3Cb%3E"' in pages["/products/?q=rice%20%3Cb%3E"]
    assert 'value="/suppliers/?q=tea"' in pages["/suppliers/?q=tea"]


@pytest.mark.django_db
def test_who_is_signed_in_has_a_header_of_her_own(client):
    client.get("/products/")
    person = make.user(name="Malee Suwan")
    client.force_login(person)
    assert person.email.replace("@", "@<wbr>").replace(".", ".<wbr>") in client.get("/products/").content.decode()
    client.logout()
    assert "Malee" not in client.get("/products/").content.decode()


def _without_token(page: str) -> str:
    return re.sub('(csrfmiddlewaretoken" value=")[^"]+', r"\1", page)


def test_an_address_is_that_of_the_site_map():
    uid = uuid.uuid4()
    assert moulds.address_of("product", uid) == reverse("product", args=[uid])


@pytest.mark.django_db
def test_a_card_escapes_what_a_supplier_wrote():
    row = make.product(name="<script>alert(1)</script>", company=make.supplier(legal_name="A & <B>"))
    card = lists.product_card(row)
    assert "<script>" not in card
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in card
    assert "A &amp; &lt;B&gt;" in card
