"""Matches, what each side said of them, and the runs that made them."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.catalogue.models import Demand, DemandInvitation, DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public


def _is_known_to_supplier() -> Q:
    invitation = DemandInvitation.objects.filter(demand=OuterRef("line__demand"), company=OuterRef("product__company"))
    is_open_to = Q(line__demand__visibility="public") | (Q(line__demand__visibility="invited") & Q(Exists(invitation)))
    return (is_open_to | Q(buyer_answer=Match.Answer.INTERESTED)) & ~Q(buyer_answer=Match.Answer.DECLINED)


def _of_suppliers(companies) -> Q:
    return Q(product__company__in=companies) & _is_known_to_supplier()


def _of_buyers(companies) -> Q:
    return Q(line__demand__company__in=companies)


class MatchQuerySet(models.QuerySet):
    def active(self):
        return self.filter(withdrawn_at__isnull=True)

    def between_approved(self):
        """Active, and both companies may be seen: matching takes the others away a little later."""
        approved = Company.Status.APPROVED
        return self.active().filter(product__company__status=approved, line__demand__company__status=approved)

    def of_campaign(self, campaign):
        """Those whose two companies take part in it: what its team counts. Matching itself is common to the site."""
        here = Participation.objects.filter(campaign=campaign).values("company")
        return self.filter(product__company__in=here, line__demand__company__in=here)

    def known_to_supplier(self):
        """Those the supplier may know of.

        A private demand is matched for its buyer's eyes only, until the buyer says yes; an invited one is known to the
        invited. A buyer's no closes the match for the supplier.
        """
        return self.between_approved().filter(_is_known_to_supplier())

    def for_supplier(self, company):
        """What the supplier's people see, on pages, in the API and in exports."""
        return self.between_approved().filter(_of_suppliers([company]))

    def for_buyer(self, company):
        return self.between_approved().filter(_of_buyers([company]))

    def visible_to(self, user):
        """What `for_supplier` and `for_buyer` give for all companies of a person."""
        if not user.is_authenticated:
            return self.none()
        companies = Company.objects.of(user).values("pk")
        return self.between_approved().filter(_of_buyers(companies) | _of_suppliers(companies))

    def for_cards(self):
        return self.select_related(
            "product__company", "product__category", "line__demand__company", "line__category"
        ).prefetch_related("product__texts", "product__certificates", "product__images")


class Match(Public):
    """One product serves one demand line; made once, kept with its reasons and both sides' answers."""

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        INTERESTED = "interested", _("interested")
        DECLINED = "declined", _("not for us")

    class Why(models.TextChoices):
        """Why a side says no; what the engine learns from."""

        NONE = "", _("no reason given")
        OTHER_GOODS = "other_goods", _("different goods")
        PRICE = "price", _("price")
        QUANTITY = "quantity", _("quantity or minimum order")
        QUALITY = "quality", _("quality or certificates")
        ORIGIN = "origin", _("origin")
        TIMING = "timing", _("timing")
        KNOWN = "known", _("we already work together")
        NEVER = "never", _("do not suggest this company again")
        OTHER = "other", _("something else")

    product = models.ForeignKey(Product, models.CASCADE, related_name="matches")
    line = models.ForeignKey(DemandLine, models.CASCADE, related_name="matches")
    score = models.FloatField()  # 0 to 1, fused
    probability = models.FloatField()  # 0 to 1, calibrated chance that both sides say yes
    parts = models.JSONField(default=dict)  # meaning, words, hs, category, trust: each 0 to 1
    evidence = models.JSONField(default=dict)  # what the sentences of the reasons are made from
    conditions = models.JSONField(default=list)  # [{code, outcome: meets|fails|unknown, facts}]
    engine = models.CharField(max_length=60)
    supplier_answer = models.CharField(max_length=10, blank=True, choices=Answer)
    supplier_why = models.CharField(max_length=20, blank=True, choices=Why)
    supplier_answered_at = models.DateTimeField(null=True, blank=True)
    buyer_answer = models.CharField(max_length=10, blank=True, choices=Answer)
    buyer_why = models.CharField(max_length=20, blank=True, choices=Why)
    buyer_answered_at = models.DateTimeField(null=True, blank=True)
    mutual_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # product or demand no longer stands
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "id"]
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.UniqueConstraint(fields=["product", "line"], name="match_made_once"),
            models.CheckConstraint(condition=Q(score__gte=0) & Q(score__lte=1), name="match_score_between_0_and_1"),
            models.CheckConstraint(
                condition=Q(mutual_at__isnull=True) | (Q(supplier_answer="interested") & Q(buyer_answer="interested")),
                name="mutual_means_both_said_yes",
            ),
        ]
        indexes = [
            models.Index(fields=["line", "-score"], name="match_of_line"),
            models.Index(fields=["product", "-score"], name="match_of_product"),
        ]

    def __str__(self):
        return f"{self.product_id} ↔ {self.line_id} {self.score:.2f}"

    @property
    def is_mutual(self) -> bool:
        return self.mutual_at is not None


class EarlyMatchQuerySet(models.QuerySet):
    def for_supplier(self, company):
        """What a supplier's people see before the approval: demands that they may see after it, too."""
        demands = Demand.objects.open()
        invited = DemandInvitation.objects.filter(company=company).values("demand")
        is_open_to = Q(visibility=Demand.Visibility.PUBLIC) | Q(visibility=Demand.Visibility.INVITED, pk__in=invited)
        return self.filter(
            product__company=company,
            product__company__status__in=Company.BEFORE_APPROVAL,
            product__status=Product.Status.DRAFT,
            line__demand__in=demands.filter(is_open_to).values("pk"),
        )

    def visible_to(self, user):
        """What `for_supplier` gives for all companies of a person: nobody else knows of these rows."""
        found = self.none()
        for company in Company.objects.of(user).filter(status__in=Company.BEFORE_APPROVAL, is_supplier=True):
            found |= self.for_supplier(company)
        return found

    def answered(self):
        return self.exclude(supplier_answer="")

    def for_cards(self):
        return self.select_related(
            "product__company", "product__category", "line__demand__company", "line__category"
        ).prefetch_related("product__texts", "product__certificates", "product__images")


