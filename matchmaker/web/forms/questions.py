"""The campaign's own questions as form fields."""

from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Answer, Campaign, Question
from matchmaker.campaigns.services import questions
from matchmaker.companies.models import Company
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form

YES_NO = [("yes", _("yes")), ("no", _("no"))]


def field_of(question: Question) -> forms.Field:
    """The usual field for its kind; the verb checks the answer once more, whichever door it came through."""
    said = {"label": question.label, "help_text": question.help, "required": question.is_required}
    kind = Question.Kind
    match question.kind:
        case kind.TEXT:
            return fields.TextField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), **said)
        case kind.NUMBER:
            return fields.TradeNumberField(zero=True, max_digits=18, decimal_places=3, **said)
        case kind.DAY:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **said)
        case kind.YES_NO:
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **said)
        case kind.CHOICE:
            return forms.ChoiceField(choices=[("", _("Choose")), *question.choices], **said)
        case kind.CHOICES:
            return forms.MultipleChoiceField(choices=question.choices, widget=fields.Ticks, **said)
        case kind.COUNTRY:
            return fields.CodeField(
                choices=fields.countries, empty="", sentence=_("Choose a country from the list."), **said
            )
        case kind.ADDRESS:
            return fields.WebsiteField(**said)
    return fields.LineField(max_length=200, **said)


class QuestionsForm(forms.Form):
    """One field a question, named by its uid; filled with what the company answered before."""

    def __init__(self, data=None, *, company: Company, campaign: Campaign | None):
        super().__init__(data, prefix="q")
        self.company, self.campaign = company, campaign
        asked = list(questions.asked_of(company, campaign)) if campaign else []
        for question in asked:
            self.fields[str(question.uid)] = field_of(question)
        said = Answer.objects.filter(company=company, question__in=asked).values_list("question__uid", "value")
        for uid, value in said:
            self.initial[str(uid)] = ("yes" if value else "no") if isinstance(value, bool) else value

    @classmethod
    def of(cls, request, company: Company, campaign: Campaign | None) -> Self:
        return cls(request.POST if request.method == "POST" else None, company=company, campaign=campaign)

    def keep(self, *, by: User) -> bool:
        """Write the answers; what the verb refuses is marked. True when everything was kept."""
        if self.campaign is None:
            return True
        with refusals_in_form(self):
            questions.answer_questions(by=by, company=self.company, campaign=self.campaign, said=self.cleaned_data)
        return not self.errors
