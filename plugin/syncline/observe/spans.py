"""Spans for OpenTelemetry, by the tracer provider that the host has set up."""

from __future__ import annotations

__all__ = ["Spans"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry import context, trace
from opentelemetry.trace import Span, Status, StatusCode

from ..version import __version__
from .telling import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    span: Span
    token: Any


class Spans:
    """Makes spans named ``syncline.…``; an error is told by its class, for its words quote."""

    def __init__(self) -> None:
        self._tracer = trace.get_tracer("syncline", __version__)

    def enter(self, name: str, facts: Mapping[str, Fact], run: Fact) -> _Begun:
        """Begin a span within the one that is open."""
        given = {**facts, "run": run}
        told = {f"syncline.{key}": fact for key, fact in given.items() if fact not in {None, ""}}
        span = self._tracer.start_span(f"syncline.{name}", attributes=told)
        return _Begun(span=span, token=context.attach(trace.set_span_in_context(span)))

    def leave(self, begun: object, error: BaseException | None) -> None:
        """End a span."""
        assert isinstance(begun, _Begun)
        context.detach(begun.token)
        if error is not None:
            begun.span.set_attribute("error.type", type(error).__name__)
            begun.span.set_status(Status(StatusCode.ERROR))
        begun.span.end()
