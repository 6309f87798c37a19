"""A company's answers to the campaign's own questions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from matchmaker.web.access.decorators import company_admin
from matchmaker.web.forms.fields import QuestionsForm


@company_admin
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid) -> HttpResponse:
    form = QuestionsForm.of(request, request.company, request.site_campaign)
    if request.method == "POST" and form.is_valid() and form.keep(by=request.user):
        messages.success(request, _("Saved."))
        return redirect("company_answers", uid)
    context = {"company": request.company, "form": form}
    return render(request, "public/members/answers.html", context, status=422 if form.errors else 200)
