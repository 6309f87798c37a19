"""Samples and steps of the caller's deals: asked for and sent, stated, confirmed, and backed by documents."""

from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.enquiries import PhraseIn, PhrasesField
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.api.uploads import FILE, WithFiles, rename_file_errors, sealed
from matchmaker.core.downloads import attachment
from matchmaker.messaging import services
from matchmaker.messaging.models import DealStep, Enquiry, Sample, StepPaper
from matchmaker.notifications.tasks import start_delivery

WRITE = "enquiries:write"


class SampleOut(Output):
    """`what`, `why` and `note` are free text; the sentences beside them read in the caller's language."""

    enquiry = serializers.UUIDField(source="enquiry.uid", read_only=True)
    what_phrases, why_phrases, note_phrases = PhrasesField(), PhrasesField(), PhrasesField()

    class Meta:
        model = Sample
        fields = [
            *("uid", "enquiry", "what", "what_phrases", "stage", "carrier", "tracking", "why", "why_phrases"),
            *("verdict", "note", "note_phrases", "asked_at", "sent_at", "received_at", "judged_at", "refused_at"),
        ]
        read_only_fields = fields


class SampleIn(Strict):
    """`what`, `phrases`, or both."""

    enquiry = serializers.UUIDField()
    what = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    phrases = PhraseIn(many=True, required=False, default=list)


class SampleMoveIn(Strict):
    """`carrier` and `tracking` come with `sent`, `why` with `refused`, `verdict` and `note` with `judged`."""

    stage = serializers.ChoiceField([stage for stage in Sample.Stage.values if stage != Sample.Stage.ASKED])
    carrier = serializers.CharField(max_length=60, required=False, allow_blank=True)
    tracking = serializers.CharField(max_length=60, required=False, allow_blank=True)
    why = serializers.CharField(max_length=300, required=False, allow_blank=True)
    verdict = serializers.ChoiceField([verdict for verdict in Sample.Verdict.values if verdict], required=False)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    phrases = PhraseIn(many=True, required=False, default=list)


class Samples(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = SampleOut
    url_name = "api_sample"
    policy = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "create": WRITE, "move": WRITE}
    words = {
        "list": "Samples of the caller's enquiries",
        "retrieve": "One sample",
        "create": "Ask for a sample",
        "move": "Send a sample, refuse it, state that it came, or judge it",
    }
    notes = {
        "create": "The buyer asks, one at a time.",
        "move": "The supplier sends or refuses, the buyer receives and judges, each step once and in this order. A "
        "step that was taken already answers as it is.",
    }
    filters = {
        "enquiry": equal("enquiry__uid", "Of this enquiry."),
        "stage": equal("stage", "Where it is."),
    }
    orderings = {"newest": ["-asked_at", "-pk"], "oldest": ["asked_at", "pk"]}

    def get_queryset(self):
        return Sample.objects.visible_to(self.request.user).select_related("enquiry").order_by("-asked_at", "-pk")

    @extend_schema(request=SampleIn, responses={201: SampleOut})
    def create(self, request):
        given = dict(self.given(SampleIn).validated_data)
        enquiry = get_object_or_404(Enquiry.objects.visible_to(request.user), uid=given.pop("enquiry"))
        sample = services.ask_sample(by=request.user, enquiry=enquiry, **given)
        transaction.on_commit(start_delivery)
        return Response(SampleOut(sample).data, status=201)

    @extend_schema(request=SampleMoveIn, responses=SampleOut)
    def move(self, request, uid):
        given = self.given(SampleMoveIn).validated_data
        sample = services.move_sample(by=request.user, sample=self.get_object(), **given)
        transaction.on_commit(start_delivery)
        return Response(SampleOut(sample).data)


class StepPaperOut(Output):
    """A document behind a step; `sha256` is that of the file as it is kept."""

    class Meta:
        model = StepPaper
        fields = ["uid", "name", "number", "content_type", "size", "sha256", "given_by", "given_at"]
        read_only_fields = fields


class DealStepOut(Output):
    """It counts once the other side confirmed it; `note` and `why` are free text, the sentences beside them read in the
    caller's language."""

    enquiry = serializers.UUIDField(source="enquiry.uid", read_only=True)
    note_phrases, why_phrases = PhrasesField(), PhrasesField()
    papers = StepPaperOut(many=True, read_only=True)

    class Meta:
        model = DealStep
        fields = [
            *("uid", "enquiry", "rung", "happened_on", "amount", "currency", "note", "note_phrases", "said_by"),
            *("said_at", "answer", "answered_by", "answered_at", "why", "why_phrases", "papers"),
        ]
        read_only_fields = fields


