"""Errors to Sentry and traces to OpenTelemetry: off, and not even imported, unless their settings are there.

Their libraries are in requirements-extras.txt (`bin/setup extras`). No personal data is sent: neither addresses of
people nor bodies of requests.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from matchmaker import __version__
from matchmaker.core.database import is_away


def start() -> None:
    """Called once in every process, before the first request or task."""
    if settings.SENTRY_DSN:
        _start_sentry()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _start_traces()


def _start_sentry() -> None:
    try:
        import sentry_sdk
    except ImportError:
        raise ImproperlyConfigured("SENTRY_DSN is set but its library is missing: run bin/setup extras.") from None
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"matchmaker@{__version__}",
        environment=settings.SENTRY_ENVIRONMENT,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,  # they hold names, addresses and keys
        before_send=_leave_out_outages,
    )


def _leave_out_outages(event: Any, hint: dict[str, Any]) -> Any:
    """A database that is away breaks every request; the log, the metrics and `/health/ready` tell of it."""
    return None if is_away(hint.get("exc_info", (None, None))[1]) else event


def _start_traces() -> None:
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.celery import CeleryInstrumentor
        from opentelemetry.instrumentation.django import DjangoInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        sentence = "OTEL_EXPORTER_OTLP_ENDPOINT is set but its libraries are missing: run bin/setup extras."
        raise ImproperlyConfigured(sentence) from None
    resource = Resource.create({"service.name": "matchmaker", "service.version": __version__})
    provider = TracerProvider(resource=resource)
    # The library reads OTEL_EXPORTER_OTLP_ENDPOINT and its other variables from the environment itself.
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    CeleryInstrumentor().instrument()