class EarlyMatch(Public):
    """What a draft of a company that is not approved yet would match, with what its people said of it.

    A table of its own, so that no list, count, letter or export of matches can show it to the other side. Once the
    company is approved and the product published, the answer is given to the match (`services/early.py`).
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="early_matches")
    line = models.ForeignKey(DemandLine, models.CASCADE, related_name="early_matches")
    score = models.FloatField()
    probability = models.FloatField()
    parts = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    conditions = models.JSONField(default=list)
    engine = models.CharField(max_length=60)
    supplier_answer = models.CharField(max_length=10, blank=True, choices=Match.Answer)
    supplier_why = models.CharField(max_length=20, blank=True, choices=Match.Why)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EarlyMatchQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "line"], name="early_match_made_once")]

    def __str__(self):
        return f"{self.product_id} ↔ {self.line_id} before the approval"

    def as_match(self) -> Match:
        """A match that is not stored, with the same address, for pages that show matches."""
        names = ("uid", "product", "line", "score", "probability", "parts", "evidence", "conditions", "engine")
        return Match(
            **{name: getattr(self, name) for name in names},
            supplier_answer=self.supplier_answer,
            supplier_why=self.supplier_why,
        )


class NeverAgain(models.Model):
    """Two companies that are not put together any more, because one of them asked for it."""

    supplier = models.ForeignKey(Company, models.CASCADE, related_name="+")
    buyer = models.ForeignKey(Company, models.CASCADE, related_name="+")
    asked_by = models.CharField(max_length=10, choices=[("supplier", _("supplier")), ("buyer", _("buyer"))])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "buyer"], name="never_again_once")]

    def __str__(self):
        return f"{self.supplier_id} × {self.buyer_id}"


class MatchSettings(Public):
    """What matching goes by. Rows are only added, and the newest adopted one counts from the next full run on."""

    class Origin(models.TextChoices):
        LEARNED = "learned", _("learned from answers")
        ORGANISER = "organiser", _("set by the organiser")

    weights = models.JSONField(default=dict)  # engine.weights.Weights; a missing name keeps its default
    floor = models.PositiveSmallIntegerField(default=0)  # suggestions a small or first-time exporter gets at least
    skip_known = models.BooleanField(default=False)  # leave out companies whose contacts are open to each other
    origin = models.CharField(max_length=10, choices=Origin)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    adopted = models.BooleanField(default=True)
    answers = models.PositiveIntegerField(default=0)  # learned from so many
    loss_before = models.FloatField(null=True)  # log-loss on held-back answers with the settings before
    loss_after = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"settings {self.pk} ({self.origin})"


class State(models.Model):
    """What matching knows of one side of a pair. Waiting = the row has another revision than the one matched."""

    encoder = models.CharField(max_length=60, blank=True)
    text_digest = models.CharField(max_length=64, blank=True)
    vector = models.BinaryField(null=True)  # float16, as many as the encoder's dim
    # What the classifier gives the codes of the row for its texts; `code_digest` says for which texts and codes.
    code_digest = models.CharField(max_length=64, blank=True)
    hs_share = models.FloatField(null=True)
    category_share = models.FloatField(null=True)
    revision = models.PositiveIntegerField(default=0)
    matched_at = models.DateTimeField(null=True, blank=True)
    # Counted before the work: what kills its worker again and again is put aside until it is edited.
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_revision = models.PositiveIntegerField(default=0)
    # Who works on it, and until when: two workers never match the same row at once.
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True


class OfferState(State):
    product = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="matching_state")

    def __str__(self):
        return f"offer {self.product_id} at {self.revision}"


class WantState(State):
    line = models.OneToOneField(DemandLine, models.CASCADE, primary_key=True, related_name="matching_state")
    # The revision a running match read: an edit meanwhile still waits when the run ends.
    run_revision = models.PositiveIntegerField(null=True)

    def __str__(self):
        return f"want {self.line_id} at {self.revision}"


class MatchRunQuerySet(models.QuerySet):
    def ended(self):
        """Those that looked at everything or gave some of it up, the newest first; without what they learned."""
        state = MatchRun.State
        return self.filter(state__in=[state.DONE, state.INCOMPLETE]).defer("background").order_by("-pk")


class MatchRun(Public):
    """One matching of a whole campaign: blocks done of blocks, and what came out."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        INCOMPLETE = "incomplete", _("incomplete")  # ended, but some blocks were given up
        CANCELLED = "cancelled", _("cancelled")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="match_runs")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    products = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    settings = models.ForeignKey(MatchSettings, models.PROTECT, null=True, related_name="+")  # None: as shipped
    background = models.BinaryField(null=True)  # word frequencies and neighbourhoods that every block scores with

    objects = MatchRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [  # a run compares everything on the site, whichever campaign it was started from
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_running_match")
        ]

    def __str__(self):
        return f"{self.campaign_id} {self.state}"

    @property
    def given_up(self):
        """Blocks that ended a run undone, with the products between their keys."""
        return self.blocks.filter(done_at__isnull=True) if self.state == self.State.INCOMPLETE else self.blocks.none()


class MatchBlock(models.Model):
    """A slice of a run: products with primary keys from `first` to `last`, claimed by a lease."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="blocks")
    number = models.PositiveIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    matches = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="match_block_once")]

    def __str__(self):
        return f"{self.run_id}/{self.number}"
