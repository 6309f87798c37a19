"""Certificates that prove what the words of a demand ask for."""

from matchmaker.core import reference
from matchmaker.engines.language import certificate_of, clean, detect_typed, read_attributes


def certificates_in_text(text: str, language: str = "") -> list[str]:
    """Codes of certificates for the attributes in a text ("halal chicken" → HALAL), and those that it names itself."""
    text = clean(text)
    wanted = read_attributes(((language or detect_typed(text), text),))
    known = reference.certificates()
    certificates = [code for value in sorted(wanted.has) if (code := certificate_of(value)) in known]
    plain = "".join(char for char in text.upper() if char.isalnum())
    certificates += [code for code in known if len(code) > 3 and "".join(filter(str.isalnum, code)) in plain]
    return list(dict.fromkeys(certificates))
