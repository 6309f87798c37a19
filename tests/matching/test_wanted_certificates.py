"""A certificate is read from a text as a whole word with its context, and never where it is negated."""

import pytest

from matchmaker.matching.services import certificates_in_text


@pytest.mark.parametrize(
    ("text", "language", "codes"),
    [
        ("Halal chicken, ISO 9001:2015 and GLOBALG.A.P.", "en", {"HALAL", "ISO9001", "GLOBALGAP"}),
        ("Power adapter, CE and UL listed", "en", {"CE", "UL"}),
        ("电源适配器，CE/UL认证", "zh", {"CE", "UL"}),
        ("Masks, FDA registered", "en", {"FDA"}),
        ("Pompe avec marquage CE", "fr", {"CE"}),
        ("Насос, сертификат CE", "ru", {"CE"}),
        ("Organic cotton, ISO/IEC 27001, Oeko-Tex", "en", {"ISO27001", "OEKO-TEX"}),
        ("Chicken, not halal", "en", set()),
        ("Miel sans certificat bio", "fr", set()),
        ("Pump, no CE certificate", "en", set()),
        ("鸡肉，非清真", "zh", set()),
        ("Frango não halal", "pt", set()),
        ("Ayam tidak halal", "id", set()),
        ("Organic quinoa", "en", set()),  # what is grown so has no Chinese certificate yet
        ("Energy drink within reach of children, cosmos flowers", "en", set()),
        ("ce produit est rapide, une api pour ul", "fr", set()),
        ("Sedexpress parcels, pharmaceutical API", "en", set()),
    ],
)
def test_certificates_of_a_text(text, language, codes):
    assert set(certificates_in_text(text, language)) == codes
