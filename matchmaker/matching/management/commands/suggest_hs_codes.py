"""HS codes for the texts of a CSV file."""

from collections.abc import Sequence

from matchmaker.engines.matching import Classifier, Suggestion
from matchmaker.matching.management.texts import SuggestionCommand


class Command(SuggestionCommand):
    help = "Suggest HS 2022 subheadings for the texts of a CSV file: case_id,rank,hs6,score on stdout."
    default_top = 10
    code_column = "hs6"

    def suggest(
        self, classifier: Classifier, texts: Sequence[str], top: int, langs: Sequence[str] | None
    ) -> list[list[Suggestion]]:
        return classifier.suggest_hs(texts, top, langs)
