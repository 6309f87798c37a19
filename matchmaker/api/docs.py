"""Where everything is, the schema, and a page to read it, from files of our own."""

import json
import re
from functools import cache
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from matchmaker import __version__
from matchmaker.api.permissions import EVERYONE
from matchmaker.api.schema import TAGS


class Entrance(APIView):
    policy = {"get": EVERYONE}

    @extend_schema(exclude=True)
    def get(self, request):
        """The resources, and where they are described; for the site's staff also the version of the site."""
        links = {name: request.build_absolute_uri(f"{name}/") for name in (*TAGS, "schema", "docs")}
        return Response(links | ({"version": __version__} if request.user.is_staff else {}))


class Schema(SpectacularAPIView):
    policy = {"get": EVERYONE}


class Problems(APIView):
    """Every code of a refusal with its status and its sentence: what `type` of a problem leads to."""

    policy = {"get": EVERYONE}
    renderer_classes = [TemplateHTMLRenderer]

    @extend_schema(exclude=True)
    def get(self, request):
        rows = [{**row, "sentence": _example(row["sentence"])} for row in problem_codes()]
        return Response({"problems": rows}, template_name="api/problems.html")


PROBLEM_CODES = Path(__file__).parent / "problem_codes.json"


@cache
def problem_codes() -> list[dict]:
    """Rows with `code`, `status` and `sentence` (English, with placeholders); made by `list_problem_codes`."""
    return json.loads(PROBLEM_CODES.read_text(encoding="utf-8"))


# Names of fields and headers, which are the same in every language.
NAMES = re.compile(r"`(\w+)`|\b(Idempotency-Key)\b")


def _example(sentence: str) -> str:
    """The sentence in the reader's language, with an ellipsis where a value stands and names as code."""
    text = re.sub(r"%\(\w+\)[sd]", "…", _(sentence)).replace("%%", "%") if sentence else ""
    return SafeString(NAMES.sub(lambda name: f"<code>{name[1] or name[2]}</code>", escape(text)))


class Page(SpectacularSwaggerSplitView):
    """Its script and its style are files, so that the page needs no exception in the content security policy."""

    policy = {"get": EVERYONE}
    url_name = "api_schema"
    template_name = "api/docs.html"
