"""Pages without the white space between tags, so that a test names markup and not how a template is indented."""

import re


def flat(page: str) -> str:
    """The page with one space for each run of white space, and none beside a tag or before its end."""
    return re.sub(r"\s*(<[^>]*>)\s*", lambda tag: re.sub(r"\s+(?=/?>)", "", tag[1]), re.sub(r"\s+", " ", page))
