"""The campaign's categories and the Harmonized System."""

import re

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matchmaker.core import languages
from matchmaker.core.multilingual import MultilingualField

NAMES_APART = re.compile("、|; ")  # between two names of one cell


class Category(models.Model):
    """One of the campaign's categories; products and demands share the tree."""

    class Group(models.TextChoices):
        AGRI = "AGRI", _("Agricultural products and food")
        CONS = "CONS", _("Quality consumer goods")
        TECH = "TECH", _("Advanced technology equipment")
        COMP = "COMP", _("Key components and materials")
        SERV = "SERV", _("Services")
        OUT = "OUT", _("Outside the campaign")

    code = models.CharField(max_length=10, primary_key=True)
    group = models.CharField(max_length=4, choices=Group)
    name = MultilingualField(_("name"), max_length=120)

    class Meta:
        ordering = ["code"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self):
        return str(self.name)


class HSCode(models.Model):
    """A line of the Harmonized System 2022: chapter, heading or subheading."""

    code = models.CharField(max_length=6, primary_key=True)
    level = models.PositiveSmallIntegerField()  # 2, 4 or 6 digits
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    section = models.CharField(max_length=6)
    text = MultilingualField(multiline=True)  # of the nomenclature, in the languages that have one
    path = MultilingualField(multiline=True)  # the texts from the chapter down
    title = MultilingualField(blank=True)  # of chapters, where the nomenclature is not in the language
    names = MultilingualField(blank=True)  # what such goods are called day by day, below the chapters: 大米、泰国香米
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="hs_codes")

    class Meta:
        ordering = ["code"]
        verbose_name = _("HS code")

    def __str__(self):
        return self.code

    @property
    def dotted(self) -> str:
        """As customs write it: 1006.30."""
        return f"{self.code[:4]}.{self.code[4:]}" if len(self.code) == 6 else self.code

    @property
    def description_language(self) -> str:
        """The language that `description` is in for this reader."""
        reader = languages.current()
        named = self.names.has(reader) and not self.text.has(reader)
        return self.names.language() if named else self.text.language()

    @property
    def description_tag(self) -> str:
        """The same for the attribute `lang`."""
        return languages.tag_of(self.description_language)

    @property
    def description(self) -> str:
        """What it is: the nomenclature's text, or everyday names where that is not in the reader's language."""
        code = self.description_language
        if self.text.has(code):
            return self.text[code]
        return gettext("%(names)s and similar goods") % {"names": self.names.text(code)}

    @property
    def everyday_names(self) -> list[str]:
        """Its everyday names in the reader's own language, the most usual first."""
        code = languages.site_code(languages.current())
        return NAMES_APART.split(self.names[code]) if code in self.names else []

    @property
    def chapter_title(self) -> str:
        """The title of its chapter in the reader's own language: 谷物; "" without one. Asks for the lines above it."""
        if self.title.has(languages.current()):
            return str(self.title)
        return self.parent.chapter_title if self.parent else ""
