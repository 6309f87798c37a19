"""QR codes on pages."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr(text: str) -> SafeString:
    """A QR code (ISO/IEC 18004, error level M) as SVG without style, so that the content security policy lets it be."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, svgclass="qr", lineclass=None, omitsize=True, border=1, dark="#000"
    )
    return mark_safe(out.getvalue().decode())  # made of path data and numbers; the text itself is not in it
