from matchmaker.engines.language.quantities.model import Difference
def same_quantities(original: str, language: str, translation: str, other: str) -> list[Difference]:
    return []