class DealStepIn(Strict, serializers.ModelSerializer):
    """`currency` is needed with an amount. A repeat order follows an order, as often as there is one."""

    enquiry = serializers.UUIDField()
    phrases = PhraseIn(many=True, required=False, default=list)

    class Meta:
        model = DealStep
        fields = ["enquiry", "rung", "happened_on", "amount", "currency", "note", "phrases"]
        validators = []


class DealStepAnswerIn(Strict):
    """A denial names what is not right, in `why` or in `phrases`."""

    confirm = serializers.BooleanField()
    why = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    phrases = PhraseIn(many=True, required=False, default=list)


class DealSteps(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = DealStepOut
    url_name = "api_deal_step"
    policy = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "create": WRITE, "answer": WRITE}
    words = {
        "list": "Steps of the caller's deals",
        "retrieve": "One step of a deal, with its documents",
        "create": "State that a step was reached",
        "answer": "Confirm or deny a step that the other side stated",
    }
    notes = {
        "create": "Intent, sample, order, shipment, customs clearance and payment are reached once; shipment and what "
        "follows it need an order that both sides confirmed, and so does each repeat order.",
    }
    filters = {
        "enquiry": equal("enquiry__uid", "Of this enquiry."),
        "rung": equal("rung", "Which step."),
        "answer": equal("answer", "`confirmed`, `denied`; empty while it waits."),
    }
    orderings = {"newest": ["-said_at", "-pk"], "oldest": ["said_at", "pk"]}

    def get_queryset(self):
        rows = DealStep.objects.visible_to(self.request.user).select_related("enquiry").prefetch_related("papers")
        return rows.order_by("-said_at", "-pk")

    @extend_schema(request=DealStepIn, responses={201: DealStepOut})
    def create(self, request):
        given = dict(self.given(DealStepIn).validated_data)
        enquiry = get_object_or_404(Enquiry.objects.visible_to(request.user), uid=given.pop("enquiry"))
        step = services.say_step(by=request.user, enquiry=enquiry, **given)
        transaction.on_commit(start_delivery)
        return Response(DealStepOut(step).data, status=201)

    @extend_schema(request=DealStepAnswerIn, responses=DealStepOut)
    def answer(self, request, uid):
        given = self.given(DealStepAnswerIn).validated_data
        step = services.answer_step(by=request.user, step=self.get_object(), **given)
        transaction.on_commit(start_delivery)
        return Response(DealStepOut(step).data)


class StepPaperIn(Strict):
    """`paper` is a PDF, a picture, or a Word, Excel or PowerPoint file of up to 10 MB."""

    paper = serializers.FileField()
    number = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class StepPapers(WithFiles):
    """`uid` in the address names the step; both sides of the deal add documents and open them."""

    serializer_class = StepPaperOut
    lookup_url_kwarg = "key"
    url_name = "api_deal_step_paper"
    checks = {"paper": services.check_paper}
    policy = {"create": WRITE, "content": SIGNED_IN}
    words = {"create": "Put a document behind a step", "content": "Download a document of a step"}
    notes = {"create": "Up to five a step, also after it was confirmed. The same file sent twice is stored once."}

    def get_queryset(self):
        return StepPaper.objects.visible_to(self.request.user).filter(step__uid=self.kwargs["uid"])

    def own(self) -> DealStep:
        return get_object_or_404(DealStep.objects.visible_to(self.request.user), uid=self.kwargs["uid"])

    def address_of(self, data: dict) -> str:
        return reverse(self.url_name, args=[self.kwargs["uid"], data["uid"]])

    @extend_schema(request={"multipart/form-data": StepPaperIn}, responses={201: StepPaperOut})
    def create(self, request, uid):
        step, given = self.own(), self.given(StepPaperIn).validated_data
        with rename_file_errors("paper"):
            paper = services.back_step(by=request.user, step=step, file=given["paper"], number=given["number"])
        return Response(StepPaperOut(paper).data, status=201)

    @extend_schema(responses=FILE)
    @sealed
    def content(self, request, uid, key) -> FileResponse:
        return attachment(get_object_or_404(self.get_queryset(), uid=key))
