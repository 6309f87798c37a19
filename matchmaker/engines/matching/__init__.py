"""Scores of pairs of an offer and a want, categories and HS codes of texts, questions that narrow a code.

The names in `__init__.pyi` are the only door; a module behind it is loaded when one of its names is used first.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
