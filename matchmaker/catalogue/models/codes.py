"""The campaign's categories and the Harmonized System."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


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
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    name_fr = models.CharField(max_length=120, blank=True)
    name_es = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        language = (get_language() or "en").split("-")[0]
        return getattr(self, f"name_{language}", "") or self.name_en


class HSCode(models.Model):
    """A line of the Harmonized System 2022: chapter, heading or subheading."""

    code = models.CharField(max_length=6, primary_key=True)
    level = models.PositiveSmallIntegerField()  # 2, 4 or 6 digits
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    section = models.CharField(max_length=6)
    text_en = models.TextField()
    path_en = models.TextField()
    path_fr = models.TextField(blank=True)
    path_es = models.TextField(blank=True)
    title_zh = models.TextField(blank=True)  # chapters only: no open source of lower Chinese texts was found
    names_zh = models.TextField(blank=True)  # what such goods are called day by day, below the chapters: 大米、泰国香米
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
    def is_in_chinese(self) -> bool:
        """Whether this reader is told what it is by its everyday names in Chinese."""
        return bool(self.names_zh) and (get_language() or "").startswith("zh")

    @property
    def text(self) -> str:
        """What it is: everyday names for a Chinese reader where there are any, the tariff's English for all others."""
        return f"{self.names_zh}等" if self.is_in_chinese else self.text_en

    @property
    def chapter_zh(self) -> str:
        """The Chinese title of its chapter: 谷物. Asks for the lines above it."""
        return self.title_zh or (self.parent.chapter_zh if self.parent else "")
