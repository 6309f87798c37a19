from pathlib import Path

import numpy as np
import pytest

from matchmaker.engines.language import mapped_arrays as module
from matchmaker.engines.language.mapped_arrays import Keys, Strings, mapped_arrays, name_by_content, release_pages

TEXTS = ["", "abc", "ä", "茉莉", "香米"]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_CACHE", str(tmp_path))
    return tmp_path


def test_arrays_are_made_once_and_then_read_from_the_disk(cache):
    made = []

    def make():
        made.append(1)
        return {"numbers": np.arange(5)}

    mapped_arrays("model-1", make)
    assert mapped_arrays("model-1", make)["numbers"].tolist() == [0, 1, 2, 3, 4]
    assert made == [1]


def test_another_version_is_made_anew(cache):
    mapped_arrays("model-1", lambda: {"numbers": np.arange(2)})
    assert mapped_arrays("model-2", lambda: {"numbers": np.arange(3)})["numbers"].tolist() == [0, 1, 2]


def test_a_folder_that_was_left_half_written_is_made_anew(cache):
    mapped_arrays("model-1", lambda: {"numbers": np.arange(5)})
    (cache / "model-1" / "complete").unlink()
    assert mapped_arrays("model-1", lambda: {"numbers": np.arange(3)})["numbers"].tolist() == [0, 1, 2]


def test_of_two_processes_that_make_the_same_arrays_those_of_one_stay(cache, monkeypatch):
    """Mixed, the strings of one and the ends of the other could not be read, and the folder stayed."""
    save, saved = module.save_array, []

    def save_beside_another(path, array):
        save(path, array)
        if not saved:  # the other process makes and saves all of its own between our first and our second array
            saved.append(path)
            mapped_arrays("model-1", lambda: {"letters": np.full(3, 2), "ends": np.full(3, 2)})

    monkeypatch.setattr(module, "save_array", save_beside_another)
    found = mapped_arrays("model-1", lambda: {"letters": np.full(3, 1), "ends": np.full(3, 1)})
    assert found["letters"].tolist() == found["ends"].tolist()
    assert [path.name for path in cache.iterdir()] == ["model-1"]


def test_where_nothing_can_be_written_the_arrays_stay_in_memory(cache, monkeypatch):
    blocked = cache / "file"
    blocked.touch()
    monkeypatch.setenv("MODEL_CACHE", str(blocked))
    assert mapped_arrays("model-1", lambda: {"numbers": np.arange(3)})["numbers"].tolist() == [0, 1, 2]


def test_without_a_folder_nothing_is_written(monkeypatch):
    monkeypatch.delenv("MODEL_CACHE", raising=False)
    assert mapped_arrays("model-1", lambda: {"numbers": np.arange(3)})["numbers"].tolist() == [0, 1, 2]


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs the memory map of Linux")
def test_released_pages_are_read_again(cache):
    numbers = mapped_arrays("model-1", lambda: {"numbers": np.arange(1_000_000)})["numbers"]

    def mapped_kilobytes():
        smaps = Path("/proc/self/smaps").read_text()
        return int(smaps.partition(f"{cache}/model-1/numbers.npy")[2].partition("Rss:")[2].split()[0])

    assert numbers.sum() == 499_999_500_000
    assert mapped_kilobytes() > 7_000
    release_pages()
    assert mapped_kilobytes() == 0
    assert numbers[-1] == 999_999


def test_strings_are_read_and_found_in_any_script():
    arrays = Strings.arrays(TEXTS)
    strings = Strings(arrays["letters"], arrays["ends"])
    assert [strings[place] for place in range(len(strings))] == TEXTS
    assert [strings.place(text) for text in TEXTS] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("text", ["ab", "abcd", "香", "香米香", "zzz"])
def test_what_is_not_among_the_strings_has_no_place(text):
    arrays = Strings.arrays(TEXTS)
    assert Strings(arrays["letters"], arrays["ends"]).place(text) == -1


def keys_of(texts):
    arrays = Keys.arrays(texts)
    return Keys(arrays["starts"], arrays["letters"], arrays["ends"])


def test_keys_are_found_in_their_own_order():
    texts = Keys.sort(TEXTS)
    assert sorted(texts) == sorted(TEXTS)
    assert [keys_of(texts).place(text) for text in texts] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("text", ["ab", "abcd", "香", "香米香", "zzz"])
def test_what_is_no_key_has_no_place(text):
    assert keys_of(Keys.sort(TEXTS)).place(text) == -1
    assert keys_of([]).place(text) == -1


def test_keys_in_one_bucket_are_told_apart(monkeypatch):
    monkeypatch.setattr(module, "_checksum", len)
    texts = Keys.sort(["ab", "cd", "efg", "hi"])
    assert texts == ["ab", "cd", "hi", "efg"]
    assert [keys_of(texts).place(text) for text in ("ab", "cd", "hi", "efg", "xy", "xyz")] == [0, 1, 2, 3, -1, -1]


def test_a_name_changes_with_the_version_and_with_each_file(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    names = [name_by_content("words", "1", [one, other])]
    names.append(name_by_content("words", "2", [one, other]))
    one.write_text("rice")
    names.append(name_by_content("words", "1", [one, other]))
    one.unlink()
    other.write_text("rice")
    names.append(name_by_content("words", "1", [one, other]))
    assert len(set(names)) == 4
    assert names[-1] == name_by_content("words", "1", [one, other])
