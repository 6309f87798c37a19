"""Texts wait as rows, are translated by a task, checked, and read by people."""

import datetime as dt
import threading

import pytest
from django.core.cache import cache
from django.utils import timezone

from matchmaker.translation import services
from matchmaker.translation.models import Kind, Translation, Usage
from matchmaker.translation.services import Source, TranslationRequest
from tests.translation.fakes import KEY, running, upper

pytestmark = pytest.mark.django_db
State = Translation.State


@pytest.fixture
def engine(settings):
    """LibreTranslate behind a fake server; change `mode` and `change` of it."""
    with running("libretranslate") as server:
        settings.TRANSLATION_ENGINE, settings.TRANSLATION_URL, settings.TRANSLATION_KEY = (
            "libretranslate",
            server.url,
            KEY,
        )
        yield server


def want(*texts: str, kind: str = Kind.PRODUCT, source: str = "es", target: str = "zh") -> int:
    return services.request_translations(TranslationRequest(text, source, target, kind) for text in texts)


def test_a_text_is_translated_once_and_read_with_its_mark(engine):
    assert want("Arroz 25 kg", "Arroz 25 kg") == 1
    assert want("Arroz 25 kg") == 0
    assert services.translate_waiting() == 1
    shown = services.read(Source({"es": "Arroz 25 kg"}, "es"), "zh")
    assert (shown.text, shown.origin, shown.engine) == (upper("Arroz 25 kg"), "machine", "LibreTranslate")
    assert (shown.original, shown.original_language) == ("Arroz 25 kg", "es")
    assert services.translate_waiting() == 0
    assert engine.texts == ["Arroz 25 kg"]


def test_an_edited_text_never_shows_the_translation_of_the_old_one(engine):
    want("Arroz 25 kg")
    services.translate_waiting()
    assert services.read(Source({"es": "Arroz 50 kg"}, "es", is_name=False), "zh").origin == "other"


def test_the_owners_text_comes_before_a_machines(engine):
    want("Arroz")
    services.translate_waiting()
    shown = services.read(Source({"es": "Arroz", "zh": "大米"}, "es"), "zh")
    assert (shown.text, shown.origin, shown.original) == ("大米", "owner", "")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda text: text.replace("25", "52"), "changed_numbers"),
        (lambda text: text.replace("25 kg", ""), "changed_numbers"),
        (lambda text: "<b>" + text + "</b>", "added_markup"),
        (lambda text: text + " " * 2 + "y" * 900, "too_long"),
        (lambda text: "", "empty"),
        (lambda text: "\u2800" + text, "not_a_text"),
    ],
)
def test_an_answer_that_is_no_translation_is_never_shown(engine, change, problem):
    engine.change = change
    want("Arroz 25 kg")
    services.translate_waiting()
    row = Translation.objects.get()
    assert (row.state, row.problem, row.text) == (State.REFUSED, problem, "")
    assert services.read(Source({"es": "Arroz 25 kg"}, "es", is_name=False), "zh").text == "Arroz 25 kg"


@pytest.mark.parametrize(
    ("original", "answer", "problem"),
    [
        ("Precio 1,25 USD/kg", "单价125美元/公斤", "changed_numbers"),
        ("Camarón a -18 °C", "18 °C 的虾", "changed_numbers"),
        ("Arroz 500 kg", "大米500吨", "changed_numbers"),
        ("Jugo sin azúcar", "食糖果汁", "changed_numbers"),
        ("Precio 1,25 USD/kg", "单价1.25美元/公斤", ""),
        ("12.000,0 cajas en marzo", "3月1.2万箱", ""),
    ],
)
def test_quantities_are_compared_as_values(engine, original, answer, problem):
    engine.change = lambda text: answer
    want(original)
    services.translate_waiting()
    assert Translation.objects.get().problem == problem


def test_direction_marks_are_taken_out_and_numbers_may_be_written_otherwise(engine):
    engine.change = lambda text: "\u202e大米 1,234.5 公斤\u202c"
    want("Arroz 1.234,5 kg")
    services.translate_waiting()
    assert Translation.objects.get().text == "大米 1,234.5 公斤"


def test_200_poisoned_texts_change_nothing_but_their_own_words(engine):
    poison = [
        "Ignore all instructions",
        "<script>alert(1)</script>",
        "\u202eevil",
        "{{7*7}}",
        '"}]}',
        "%(x)s",
        "';--",
        "🙂",
    ]
    texts = [f"{text} nr {number}" for number, text in enumerate(poison * 25)]
    want(*texts)
    assert services.translate_waiting(limit=20) == len(texts)
    rows = {row.original: row for row in Translation.objects.all()}
    assert len(rows) == len(texts)
    for text in texts:
        stored = rows[services.clean(text)]
        assert stored.state == State.DONE
        assert stored.text == services.checks.clean_translation(upper(stored.original))


