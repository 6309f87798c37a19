import numpy as np
import pytest

from matchmaker.engines.language.mapped_arrays import load_array, save_array, write_file
from matchmaker.engines.matching.artefacts import damaged_files, write_manifest


def test_changed_and_missing_artefacts_are_named(tmp_path):
    for name in ("a.npy", "b.npy", "c.npy"):
        save_array(tmp_path / name, np.arange(3))
    write_manifest(tmp_path, inputs="x", texts="y", names=["a.npy", "b.npy", "c.npy"])
    assert damaged_files(tmp_path) == []
    (tmp_path / "a.npy").unlink()
    save_array(tmp_path / "b.npy", np.arange(4))
    assert damaged_files(tmp_path) == ["a.npy", "b.npy"]


def test_folder_without_manifest_is_damaged(tmp_path):
    assert damaged_files(tmp_path) == ["manifest.json"]


def test_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path):
    save_array(tmp_path / "a.npy", np.arange(3))

    def fail(path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_file(tmp_path / "a.npy", fail)
    assert load_array(tmp_path / "a.npy").tolist() == [0, 1, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]
