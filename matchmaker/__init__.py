"""matchmaker: suppliers and buyers of an import campaign find each other, with reasons."""

__version__ = "1.1.0"  # of the site, as in CHANGELOG.md; the API has a version of its own, see settings
