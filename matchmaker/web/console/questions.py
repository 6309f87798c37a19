"""The campaign's own questions to companies, and what they answered."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.models import Answer, Question
from matchmaker.campaigns.services import questions
from matchmaker.companies.models import Company
from matchmaker.core import languages
from matchmaker.core.multilingual import Texts
from matchmaker.core.text import validate_one_line
from matchmaker.web.access.decorators import may_change, organiser, team
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.forms.text_lines import read_parts, write_parts
from matchmaker.web.rendering.list_export import FORMS, export

LONGEST_OPTION = 120


class OptionsField(forms.CharField):
    """One option a line, in further languages behind bars: `Organic | 有机 | fr: Biologique`.

    What has no code before it is in the organiser's languages, in their order.
    """

    widget = forms.Textarea(attrs={"rows": 6})

    def to_python(self, value):
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        options = []
        for line in lines:
            validate_one_line(line)
            option = read_parts(line.split("|"))
            if languages.ENGLISH not in option or max(map(len, option.values())) > LONGEST_OPTION:
                raise ValidationError(_("Write each option in at most 120 characters, English first."))
            options.append(option)
        return options

    def prepare_value(self, value):
        if not isinstance(value, list):
            return value
        return "\n".join(" | ".join(write_parts(Texts(option))) for option in value)


class QuestionForm(forms.Form):
    label = fields.of_model(Question, "label", label=gettext_lazy("Question"))
    help = fields.of_model(Question, "help", label=gettext_lazy("Help"))
    side = forms.ChoiceField(label=gettext_lazy("Who is asked"), choices=Question.Side.choices, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of answer"), choices=Question.Kind.choices)
    options = OptionsField(
        label=gettext_lazy("Options"),
        required=False,
        help_text=gettext_lazy("For “one of several” and “any of several”: one a line, Chinese behind a bar (|)."),
    )
    is_required = forms.BooleanField(label=gettext_lazy("An answer is needed to submit"), required=False)


def of_campaign(request):
    return Question.objects.filter(campaign=request.campaign)


@team
@require_safe
def index(request):
    rows = of_campaign(request).annotate(answered=Count("answers"))
    context = {
        "asked": rows.active(),
        "retired": rows.filter(retired_at__isnull=False),
        "may_change": may_change(request),
    }
    return render(request, "console/questions.html", context)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, uid=None):
    question = get_object_or_404(of_campaign(request).active(), uid=uid) if uid else None
    initial = {name: getattr(question, name) for name in questions.FIELDS} if question else None
    form = QuestionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            questions.save_question(by=request.user, campaign=request.campaign, question=question, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("console_questions")
    context = {"form": form, "question": get_object_or_404(of_campaign(request), uid=uid) if uid else None}
    return render(request, "console/question.html", context, status=422 if form.errors else 200)


@organiser
@require_POST
def retire(request, uid):
    question = get_object_or_404(of_campaign(request).select_related("campaign"), uid=uid)
    questions.retire_question(by=request.user, question=question)
    messages.success(request, _("This question is retired; its answers stay."))
    return redirect("console_questions")


@organiser
@require_POST
def move(request, uid):
    question = get_object_or_404(of_campaign(request).active().select_related("campaign"), uid=uid)
    questions.move_question(by=request.user, question=question, step=-1 if "up" in request.POST else 1)
    return redirect("console_questions")


def _search(request):
    """Companies that answered, by the words of their answers and by one question."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    chosen = request.GET.get("question", "")
    answers = Answer.objects.filter(question__campaign=request.campaign)
    if chosen in {str(uid) for uid in of_campaign(request).values_list("uid", flat=True)}:
        answers = answers.filter(question__uid=chosen)
    if words:
        answers = answers.filter(words__icontains=words)
    companies = Company.objects.filter(pk__in=answers.values("company")).order_by("legal_name", "pk")
    return words, chosen, companies


@team
@require_safe
def answers(request):
    words, chosen, companies = _search(request)
    given = Prefetch("answers", Answer.objects.filter(question__campaign=request.campaign).select_related("question"))
    filters = {"q": words, "question": chosen}
    context = {
        "files": {form: f"{reverse('console_answers_export', args=[form])}?{urlencode(filters)}" for form in FORMS}
        if request.role in ("admin", "organiser")
        else {},
        "page": Paginator(companies.prefetch_related(given), 30).get_page(request.GET.get("page")),
        "questions": of_campaign(request),
        "q": words,
        "chosen": chosen,
    }
    return render(request, "console/answers.html", context)


@organiser
@require_safe
def answers_file(request, form):
    """What was found, as a file: a company a line, a question a column, in the order they are asked."""
    _words, _chosen, companies = _search(request)
    rows = list(of_campaign(request).order_by("position", "pk"))
    given = Prefetch("answers", Answer.objects.filter(question__campaign=request.campaign).select_related("question"))

    def table():
        head = [_("Company"), _("Country or region"), *(str(question.label) for question in rows)]
        return head, (_line(company, rows) for company in companies.prefetch_related(given))

    return export(request, "answers", form, table, title=_("Answers"))


def _line(company: Company, columns: list[Question]) -> list:
    texts = {
        answer.question_id: answer.value
        if type(answer.value) in (int, float)
        else answer.display  # numbers stay numbers
        for answer in company.answers.all()
    }
    return [company.legal_name, company.country, *(texts.get(question.pk, "") for question in columns)]
