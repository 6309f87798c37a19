"""Every refusal is an RFC 9457 problem with a stable code, the field it is about, and a sentence."""

import logging

from django.core.exceptions import PermissionDenied as DjangoDenied
from django.core.exceptions import ValidationError as DjangoInvalid
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from matchmaker.core.database import DATABASE_AWAY, RETRY_AFTER, is_away
from matchmaker.core.problems import PROBLEM, NotFound, Refused
from matchmaker.core.problems import problem as body_of
from matchmaker.core.storage import FILES_AWAY, STORAGE_FULL, FilesAwayError, is_full

logger = logging.getLogger(__name__)


def problem(status: int, code: str, detail: str, errors: list[dict] | None = None, headers=None) -> Response:
    body = body_of(status, code, detail)
    if errors:
        body["errors"] = errors
    return Response(body, status=status, content_type=PROBLEM, headers=headers)


def handle(exc, context):
    """DRF's exception handler."""
    response = _database_away(exc) if is_away(exc) else _problem_of(exc, context)
    if response is not None:
        set_rollback()
    return response


def _problem_of(exc, context):
    if isinstance(exc, Refused):
        errors = [{"field": exc.field, "code": exc.code, "detail": str(exc.message)}] if exc.field else None
        return problem(exc.status, exc.code, str(exc.message), errors)
    if isinstance(exc, OSError):
        return _trouble_with_files(exc)
    if isinstance(exc, DjangoInvalid):
        return invalid(_django_errors(exc))
    if isinstance(exc, Http404 | exceptions.NotFound):
        # The same words whether it never was or is not for this caller: existence is not told (B11).
        return problem(404, NotFound.CODE, NotFound().message)
    if isinstance(exc, DjangoDenied):
        return problem(403, "permission_denied", _("You may not do this."))
    if isinstance(exc, exceptions.ValidationError):
        return invalid(list(_drf_errors(exc.detail)))
    if isinstance(exc, exceptions.APIException):
        headers = {}
        if isinstance(exc, exceptions.Throttled) and exc.wait is not None:
            headers["Retry-After"] = str(int(exc.wait) + 1)
        if isinstance(exc, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
            headers["WWW-Authenticate"] = "Bearer"
            exc.status_code = 401
        code = exc.detail.code if hasattr(exc.detail, "code") else exc.default_code
        return problem(exc.status_code, str(code), str(exc.detail), headers=headers)
    return None


def _database_away(exc: Exception) -> Response:
    logger.error("The database does not answer: %s", str(exc).strip().partition("\n")[0])
    return problem(503, "database_away", str(DATABASE_AWAY), headers={"Retry-After": RETRY_AFTER})


def _trouble_with_files(exc: OSError) -> Response | None:
    """None for an error that is not about files: it is ours."""
    if is_full(exc):
        logger.error("The disk is full: %s", exc)
        return problem(507, "storage_full", str(STORAGE_FULL))
    if isinstance(exc, FilesAwayError):
        logger.error("%s", exc)
        return problem(503, "files_away", str(FILES_AWAY), headers={"Retry-After": "60"})
    return None


def invalid(errors: list[dict]) -> Response:
    return problem(400, "invalid", _("Some fields need another look; `errors` names them."), errors)


def _django_errors(exc: DjangoInvalid) -> list[dict]:
    by_line = getattr(exc, "by_line", None)
    if by_line:
        return [
            {"field": f"lines[{place}].{field}", "code": "invalid", "detail": str(detail)}
            for place, fields in by_line.items()
            for field, details in fields.items()
            for detail in details
        ]
    if not hasattr(exc, "error_dict"):
        return [{"field": "", "code": exc.code or "invalid", "detail": detail} for detail in exc.messages]
    return [
        {
            "field": "" if field == "__all__" else field,
            "code": error.code or "invalid",
            "detail": " ".join(str(message) for message in error.messages),
        }
        for field, errors in exc.error_dict.items()
        for error in errors
    ]


def _drf_errors(detail, path: str = ""):
    if isinstance(detail, dict):
        for name, inner in detail.items():
            if name == "non_field_errors":
                yield from _drf_errors(inner, path)
            else:
                yield from _drf_errors(
                    inner, f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}".lstrip(".")
                )
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            if isinstance(inner, dict):
                yield from _drf_errors(inner, f"{path}[{place}]")
            else:
                yield from _drf_errors(inner, path)
    else:
        yield {"field": path, "code": detail.code, "detail": str(detail)}
