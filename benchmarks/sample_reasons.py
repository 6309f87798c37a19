"""Random matches of the sample campaign with all they rest on and their reasons in several languages, to be read.

`python -m benchmarks.sample_reasons --count 50 --seed 5 --languages en,zh,fr` in a site with the sample (`make demo`):
which rows are drawn depends on the seed and on what is matched, not on how rows are numbered. Without `--languages`
the reasons are in English and Chinese.
"""

import argparse
import os
import random

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

import django

django.setup()

from django.utils import translation  # noqa: E402  # needs the settings

from matchmaker.core import languages  # noqa: E402
from matchmaker.matching import reasons  # noqa: E402
from matchmaker.matching.models import Match  # noqa: E402


def _languages(written: str) -> list[str]:
    """Codes divided by commas as those of the interface: `zh` is `zh-hans`."""
    codes = written.split(",")
    if unknown := [code for code in codes if not languages.find(code)]:
        raise argparse.ArgumentTypeError(f"the interface has no {', '.join(unknown)}")
    return [languages.find(code).code for code in codes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--languages", type=_languages, default="en,zh-hans", help="codes, for example en,zh,fr")
    options = parser.parse_args()
    matches = Match.objects.active().select_related("product__company", "product__category", "line__demand")
    found = sorted(matches, key=lambda match: (match.line.text, match.product.name, match.score))
    for number, match in enumerate(random.Random(options.seed).sample(found, min(options.count, len(found))), 1):
        product, line = match.product, match.line
        print(f"{number}. {match.score:.2f}  {product.name} ⇄ {line.text}")
        print(f"   codes {product.hs_code} / {line.hs_code}; categories {product.category_id} / {line.category_id}")
        print(f"   parts {match.parts}  words {match.evidence.get('shared_words')}")
        for condition in match.conditions:
            print(f"   {condition['code']}: {condition['outcome']} {condition['facts']}")
        for language in options.languages:
            with translation.override(language):
                for said in [*reasons.sentences(match), *(c["sentence"] for c in reasons.conditions(match))]:
                    print(f"     {said}")


if __name__ == "__main__":
    main()
