"""Campaign categories for the texts of a CSV file."""

from collections.abc import Sequence

from matchmaker.engines.matching import Classifier, Suggestion
from matchmaker.matching.management.texts import SuggestionCommand


class Command(SuggestionCommand):
    help = "Suggest campaign categories for the texts of a CSV file: case_id,rank,category_code,score on stdout."
    default_top = 5
    code_column = "category_code"

    def suggest(
        self, classifier: Classifier, texts: Sequence[str], top: int, langs: Sequence[str] | None
    ) -> list[list[Suggestion]]:
        return classifier.suggest_categories(texts, top, langs)
