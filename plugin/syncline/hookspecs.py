"""What a plugin may register, and the moments at which it is asked.

A plugin is a module named by an entry point in the group ``syncline``. It implements the hooks it
needs with ``@syncline.hookimpl``; the names of their arguments bind, and any may be left out.
"""

from __future__ import annotations

__all__ = ["hookimpl", "hookspec"]

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from .connector import ConnectorType, Sandbox
    from .functions import Function
    from .model import ActivityTemplate
    from .sync.plan import Plan
    from .sync.report import Report

hookspec = pluggy.HookspecMarker("syncline")
hookimpl = pluggy.HookimplMarker("syncline")


class Hooks:
    """Every hook of Syncline. Registering hooks are called once, while plugins are loaded."""

    @hookspec
    def syncline_register_connectors(self) -> Iterable[ConnectorType]:
        """Register the systems that a rule file may connect to.

        Called once, before any rule is read; do no I/O here, it is not time to connect yet.

        **Example:**

        .. code-block:: python

            import syncline

            @syncline.hookimpl
            def syncline_register_connectors():
                yield syncline.ConnectorType(
                    name="acme",
                    title="Acme CRM",
                    sides=frozenset({syncline.Side.CRM}),
                    open=AcmeConnector,
                )

        :return: one ``ConnectorType`` for each system.
        """
        raise NotImplementedError  # a specification: pluggy calls the implementations only

    @hookspec
    def syncline_register_activity_templates(self) -> Iterable[ActivityTemplate]:
        """Register how recorded activities land in a CRM's own objects (K3, K4).

        **Example:**

        .. code-block:: python

            @syncline.hookimpl
            def syncline_register_activity_templates():
                yield syncline.ActivityTemplate(
                    connector="acme", kind="call", object="Event", person_field="ContactId"
                )

        :return: one ``ActivityTemplate`` for each kind of activity and object.
        """
        raise NotImplementedError  # a specification

    @hookspec
    def syncline_register_functions(self) -> Iterable[Function]:
        """Register functions that rules may call, e.g. in ``using slug()``.

        A function is named by one word, which is no built-in function's name. One that takes
        more than a text, or may fail, declares it: see ``Function``.

        **Example:**

        .. code-block:: python

            @syncline.hookimpl
            def syncline_register_functions():
                yield syncline.Function(
                    name="slug",
                    summary="Text in lower case with dashes for spaces.",
                    call=lambda text: "-".join(text.lower().split()),
                    normaliser=True,
                )

        :return: one ``Function`` for each name.
        """
        raise NotImplementedError  # a specification

    @hookspec
    def syncline_register_sandboxes(self) -> Iterable[Sandbox]:
        """Register servers that imitate a vendor's HTTP on loopback (``syncline sandbox``).

        **Example:**

        .. code-block:: python

            @syncline.hookimpl
            def syncline_register_sandboxes():
                yield syncline.Sandbox(
                    name="acme",
                    title="Acme CRM",
                    app=make_app,
                    paths=("/acme/v1",),
                    settings=lambda url: {"url": url},
                )

        :return: one ``Sandbox`` for each vendor, named like the connector that talks to it.
        """
        raise NotImplementedError  # a specification

    @hookspec
    def syncline_before_apply(self, plan: Plan) -> None:
        """Look at a plan just before it is applied; raise ``FatalError`` to stop the run.

        Called once for each plan of a cycle (up to 2,000 records), never by ``syncline plan``.

        **Example:**

        .. code-block:: python

            @syncline.hookimpl
            def syncline_before_apply(plan):
                if len(plan.steps) > 1_000:
                    raise syncline.FatalError("More than 1,000 writes need a person's yes.")

        :param plan: every step about to be done; it is frozen.
        """
        raise NotImplementedError  # a specification

    @hookspec
    def syncline_after_cycle(self, report: Report) -> None:
        """Hear of a finished cycle. An error raised here is logged and changes nothing.

        **Example:**

        .. code-block:: python

            @syncline.hookimpl
            def syncline_after_cycle(report):
                print(report.run, report.counts)

        :param report: the counts and the cost of the cycle.
        """
        raise NotImplementedError  # a specification
