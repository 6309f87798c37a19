"""Papers of products' certificates that the campaign's team compares with what the suppliers state."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from matchmaker.catalogue.services import accept_certificate, certificates_waiting, refuse_certificate
from matchmaker.core.problems import Refused
from matchmaker.matching.tasks import ring
from matchmaker.web.access import organiser
from matchmaker.web.console.verification import paper_of
from matchmaker.web.refusals import say_why

PAGE = 20


@organiser
@require_safe
def index(request):
    page = Paginator(certificates_waiting(request.campaign), PAGE).get_page(request.GET.get("page"))
    return render(request, "console/certificates.html", {"page": page})


@organiser
@require_POST
def decide(request, uid, key):
    document = paper_of(request, uid, key)
    given = {"by": request.user, "document": document, "campaign": request.campaign}
    try:
        if request.POST.get("answer") == "yes":
            n = accept_certificate(**given)
            said = ngettext("%(n)d certificate is shown as seen.", "%(n)d certificates are shown as seen.", n)
            said %= {"n": n}
        else:
            refuse_certificate(**given, reason=request.POST.get("reason", "").replace("\x00", "")[:500])
            said = _("Not accepted. The company reads why and can send another.")
    except (ValidationError, Refused) as problem:
        say_why(request, problem)
    else:
        transaction.on_commit(ring)
        messages.success(request, said)
    return redirect("console_certificates")
