"""What an engine is, and the HTTP client that remote engines share."""

import json
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

import requests
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

TIMEOUT = (5, 20)  # seconds to connect, and between two pieces of the answer
MOST_BYTES = 2 * 1024 * 1024
AGENT = "matchmaker-translation/1"


class EngineError(Exception):
    """The engine did not answer as documented; the texts may be tried again later.

    Attributes:
        code: `unreachable`, `status_<number>`, `not_json`, `bad_answer`, `too_long`, `not_installed`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refusal(EngineError):
    """Trying again is useless: a wrong key, a language pair the engine does not have."""


Terms = Sequence[tuple[str, str]]


class Engine(Protocol):
    """Translates batches of texts.

    Attributes:
        name: as readers see it ("DeepL").
        is_remote: whether texts leave this machine.
    """

    name: str
    is_remote: bool

    def version(self) -> str:
        """What made the translation: a model or a version of the interface."""

    def translates(self, source: str, target: str) -> bool:
        """Whether the engine has this pair of languages (ISO 639-1; zh is simplified Chinese).

        Raises:
            EngineError: when the engine does not answer.
        """

    def translate(self, texts: Sequence[str], source: str, target: str, terms: Terms = ()) -> list[str]:
        """The texts in the other language, as many and in the same order.

        Args:
            terms: pairs of a word and its translation that should be used, for engines that take such pairs.

        Raises:
            EngineError: when there is no usable answer. No text is lost; nothing is returned for a part of the batch.
        """


class Client:
    """Requests to one address that the operator chose: no redirect, no proxy, limits on time and size."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def post_json(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        """The decoded answer. Raises `EngineError`, or `Refusal` for 400, 401, 403 and 404."""
        return self._call("POST", path, json=body, headers=headers)

    def post_form(self, path: str, fields: Sequence[tuple[str, str]], headers: dict[str, str] | None = None) -> Any:
        head = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._call("POST", path, data=urlencode(fields), headers=head)

    def get_json(self, path: str, headers: dict[str, str] | None = None) -> Any:
        return self._call("GET", path, headers=headers)

    def _call(self, method: str, path: str, headers: dict[str, str] | None, **content: Any) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            head = {"Accept": "application/json", "User-Agent": AGENT, **(headers or {})}
            try:
                with session.request(
                    method,
                    self.url + path,
                    headers=head,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                    stream=True,
                    **content,
                ) as response:
                    _check(response.status_code)
                    body = response.raw.read(MOST_BYTES + 1, decode_content=True)
            except (RequestException, HTTPError, OSError) as error:  # HTTPError: the answer breaks off
                raise EngineError("unreachable") from error
        if len(body) > MOST_BYTES:
            raise EngineError("too_long")
        try:
            return json.loads(body)
        except ValueError as error:
            raise EngineError("not_json") from error


def _check(status: int) -> None:
    if status in (400, 401, 403, 404):
        raise Refusal(f"status_{status}")
    if status != 200:
        raise EngineError(f"status_{status}")


def strings(answer: Any, count: int) -> list[str]:
    """The answer if it is a list of so many texts.

    Raises:
        EngineError: `bad_answer`.
    """
    if not isinstance(answer, list) or len(answer) != count or not all(isinstance(text, str) for text in answer):
        raise EngineError("bad_answer")
    return answer
