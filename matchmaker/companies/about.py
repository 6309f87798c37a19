"""What a company says of itself, where a sheet or an older row has one text of its own and one in English."""

from collections.abc import Iterable

from matchmaker.core import languages
from matchmaker.core.multilingual import Texts
from matchmaker.engines.language import detect


def texts_from(own: str, english: str, *, language: str, spoken: Iterable[str] = ()) -> Texts:
    """Both texts by language. The own one is in the company's language, unless another text takes that place.

    Args:
        language: the company's working language, which is that of its account until it says otherwise.
        spoken: languages its people speak; the first one that is not English is tried after what the text looks like.
    """
    code = _language_of(own, language)
    if own and english and own != english and code == languages.ENGLISH:
        code = next((one for one in spoken if languages.base_of(one) != languages.ENGLISH), code)
        if code == languages.ENGLISH:
            return Texts({code: f"{own}\n\n{english}"})
    texts = Texts({code: own})
    if english and english != own:
        texts[languages.ENGLISH] = english
    return texts


def _language_of(text: str, language: str) -> str:
    """The company's language; where that is English, the language the text looks like."""
    code = languages.site_code(language or languages.ENGLISH)
    return code if code != languages.ENGLISH or not text else languages.site_code(detect(text))
