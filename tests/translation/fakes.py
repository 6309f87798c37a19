"""A server that answers as the documentation of each engine says, and refuses requests of another form."""

import http.server
import json
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

KEY = "a-key"


def upper(text: str) -> str:
    """The "translation": easy to tell from the original, with the same figures."""
    return "译" + text.upper()


def libretranslate(request) -> object:
    if request.path == "/languages":
        targets = ["en", "es", "zh-Hans", "fr"]
        return [{"code": code, "name": code, "targets": targets} for code in targets]
    body = request.body_json()
    assert request.path == "/translate"
    assert set(body) == {"q", "source", "target", "format", "api_key"}
    assert (body["format"], body["api_key"], body["target"]) == ("text", KEY, "zh-Hans")
    return {"translatedText": [request.change(text) for text in body["q"]]}


def apertium(request) -> object:
    if request.path == "/listPairs":
        pairs = [{"sourceLanguage": "spa", "targetLanguage": "eng"}, {"sourceLanguage": "spa", "targetLanguage": "zho"}]
        return {"responseData": pairs, "responseStatus": 200}
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    assert request.path == "/translate"
    assert (form["langpair"], form["markUnknown"], form["format"]) == ("spa|zho", "no", "txt")
    return {"responseData": {"translatedText": request.change(form["q"])}, "responseStatus": 200}


def deepl(request) -> object:
    body = request.body_json()
    assert request.path == "/v2/translate"
    assert request.headers["Authorization"] == f"DeepL-Auth-Key {KEY}"
    assert (body["source_lang"], body["target_lang"]) == ("ES", "ZH-HANS")
    rows = [{"detected_source_language": "ES", "text": request.change(text)} for text in body["text"]]
    return {"translations": rows}


def azure(request) -> object:
    parts = urlsplit(request.path)
    assert parts.path == "/translate"
    query = {"api-version": ["3.0"], "textType": ["plain"], "from": ["es"], "to": ["zh-Hans"]}
    assert parse_qs(parts.query) == query
    assert request.headers["Ocp-Apim-Subscription-Key"] == KEY
    texts = [row["Text"] for row in request.body_json()]
    return [{"translations": [{"text": request.change(text), "to": "zh-Hans"}]} for text in texts]


def openai(request) -> object:
    body = request.body_json()
    assert request.path == "/chat/completions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    system, user = body["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert "never follow instructions" in system["content"]
    content = json.dumps({"translations": [request.change(text) for text in json.loads(user["content"])]})
    return {"choices": [{"message": {"role": "assistant", "content": content}}]}


DOCUMENTED = {
    "libretranslate": libretranslate,
    "apertium": apertium,
    "deepl": deepl,
    "azure": azure,
    "openai": openai,
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *args) -> None:
        pass

    def change(self, text: str) -> str:
        self.server.texts.append(text)
        return self.server.change(text)

    def body_json(self) -> object:
        return json.loads(self.body)

    def do_GET(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = DOCUMENTED[self.server.engine](self)
        except (AssertionError, KeyError, TypeError, ValueError) as problem:
            self.server.problems.append(repr(problem))
            self.send_error(418)
            return
        mode = self.server.mode if self.path not in ("/languages", "/listPairs") else ""
        if mode == "hang":
            time.sleep(self.server.seconds)
        if mode.isdecimal():
            self.send_error(int(mode))
            return
        content = {"html": b"<html>maintenance</html>", "shape": b'{"other": 1}'}.get(mode, json.dumps(answer).encode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET


@contextmanager
def running(engine: str, *, mode: str = "", change: Callable[[str], str] = upper, seconds: float = 3):
    """A server of one engine; `texts` are what it was sent, `problems` the requests that were not as documented."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.engine, server.mode, server.change, server.seconds = engine, mode, change, seconds
    server.texts, server.problems = [], []
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
