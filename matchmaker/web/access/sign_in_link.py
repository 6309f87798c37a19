"""Following a link that was printed on the server (`manage.py sign_in_link`)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from matchmaker.accounts import sign_in_links
from matchmaker.web.access.decorators import everyone


@everyone
@never_cache
def follow(request, token):
    """To the page that chooses a password; a link that no longer works is said so on the page for signing in."""
    page = sign_in_links.password_page(token)
    if not page:
        messages.error(request, _("This link was used or is older than half an hour. Ask for a new one."))
        return redirect("account_login")
    return redirect(page)
