"""The schema and a page to read it, from files of our own."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from matchmaker.api.permissions import EVERYONE


class Schema(SpectacularAPIView):
    policy = {"get": EVERYONE}


class Page(SpectacularSwaggerSplitView):
    """Its script is a file of its own, so that the page needs no exception in the content security policy."""

    policy = {"get": EVERYONE}
    url_name = "api_schema"
