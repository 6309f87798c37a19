"""Entry rules, agreements and rates with the days between which they hold, and what companies have of them: the records
of `rules.py` and `duty.py`, kept where organisers can edit them; the thinking stays there."""

import dataclasses
import uuid
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company, Document
from matchmaker.core import reference
from matchmaker.core.ids import Public
from matchmaker.core.multilingual import MultilingualField
from matchmaker.core.text import validate_one_line
from matchmaker.market_access import additional, duty, plant_categories, regimes, rules
from matchmaker.market_access.number_formats import is_in_form

_SURE = [
    (rules.Confidence.PRIMARY.value, _("text of the rule read")),
    (rules.Confidence.SECONDARY.value, _("account of the rule read")),
    (rules.Confidence.HINT.value, _("scope to be confirmed")),
]


def _in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
        name=name,
        violation_error_message=_("The last day must not lie before the first."),
    )


def _texts(label: Any, **options: Any) -> MultilingualField:
    """A text that organisers write in each of their languages."""
    return MultilingualField(label, required_languages=settings.STAFF_LANGUAGES, **options)


def _record[Record](row: models.Model, kind: type[Record], /, **other: Any) -> Record:
    """The row as a plain value: its fields of the same names, lists as tuples, and `other`."""
    names = [one.name for one in dataclasses.fields(kind) if one.name not in other]  # type: ignore[arg-type]
    values = {name: getattr(row, name) for name in names}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    if "confidence" in values:
        values["confidence"] = rules.Confidence(values["confidence"])
    return kind(**values, **other)


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        """In force on the day; an empty date is open."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(begun, Q(valid_until__isnull=True) | Q(valid_until__gte=day))


class EntryRule(Public):
    """A rule of entry between two days. `requirement` joins it with the rule that comes before or after it."""

    class Stage(models.TextChoices):
        BEFORE = "before", _("before the first sale")
        SHIPMENT = "shipment", _("with every shipment")
        ADVICE = "advice", _("before the goods are shown")
        NOTICE = "notice", _("to be checked with the importer")

    class Evidence(models.TextChoices):
        REGISTRATION = "registration", _("registration number")
        CERTIFICATE = "certificate", _("certificate")
        DOCUMENT = "document", _("document")
        LABEL = "label", _("label")
        ACCESS = "access", _("admission of the product and the country")
        NONE = "none", _("nothing to show")

    code = models.CharField(max_length=40, unique=True)
    requirement = models.CharField(max_length=40, db_index=True)
    name = _texts(_("name"), max_length=160)
    summary = _texts(_("what it asks"), max_length=1000, multiline=True)
    stage = models.CharField(_("when"), max_length=10, choices=Stage)
    evidence = models.CharField(_("what shows it"), max_length=12, choices=Evidence)
    accepts = models.JSONField(_("codes that satisfy it"), default=list, blank=True)
    per_product = models.BooleanField(_("each product has its own"), default=False)
    hs_in = models.JSONField(_("HS prefixes in"), default=list, blank=True)
    hs_out = models.JSONField(_("HS prefixes out"), default=list, blank=True)
    groups = models.JSONField(_("groups"), default=list, blank=True)
    origins_in = models.JSONField(_("only these origins"), default=list, blank=True)
    origins_out = models.JSONField(_("not these origins"), default=list, blank=True)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)  # [[question code, true or false], …]
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    authority = _texts(_("authority"), max_length=160)
    legal_basis = _texts(_("legal basis"), max_length=400)
    how_to_satisfy = _texts(_("how to satisfy it"), max_length=2000, multiline=True)
    where_to_apply = models.URLField(_("official address"), max_length=300, blank=True)
    lookalike_warning = models.BooleanField(_("warn of look-alike sites"), default=False)
    validity_years = models.PositiveSmallIntegerField(_("years a registration holds"), null=True, blank=True)
    source_url = models.URLField(_("source"), max_length=400, blank=True)
    confidence = models.CharField(_("how sure"), max_length=10, choices=_SURE)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    edited_here = models.BooleanField(default=False, editable=False)  # loading the shipped records leaves it alone
    updated_at = models.DateTimeField(auto_now=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("entry rule")
        constraints = [_in_order("entry_rule_days_in_order")]

    def __str__(self):
        return self.code

    def as_rule(self) -> rules.Rule:
        conditions = tuple((code, wanted) for code, wanted in self.conditions)
        stage, evidence = rules.Stage(self.stage), rules.Evidence(self.evidence)
        return _record(self, rules.Rule, conditions=conditions, stage=stage, evidence=evidence)


class Recorded:
    """A row whose edits are on record, without a `uid` column."""

    @property
    def uid(self) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{type(self).__name__} {self.pk}")  # type: ignore[attr-defined]


class EntryQuestion(Recorded, models.Model):
    """A plain yes/no question, with the codes for which it is asked."""

    code = models.CharField(max_length=40, primary_key=True)
    text = _texts(_("question"), max_length=300)
    help = MultilingualField(_("help"), max_length=500, blank=True)
    asked_hs = models.JSONField(default=list, blank=True)
    yes_hs = models.JSONField(default=list, blank=True)
    no_hs = models.JSONField(default=list, blank=True)
    otherwise = models.BooleanField(null=True)  # empty: ask
    position = models.PositiveSmallIntegerField(default=0)
    edited_here = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self):
        return self.code

    def as_question(self) -> rules.Question:
        return _record(self, rules.Question)


class AccessNotice(Recorded, models.Model):
    """A product of a country admitted by a protocol or a customs notice."""

    rule_code = models.CharField(max_length=40)
    origin = models.CharField(max_length=2)
    hs_in = models.JSONField(default=list)
    product = _texts(_("product"), max_length=120)
    basis = models.CharField(max_length=300)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    source_url = models.URLField(max_length=400, blank=True)
    confidence = models.CharField(max_length=10, choices=_SURE)
    edited_here = models.BooleanField(default=False)  # then the shipped record no longer overwrites it

    class Meta:
        ordering = ["id"]
        constraints = [
            _in_order("access_notice_days_in_order"),
            models.UniqueConstraint(fields=["rule_code", "origin", "basis"], name="access_notice_once"),
        ]

    def __str__(self):
        return self.basis

    def as_access(self) -> rules.Access:
        return _record(self, rules.Access, rule=self.rule_code)


class Agreement(Public):
    """A trade agreement or a unilateral measure."""

    class Kind(models.TextChoices):
        FTA = "fta", _("free trade agreement")
        EARLY_HARVEST = "early_harvest", _("early harvest arrangement")
        PREFERENCE = "preference", _("preferential arrangement")
        UNILATERAL = "unilateral", _("unilateral measure")

    code = models.CharField(max_length=20, unique=True)
    name = _texts(_("name"), max_length=160)
    kind = models.CharField(max_length=14, choices=Kind)
    flat_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    proofs = models.JSONField(default=list)
    partly_suspended = models.BooleanField(default=False)
    source_url = models.URLField(max_length=400, blank=True)
    confidence = models.CharField(max_length=10, choices=_SURE)
    note = models.TextField(max_length=1000, blank=True)
    edited_here = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("trade agreement")

    def __str__(self):
        return self.code

    def as_agreement(self) -> duty.Agreement:
        return _record(self, duty.Agreement)


class AgreementPartner(Public):
    """An origin and the days between which it benefits."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="partners")
    origin = models.CharField(max_length=2)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    confidence = models.CharField(max_length=10, choices=_SURE)
    note = models.CharField(max_length=300, blank=True)
    edited_here = models.BooleanField(default=False, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            _in_order("agreement_partner_days_in_order"),
            models.UniqueConstraint(fields=["agreement", "origin", "valid_from"], name="agreement_partner_once"),
        ]
        indexes = [models.Index(fields=["origin"], name="agreement_by_origin")]

    def __str__(self):
        return f"{self.agreement} {self.origin}"

    def as_partner(self) -> duty.Partner:
        return duty.Partner(
            self.agreement.code, self.origin, self.valid_from, self.valid_until, rules.Confidence(self.confidence)
        )


