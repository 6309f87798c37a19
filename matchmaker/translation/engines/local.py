"""Models of Firefox Translations in a folder, run on this machine by the extra `fxtranslate`.

`TRANSLATION_MODEL` is the folder; one folder a pair inside it, with the files as they are published:

    models/es-en/model.esen.intgemm.alphas.bin  vocab.esen.spm
    models/en-zh/model.enzh.intgemm.alphas.bin  srcvocab.enzh.spm  trgvocab.enzh.spm

Pairs without a model of their own go through English. `manage.py translation_models` says what is there.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from matchmaker.translation.engines.base import EngineError, Refusal, Terms

PIVOT = "en"
MODELS_IN_MEMORY = 4


class LocalModels:
    name = "Firefox Translations"
    is_remote = False

    def __init__(self, url: str = "", key: str = "", model: str = "") -> None:
        self.folder = Path(model)

    def version(self) -> str:
        return self.folder.name

    def route(self, source: str, target: str) -> list[tuple[str, str]]:
        """The pairs to go through; [] where there is no way."""
        if self._has(source, target):
            return [(source, target)]
        steps = [(source, PIVOT), (PIVOT, target)]
        return steps if all(self._has(*step) for step in steps) else []

    def _has(self, source: str, target: str) -> bool:
        return any((self.folder / f"{source}-{target}").glob("model.*.bin"))

    def translates(self, source: str, target: str) -> bool:
        return bool(self.route(source, target))

    def translate(self, texts: Sequence[str], source: str, target: str, terms: Terms = ()) -> list[str]:
        steps = self.route(source, target)
        if not steps:
            raise Refusal("no_such_pair")
        translated = list(texts)
        for step in steps:
            model = load_model(self.folder / "-".join(step))
            translated = [_translate(model, text) for text in translated]
        return translated


def _translate(model: Any, text: str) -> str:
    """Line by line, because the model takes a line break for a space."""
    return "\n".join(model.translate_long(line) if line.strip() else line for line in text.split("\n"))


@lru_cache(maxsize=MODELS_IN_MEMORY)
def load_model(folder: Path) -> Any:
    """The translator of one pair.

    Raises:
        Refusal: `not_installed` without the extra, `damaged_model` when the files cannot be read.
    """
    try:
        from fxtranslate import Translator  # an extra: only sites with local models have it
    except ImportError as error:
        raise Refusal("not_installed") from error
    try:
        source, target = (
            _only(folder, f"{side}vocab.*.spm") or _only(folder, "vocab.*.spm") for side in ("src", "trg")
        )
        return Translator(model=_read(_only(folder, "model.*.bin")), src_vocab=_read(source), trg_vocab=_read(target))
    except EngineError:
        raise
    except Exception as error:  # the library raises its own kinds for damaged files
        raise Refusal("damaged_model") from error


def _only(folder: Path, pattern: str) -> Path | None:
    return next(iter(sorted(folder.glob(pattern))), None)


def _read(path: Path | None) -> bytes:
    if path is None:
        raise Refusal("damaged_model")
    return path.read_bytes()
