"""A notice that several people read shows each a name in her language, however its caller wrote it down."""

import json
import logging

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from matchmaker.catalogue.models import ProductText
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import notify
from tests import factories

pytestmark = pytest.mark.django_db
CLOSED = {"kind": "demand_closed", "event_key": "closed", "path": "/"}


@pytest.fixture
def rice():
    """A product with a French and an English name."""
    row = factories.product(name="Riz jasmin de Surin", language="fr")
    ProductText.objects.create(product=row, language="en", name="Jasmine rice")
    return row


@pytest.fixture
def readers():
    return [factories.user(language=code) for code in ("fr", "en", "th")]


def subjects(people) -> list[str]:
    """The subject of the only notice of each, in her language."""
    shown = []
    for person in people:
        with translation.override(person.language):
            shown.append(mail.subject(Notice.objects.get(recipient=person)))
    return shown


@pytest.mark.parametrize("as_value", [lambda row: row, lambda row: lambda: row.name], ids=["row", "function"])
def test_each_reader_gets_the_name_in_her_language(rice, readers, as_value):
    with translation.override("en"):  # as a task, which has no reader
        notify(to=readers, context={"demand": as_value(rice), "closed_on": "2026-11-01"}, **CLOSED)
    french, english, thai = subjects(readers)
    assert ("Riz jasmin de Surin" in french, "Jasmine" in french) == (True, False)
    assert ("Jasmine rice" in english, "Riz" in english) == (True, False)
    assert "Riz" not in thai
    assert json.dumps(Notice.objects.first().context)


def test_a_name_that_reads_alike_in_all_languages_is_stored_once(readers):
    company = factories.supplier(legal_name="Moulin de Surin")
    notify(to=readers, context={"demand": company, "closed_on": "2026-11-01"}, **CLOSED)
    assert Notice.objects.first().context["demand"] == "Moulin de Surin"


@pytest.mark.parametrize(
    "made",
    [lambda row: row.name, str, lambda row: [row.name], lambda row: str(row.company)],
    ids=["name", "str", "list", "name of another row"],
)
def test_text_for_one_reader_is_refused_with_the_name_of_the_value(rice, readers, made):
    with pytest.raises(TypeError, match=r"'demand_closed' has text for one reader in context\['demand'\]: '"):
        notify(to=readers, context={"demand": made(rice)}, **CLOSED)
    assert not Notice.objects.exists()


def test_a_live_site_logs_the_mistake_and_the_notice_leaves(rice, readers, settings, caplog):
    settings.PRODUCTION = True
    with caplog.at_level(logging.ERROR):
        notify(to=readers, context={"demand": rice.name, "closed_on": "2026-11-01"}, **CLOSED)
    assert "text for one reader in context['demand']" in caplog.text
    assert Notice.objects.count() == len(readers)


def test_a_translated_word_is_stored_in_the_languages_of_its_readers(readers):
    with translation.override("en"):
        notify(to=readers, context={"demand": gettext_lazy("Yes"), "closed_on": "2026-11-01"}, **CLOSED)
    stored = Notice.objects.first().context["demand"]
    assert (stored["fr"], stored["en"], sorted(stored)) == ("Oui", "Yes", ["en", "fr", "th"])


def test_what_a_person_typed_is_no_text_for_one_reader(readers):
    demand = factories.demand(title="2027年春季大米采购")
    notify(to=readers, context={"demand": demand.title, "closed_on": "2026-11-01"}, **CLOSED)
    assert Notice.objects.first().context["demand"] == "2027年春季大米采购"
