"""Engines of machine translation behind one interface.

`TRANSLATION_ENGINE` names one: `gloss` (the default: no machine translation, only glosses), a name of `ENGINES`, or the
dotted path of a class. `tests/translation/test_engine_contract.py` is the contract that every engine passes.
"""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from matchmaker.translation.engines.base import Engine, EngineError, Refusal

__all__ = ["ENGINES", "Engine", "EngineError", "Refusal", "get_engine"]

ENGINES = {
    "apertium": "matchmaker.translation.engines.remote.Apertium",
    "libretranslate": "matchmaker.translation.engines.remote.LibreTranslate",
    "deepl": "matchmaker.translation.engines.remote.DeepL",
    "azure": "matchmaker.translation.engines.remote.Azure",
    "openai": "matchmaker.translation.engines.remote.OpenAICompatible",
    "local": "matchmaker.translation.engines.local.LocalModels",
}


@cache
def _engine(name: str, url: str, key: str, model: str) -> Engine:
    path = ENGINES.get(name, name)
    return import_string(path)(url=url, key=key, model=model)


def get_engine() -> Engine | None:
    """The engine of the settings; None where the site has glosses only.

    Raises:
        ImportError: for a name that is neither an engine nor a class.
    """
    name = settings.TRANSLATION_ENGINE
    if name in ("", "gloss"):
        return None
    return _engine(name, settings.TRANSLATION_URL, settings.TRANSLATION_KEY, settings.TRANSLATION_MODEL)
