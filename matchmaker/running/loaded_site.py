"""The site with its models, loaded when this module is imported. Processes forked afterwards share this memory.

Only the fork server of `running/forks.py` imports it. It reads files and no database: that may still be empty.
"""

import contextlib
import gc
import importlib
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import django
from django.urls import resolve, reverse

from matchmaker import __version__
from matchmaker.engines.language import release_pages
from matchmaker.running.forks import PROGRAMS


def _load() -> None:
    gc.disable()  # nothing is freed meanwhile, so no holes are left that a fork would fill and so copy; see gc.freeze
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
    django.setup()
    resolve("/")  # imports every page
    reverse("account_login")  # reads every address
    for module in PROGRAMS:
        importlib.import_module(module)
    # First, since `manage.py prepare` reads names meanwhile and would make these files by itself. Names, or versions
    # of libraries, may have changed since the last start.
    _in_a_child(_map_words)
    # Of this version: machine code is compiled again after an update, too.
    unpacked = Path(os.environ["MODEL_CACHE"]) / f"unpacked-{__version__}"
    if not unpacked.exists():
        # Each unpacks its files in a child of its own (`engines/language/mapped_arrays.py`): what that takes
        # goes with the child, and the next one starts small. In one child they took 570 MB, beside a sample campaign
        # that loads.
        ended_well = [_in_a_child(load) for load in MODELS]
        with contextlib.suppress(OSError):  # a full or read-only disk: then at the next start again
            unpacked.parent.mkdir(parents=True, exist_ok=True)
            if all(ended_well):
                unpacked.touch()
    for load in MODELS:
        load()
    release_pages()  # this process reads none of them again, and its forks map their own
    gc.collect()
    gc.freeze()  # the garbage collector would write into the shared memory, which copies it


def _in_a_child(work: Callable[[], None]) -> bool:
    """Whether it ended well: a child may lack memory or disk."""
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    return child.exitcode == 0


def _map_words() -> None:
    from matchmaker.engines.language import load_goods, load_shop_names, load_tables, load_words

    for load in (load_goods, load_shop_names, load_words, load_tables, _load_languages):
        load()


def _load_matching() -> None:
    from matchmaker.matching.services import warm

    warm()


def _load_codes() -> None:
    from matchmaker.matching.services import classifier

    classifier().suggest(["gạo thơm"], 1, 1, ["vi"])  # Vietnamese is read by the second encoder


def _load_languages() -> None:
    from matchmaker.engines.language import detect, pinyin, words_that_sound

    detect("riz parfumé de Thaïlande, récolte nouvelle")
    pinyin("茉莉香米")
    words_that_sound("molixiangmi")


def _load_word_lists() -> None:
    from django.conf import settings
    from django.utils.translation import gettext, override

    from matchmaker.translation.gloss import render

    for language in settings.SITE_LANGUAGES:
        render("rice", language.base, "zh")  # makes the word lists of the language
        with override(language.code):
            gettext("Products")


MODELS = (_load_matching, _load_codes, _load_languages, _load_word_lists)
_load()
