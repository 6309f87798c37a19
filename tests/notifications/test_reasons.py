"""Why something did not leave is kept in English and read in the reader's language."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from matchmaker.notifications import reasons

RAISED = {"Temporary", "Permanent", "NotWanted", "Unreachable"}


def reason_sentences() -> list[str]:
    """Every sentence the post office gives as a reason, with X where a value stands."""
    found = []
    for file in (Path(settings.BASE_DIR) / "matchmaker/notifications").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = 0 if name in RAISED else {"disable": 1, "finish": 2}.get(name, 99)
            given = node.args[place : place + 1] + [word.value for word in node.keywords if word.arg == "last_error"]
            found += [text for value in given if (text := _text(value)) and text != "X: X"]
    return sorted(set(found))


def written_in_rows() -> list[str]:
    """Every sentence that a mapping of columns stores as `last_error`."""
    found = set()
    for file in (Path(settings.BASE_DIR) / "matchmaker/notifications").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Dict):
                columns = [key.value if isinstance(key, ast.Constant) else "" for key in node.keys]
                pairs = zip(columns, map(_text, node.values), strict=True)
                found |= {text for column, text in pairs if column == "last_error" and text}
    return sorted(found)


def _text(value) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "X" for part in value.values)
    return ""


def test_there_are_reasons():
    assert len(reason_sentences()) >= 15


@pytest.mark.parametrize("reason", [*reason_sentences(), *written_in_rows()])
def test_every_reason_can_be_found_in_the_catalogues(reason):
    assert any(pattern.fullmatch(reason) for _sentence, pattern in reasons._patterns())


@pytest.mark.parametrize("reason", [*reason_sentences(), *written_in_rows()])
def test_every_reason_can_be_said_in_chinese(reason):
    with override("zh-hans"):
        assert reasons.translate_reason(reason) != reason


def test_a_reason_inside_a_reason_is_said_and_a_servers_words_stay():
    with override("zh-hans"):
        assert reasons.translate_reason("Given up after three days: the certificate does not hold") == (
            "三天内多次未成功，已停止：对方证书无效"
        )
        assert reasons.translate_reason("550 5.1.1 no such mailbox") == "550 5.1.1 no such mailbox"
        assert reasons.translate_reason("") == ""
