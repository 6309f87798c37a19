"""Hooks: who fills what is listed, and a hook that stayed empty is reported."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from matchmaker.core import hooks
from matchmaker.core.hooks import Hook

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"


@pytest.fixture
def hook():
    made = Hook("tests.answers", "answers of a test")
    yield made
    hooks.ALL.remove(made)


def seven() -> int:
    return 7


def test_entries_are_called_in_the_order_of_registration_and_by_key(hook):
    hook.register(seven)
    hook.register(lambda: 8, key="eight")
    hook.register(seven)  # the same entry again changes nothing
    assert [entry() for entry in hook] == [7, 8]
    assert hook["eight"]() == 8
    assert ("eight" in hook, "nine" in hook) == (True, False)


def test_a_key_is_taken_once(hook):
    hook.register(seven, key="seven")
    with pytest.raises(ValueError, match=r"tests\.answers has an entry 'seven' already"):
        hook.register(lambda: 8, key="seven")


def test_an_empty_hook_is_reported_by_check(hook):
    messages = [message.msg for message in hooks.check_hooks(None)]
    assert messages == ["No layer registered anything with the hook tests.answers (answers of a test)."]
    hook.register(seven)
    assert hooks.check_hooks(None) == []


def test_the_command_lists_who_registered_what(capsys):
    call_command("hooks")
    listed = capsys.readouterr().out
    assert "notifications.mail.looks: " in listed
    assert "\n  matchmaker.companies.domains.send_waiting\n" in listed


def test_the_architecture_page_lists_every_hook():
    section = DOCUMENT.read_text().split("## Hooks", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `([\w.]+)` \|", section, re.MULTILINE)) == {hook.name for hook in hooks.ALL}


@pytest.mark.parametrize("name", [hook.name for hook in hooks.ALL])
def test_a_hook_is_named_for_its_place(name):
    """`notifications.mail.looks` is `looks` in `matchmaker/notifications/mail.py`."""
    from django.utils.module_loading import import_string

    assert import_string(f"matchmaker.{name}").name == name
