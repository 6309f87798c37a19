"""Exchange rates by which prices are compared, each with its day and source."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from matchmaker.core import reference
from matchmaker.directory.models import ExchangeRate
from matchmaker.directory.rates import current_rates
from matchmaker.directory.services import remove_rate, set_rate
from matchmaker.matching.tasks import start_price_update
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form


class RateForm(forms.Form):
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    yuan = fields.TradeNumberField(label=gettext_lazy("Yuan for one unit"), max_digits=18, decimal_places=8)
    as_of = forms.DateField(
        label=gettext_lazy("Rate of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = fields.LineField(
        label=gettext_lazy("Source"),
        max_length=200,
        help_text=gettext_lazy("Such as the central parity rate of the China Foreign Exchange Trade System."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        codes = reference.choices(reference.currencies())
        self.fields["currency"].choices = [(code, f"{code} · {name}") for code, name in codes if code != "CNY"]


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def index(request):
    form = RateForm(request.POST or None, initial={"as_of": timezone.localdate(), "currency": "USD"})
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            set_rate(by=request.user, campaign=request.campaign, **form.cleaned_data)
            start_price_update()
            messages.success(request, _("Saved. Lists and comparisons follow within a minute."))
            return redirect("console_rates")
    held = current_rates()
    rows = [{"rate": row, "holds": held.get(row.currency) == row} for row in ExchangeRate.objects.all()[:200]]
    return render(request, "console/rates.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


@organiser
@require_POST
def remove(request, key: int):
    rate = get_object_or_404(ExchangeRate, pk=key)
    remove_rate(by=request.user, campaign=request.campaign, rate=rate)
    start_price_update()
    messages.success(request, _("The rate is gone; the one before it holds."))
    return redirect("console_rates")