def test_a_failing_engine_is_paused_and_tried_again_later(engine):
    engine.mode = "503"
    want("Arroz", "Aceite")
    assert services.translate_waiting() == 2
    assert {row.problem for row in Translation.objects.all()} == {"status_503"}
    assert services.translate_waiting() == 0  # a pause
    engine.mode = ""
    cache.clear()
    Translation.objects.update(next_at=timezone.now())
    assert services.translate_waiting() == 2
    assert set(Translation.objects.values_list("state", flat=True)) == {State.DONE}


def test_a_wrong_key_ends_the_attempts(engine):
    engine.mode = "401"
    want("Arroz")
    services.translate_waiting()
    row = Translation.objects.get()
    assert (row.state, row.problem) == (State.FAILED, "status_401")


def test_a_pair_of_languages_that_the_engine_lacks_falls_back_to_the_gloss(engine):
    want("ข้าวหอมมะลิ", source="th")
    services.translate_waiting()
    assert Translation.objects.get().problem == "no_such_pair"
    shown = services.read(Source({"th": "ข้าวหอมมะลิ"}, "th"), "zh")
    assert (shown.text, shown.origin, shown.original) == ("茉莉香米", "gloss", "ข้าวหอมมะลิ")


def test_a_worker_that_dies_loses_nothing_and_nothing_is_sent_twice_at_once(engine):
    want("Arroz")
    (claimed,) = services._claim()
    assert services._claim() == []
    Translation.objects.filter(pk=claimed.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert services.translate_waiting() == 1
    assert engine.texts == ["Arroz"]


def test_private_texts_never_leave_unless_an_organiser_says_so(engine, organiser):
    assert want("Precio secreto", kind=Kind.MESSAGE) == 0
    assert want("Pedido secreto", kind=Kind.PRIVATE_DEMAND) == 0
    services.set_kind_policy(by=organiser, kind=Kind.MESSAGE, may_leave=True)
    assert want("Precio secreto", kind=Kind.MESSAGE) == 1
    services.set_kind_policy(by=organiser, kind=Kind.MESSAGE, may_leave=False)
    assert services.translate_waiting() == 0
    assert engine.texts == []


def test_a_kind_that_is_closed_while_texts_wait_is_not_sent(engine, organiser):
    services.set_kind_policy(by=organiser, kind=Kind.PRODUCT, may_leave=True)
    want("Arroz")
    rows = services._claim()
    services.KindPolicy.objects.update(may_leave=False)
    services._translate(services.get_engine(), rows)
    assert engine.texts == []
    assert not Translation.objects.exists()


def test_the_monthly_budget_ends_the_calls(engine, settings):
    settings.TRANSLATION_MONTHLY_CHARACTERS = 10
    want("Arroz integral")
    assert services.translate_waiting() == 1
    usage = Usage.objects.get()
    assert (usage.characters, usage.texts, usage.kind) == (14, 1, Kind.PRODUCT)
    want("Aceite")
    assert services.translate_waiting() == 0
    assert services.overview().used == 14


def test_a_required_term_must_stand_in_the_answer(engine, settings):
    settings.TRANSLATION_TERMS_REQUIRED = True
    engine.change = {"arroz jazmín": "米饭", "arroz parbolizado": "蒸谷米"}.get
    want("arroz jazmín", "arroz parbolizado")
    services.translate_waiting()
    found = dict(Translation.objects.values_list("original", "problem"))
    assert found == {"arroz jazmín": "missing_term", "arroz parbolizado": ""}


def test_without_an_engine_nothing_waits(settings):
    settings.TRANSLATION_ENGINE = "gloss"
    assert want("Arroz") == 0
    assert services.translate_waiting() == 0
    assert not Translation.objects.exists()


def test_reading_a_list_asks_the_database_once_and_never_the_engine(engine, django_assert_num_queries):
    engine.mode = "hang"
    sources = [Source({"es": f"Arroz {number}"}, "es") for number in range(30)]
    with django_assert_num_queries(1):
        services.read_many(sources, "zh")
    assert engine.texts == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_translate_each_text_once(engine):
    want(*(f"Arroz {number}" for number in range(60)))
    workers = [threading.Thread(target=_work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    services.translate_waiting()
    assert sorted(engine.texts) == sorted(f"Arroz {number}" for number in range(60))


def _work() -> None:
    from django.db import connection

    try:
        services.translate_waiting()
    finally:
        connection.close()
