"""Where everything is, the schema, and a page to read it, from files of our own."""

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.response import Response
from rest_framework.views import APIView

from matchmaker.api.permissions import EVERYONE
from matchmaker.api.schema import TAGS


class Entrance(APIView):
    policy = {"get": EVERYONE}

    @extend_schema(exclude=True)
    def get(self, request):
        """The resources, and where they are described."""
        return Response({name: request.build_absolute_uri(f"{name}/") for name in (*TAGS, "schema", "docs")})


class Schema(SpectacularAPIView):
    policy = {"get": EVERYONE}


class Page(SpectacularSwaggerSplitView):
    """Its script and its style are files, so that the page needs no exception in the content security policy."""

    policy = {"get": EVERYONE}
    url_name = "api_schema"
    template_name = "api/docs.html"
