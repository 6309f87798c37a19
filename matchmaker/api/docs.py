"""Where everything is, the schema, and a page to read it, from files of our own."""

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from threading import Lock

from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import condition
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from matchmaker import __version__
from matchmaker.api.permissions import EVERYONE
from matchmaker.api.schema import TAGS
from matchmaker.core import languages
from matchmaker.core.downloads import download


class Entrance(APIView):
    policy = {"get": EVERYONE}

    @extend_schema(exclude=True)
    def get(self, request):
        """The resources, and where they are described; for the site's staff also the version of the site."""
        links = {name: request.build_absolute_uri(f"{name}/") for name in (*TAGS, "schema", "docs")}
        return Response(links | ({"version": __version__} if request.user.is_staff else {}))


_making = Lock()


def schema_file(request: Request) -> tuple[bytes, str]:
    """The OpenAPI document in the language and the format that a call asks for, and its ETag."""
    asked = languages.find(request.query_params.get("lang", "")) or languages.find(languages.current())
    with _making:  # calls that come meanwhile wait for the document instead of making it, too
        return _schema_file(asked.code if asked else languages.ENGLISH, request.accepted_renderer.media_type)


@cache
def _schema_file(language: str, media_type: str) -> tuple[bytes, str]:
    """Made once a process, language and format: it changes with the code alone and costs half a second."""
    renderer = next(one for one in SpectacularAPIView.renderer_classes if one.media_type == media_type)
    with translation.override(language):
        content = renderer().render(SchemaGenerator().get_schema(request=None, public=True), media_type, {})
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _etag(request: Request, *_arguments, **_named) -> str:
    return schema_file(request)[1]


class Schema(SpectacularAPIView):
    policy = {"get": EVERYONE}

    @extend_schema(exclude=True)
    @method_decorator(condition(etag_func=_etag))
    def get(self, request, *args, **kwargs):
        content, _tag = schema_file(request)
        renderer = request.accepted_renderer
        name, kind = f"matchmaker-api.{renderer.format}", f"{renderer.media_type}; charset=utf-8"
        answer = download(content, name=name, content_type=kind, inline=True)
        answer["Cache-Control"] = "public, max-age=300"
        return answer


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
