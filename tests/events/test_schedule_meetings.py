"""`manage.py schedule_meetings`."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.engines.planning.checker import check
from tests.engines.planning.events import event
from tests.engines.planning.given_meetings.checker import faults
from tests.engines.planning.given_meetings.events import event as given_event


def run(tmp_path, data, *options):
    source, out = tmp_path / "event.json", tmp_path / "plan.json"
    source.write_text(data if isinstance(data, str) else json.dumps(data))
    call_command("schedule_meetings", str(source), "--seconds", "0.05", "--out", str(out), *options)
    return json.loads(out.read_text())


def test_a_plan_is_written_that_passes_the_checker(tmp_path, capsys):
    data = event(fixed=[[0, 0, 1]])
    made = run(tmp_path, data)
    assert check(data, made).faults == []
    assert (made["objective"], made["bound"], made["gap"], made["unplaced"]) == (400, 400, 0, [])
    assert capsys.readouterr().out.startswith("4 meetings, objective 400, bound 400, gap 0.0000%, 0 below the floor, ")


def test_an_invalid_instance_is_one_sentence_and_writes_nothing(tmp_path):
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, event(edges=[[0, 5, 1, 0]]))
    assert str(refusal.value) == "Pair number 0 names buyer 5, who does not exist."
    assert refusal.value.returncode == 1
    assert not (tmp_path / "plan.json").exists()


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CommandError) as refusal:
        call_command("schedule_meetings", str(tmp_path / "none.json"), "--out", str(tmp_path / "plan.json"))
    assert str(refusal.value) == f"The file {tmp_path}/none.json cannot be read: No such file or directory."


def test_given_meetings_are_planned_with_a_proof_and_what_cannot_be_read_is_refused(tmp_path, capsys):
    source, out = tmp_path / "event.json", tmp_path / "plan.json"
    data = given_event(3, companies=6, meetings=8, slots=5, tables=3)
    source.write_text(json.dumps(data))
    call_command("schedule_meetings", str(source), "--out", str(out), "--seconds", "30")
    made = json.loads(out.read_text())
    assert faults(data, made) == []
    assert made["proven"] is True
    assert "proven" in capsys.readouterr().out
    source.write_text(json.dumps(data | {"tables": [1]}))
    with pytest.raises(CommandError, match=r"There are 5 slots but 1 numbers of tables."):
        call_command("schedule_meetings", str(source), "--out", str(out))