class ImportRegime(Public):
    """A way by which goods enter China, between two days; `regimes.Regime` says what its fields mean."""

    class Kind(models.TextChoices):
        GENERAL = regimes.Kind.GENERAL, _("general trade")
        HAINAN = regimes.Kind.HAINAN, _("Hainan, zero duty")
        HAINAN_PROCESSED = regimes.Kind.HAINAN_PROCESSED, _("Hainan, processed there")
        RETAIL = regimes.Kind.RETAIL, _("cross-border retail")
        BONDED = regimes.Kind.BONDED, _("bonded area or warehouse")

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    name = _texts(_("name"), max_length=160)
    summary = _texts(_("what it means"), max_length=1000, multiline=True)
    needs = _texts(_("what is needed"), max_length=1000, multiline=True)
    duty = models.CharField(max_length=10, choices=[(one.value, one.value) for one in regimes.DutyOf])
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3)
    goods = models.CharField(max_length=16, choices=[(one.value, one.value) for one in regimes.Goods])
    hs_prefixes = models.JSONField(default=list, blank=True)
    list_complete = models.BooleanField(default=False)
    order_limit = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # CNY
    year_limit = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # CNY
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    legal_basis = _texts(_("legal basis"), max_length=400)
    source_url = models.URLField(_("source"), max_length=400, blank=True)
    confidence = models.CharField(_("how sure"), max_length=10, choices=_SURE)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    edited_here = models.BooleanField(default=False, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("import regime")
        constraints = [_in_order("import_regime_days_in_order")]

    def __str__(self):
        return self.code

    def as_regime(self) -> regimes.Regime:
        kinds = {
            "kind": regimes.Kind(self.kind),
            "duty": regimes.DutyOf(self.duty),
            "goods": regimes.Goods(self.goods),
        }
        return _record(self, regimes.Regime, **kinds)


def after(code: str) -> str:
    """The first code that no longer stands below this one, or an empty string after the last: 100630 → 100631."""
    following = str(int(code) + 1).zfill(len(code))
    return following if len(following) == len(code) else ""


class TariffRateQuerySet(DatedQuerySet):
    def below(self, code: str):
        """The national lines of a code, and of ten digits the line of eight that holds for it, too.

        By a range of digits: under any collation the index answers it.
        """
        end = after(code)
        within = Q(hs_code__gte=code, hs_code__lt=end) if end else Q(hs_code__gte=code)
        return self.filter(within | Q(hs_code=code[:8]) if len(code) > 8 else within)


class TariffRate(models.Model):
    """One line of a loaded tariff between two days.

    That two rates of one line and regime never hold on the same day is held by the database: an exclusion constraint
    on PostgreSQL, triggers on SQLite (migration 0002).
    """

    hs_code = models.CharField(max_length=10, validators=[RegexValidator(r"^\d{8}(\d{2})?$", _("8 or 10 digits."))])
    regime = models.CharField(max_length=20)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    text = models.CharField(max_length=200, blank=True)  # a duty that is not a plain percentage
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    loaded_at = models.DateTimeField(auto_now_add=True)

    objects = TariffRateQuerySet.as_manager()

    class Meta:
        ordering = ["hs_code", "regime", "valid_from"]
        constraints = [
            _in_order("tariff_rate_days_in_order"),
            models.UniqueConstraint(fields=["hs_code", "regime", "valid_from"], name="tariff_rate_once"),
            models.CheckConstraint(condition=Q(percent__isnull=False) | ~Q(text=""), name="tariff_rate_says_something"),
        ]

    def __str__(self):
        return f"{self.hs_code} {self.regime} {self.valid_from}"

    @property
    def uid(self):
        """Its name in the audit."""
        return self.pk

    def as_rate(self) -> duty.Rate:
        return duty.Rate(
            self.hs_code, self.regime, self.percent, self.valid_from, self.valid_until, self.text, self.source
        )


class AdditionalDuty(Public):
    """A duty on top of the tariff between two days; `additional.AdditionalDuty` says what its fields mean."""

    class Kind(models.TextChoices):
        ANTI_DUMPING = additional.Kind.ANTI_DUMPING, _("anti-dumping duty")
        COUNTERVAILING = additional.Kind.COUNTERVAILING, _("countervailing duty")
        SAFEGUARD = additional.Kind.SAFEGUARD, _("safeguard duty")
        RETALIATORY = additional.Kind.RETALIATORY, _("additional duty in answer to another country's")

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    title = models.CharField(max_length=300)
    hs_prefixes = models.JSONField(default=list, blank=True)  # empty: every code
    origins = models.JSONField(default=list, blank=True)  # empty: every origin
    percent_low = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    percent_high = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    rate_text = models.CharField(max_length=200, blank=True)
    above_quota = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    authority = models.CharField(max_length=160)
    number = models.CharField(max_length=80, blank=True)
    issued = models.DateField(null=True, blank=True)
    source_url = models.URLField(max_length=400, blank=True)
    confidence = models.CharField(max_length=10, choices=_SURE)
    note = models.TextField(max_length=1000, blank=True)
    edited_here = models.BooleanField(default=False, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("additional duty")
        constraints = [
            _in_order("additional_duty_days_in_order"),
            models.CheckConstraint(
                condition=Q(percent_low__isnull=False, percent_high__gte=F("percent_low")) | ~Q(rate_text=""),
                name="additional_duty_says_something",
            ),
        ]

    def __str__(self):
        return self.code

    def as_duty(self) -> additional.AdditionalDuty:
        return _record(self, additional.AdditionalDuty, kind=additional.Kind(self.kind))


class AdditionalDutyList(models.Model):
    """A whole list of additional duties that was loaded: goods that it does not name bear none on its day."""

    as_of = models.DateField()
    source = models.CharField(max_length=300)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["as_of", "id"]

    def __str__(self):
        return f"{self.as_of} {self.source}"

    @property
    def uid(self):
        """Its name in the audit."""
        return self.pk

    def as_list(self) -> additional.AdditionalList:
        return _record(self, additional.AdditionalList)


class RegistrationQuerySet(DatedQuerySet):
    def of(self, company):
        return self.filter(company=company)

    def waiting(self, campaign):
        """Numbers of this campaign's companies whose evidence the team has not seen, the oldest first."""
        return self.filter(company__campaigns=campaign, seen_on__isnull=True).distinct().order_by("recorded_at", "pk")

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        return self.filter(company__in=Company.objects.of(user).values("pk"))


class Registration(Public):
    """A number a company holds with an authority. `code` is one of the codes a rule accepts (GACC-FOOD, CEL …)."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="registrations")
    product = models.ForeignKey(Product, models.CASCADE, null=True, blank=True, related_name="registrations")
    code = models.CharField(_("registration"), max_length=40)
    number = models.CharField(_("number"), max_length=80, validators=[validate_one_line])
    # Of a food plant: for which products it is registered, a code of `data/market_access/plant_categories.csv`.
    category = models.CharField(_("product category"), max_length=20, default="", db_default="", blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    end_counted = models.BooleanField(default=False)  # the end was counted from the start, not read from a paper
    lowered = models.BooleanField(default=False)  # matching has read again that it ended
    recorded_at = models.DateTimeField(auto_now_add=True)
    seen_on = models.DateField(null=True, blank=True)  # the team saw evidence: a paper, or the authority's public list
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # The authority or body whose list says the same; "" where only a paper was seen.
    confirmed_by = models.CharField(_("confirmed by"), max_length=120, blank=True, validators=[validate_one_line])

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-id"]
        verbose_name = _("registration")
        constraints = [
            _in_order("registration_days_in_order"),
            models.UniqueConstraint(
                fields=["company", "code", "number"], condition=Q(product__isnull=True), name="registration_once"
            ),
            models.UniqueConstraint(
                fields=["product", "code", "number"],
                condition=Q(product__isnull=False),
                name="product_registration_once",
            ),
        ]
        indexes = [models.Index(fields=["valid_until"], name="registration_by_end")]

    def __str__(self):
        return f"{self.code} {self.number}"

    @property
    def category_name(self) -> str:
        """In the reader's language."""
        return reference.name(plant_categories.categories().get(self.category), self.category)

    @property
    def is_seen(self) -> bool:
        """Evidence was seen, and the number has the form that the authority gives it."""
        return self.seen_on is not None and is_in_form(self.code, self.number)


class ReadinessAnswerQuerySet(models.QuerySet):
    def steps(self):
        """Steps that a company says it has and shows by a document or a number."""
        shown = Q(document__isnull=False) | ~Q(number="")
        return self.filter(shown, question__startswith="has:", answer=True)

    def waiting(self, campaign):
        """Steps of this campaign's companies whose document the team has not seen, the oldest first.

        A draft is its company's alone: its steps wait until it is published, as its certificates do.
        """
        rows = self.steps().exclude(product__status=Product.Status.DRAFT)
        rows = rows.filter(product__company__campaigns=campaign, seen_on__isnull=True)
        return rows.distinct().order_by("answered_at", "pk")


class ReadinessAnswer(models.Model):
    """What a company answered about one product: a question's code, `has:CODE` or `applies:RULE`.

    A step that it says it has (`has:CODE`) can rest on a document, with its number and its end.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="readiness_answers")
    question = models.CharField(max_length=60)
    answer = models.BooleanField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(auto_now=True)
    number = models.CharField(
        _("number"), max_length=80, default="", db_default="", blank=True, validators=[validate_one_line]
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="steps")
    seen_on = models.DateField(null=True, blank=True)  # the team saw the document, or a public list says the same
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_by = models.CharField(
        _("confirmed by"), max_length=120, default="", db_default="", blank=True, validators=[validate_one_line]
    )

    objects = ReadinessAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["product_id", "question"]
        constraints = [models.UniqueConstraint(fields=["product", "question"], name="readiness_answered_once")]

    def __str__(self):
        return f"{self.question} {self.answer}"

    @property
    def code(self) -> str:
        """The code of the step, for `has:CODE`."""
        return self.question.removeprefix("has:")

    def forget_evidence(self) -> None:
        self.seen_on, self.seen_by, self.confirmed_by = None, None, ""


class LabelVersion(Public):
    """One version of the Chinese label of a product. Versions are added and never changed; `digest` shows it."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="labels")
    number = models.PositiveIntegerField()
    texts = models.JSONField()  # code of an item → its Chinese text
    is_public = models.BooleanField(default=False)  # shown on the page that the code on the package opens
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["product_id", "number"]
        verbose_name = _("label")
        constraints = [models.UniqueConstraint(fields=["product", "number"], name="label_number_once")]

    def __str__(self):
        return f"{self.product_id} {self.number}"

    def save(self, *args, **kwargs):
        """A stored version stays as it is."""
        if not self._state.adding:
            raise ValueError("a version of a label is never changed")
        super().save(*args, **kwargs)
