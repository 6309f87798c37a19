"""Texts of any language: cleaning, segmentation, detection, numbers, units, meaning as vectors, vocabularies of goods.

The names in `__init__.pyi` are the only door; a module behind it is loaded when one of its names is used first.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
