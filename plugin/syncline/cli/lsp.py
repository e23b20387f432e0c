"""`syncline lsp`: the server that editors start, to know the rule language and the CRM's fields."""

from __future__ import annotations

__all__ = ["lsp"]

import click


@click.command()
def lsp() -> int:
    """Serve an editor over its input and output (Language Server Protocol).

    Editors start this command themselves; docs/editors.md says how to set them up.
    """
    import logging

    from ..errors import PluginError, WorkspaceError
    from ..plugins import load_plugins

    try:
        from ..editor.server import make_server
    except ImportError as err:
        raise WorkspaceError(
            f"the parts for editors are not installed ({err.name} is missing)",
            hint="Install them: `pip install 'syncline[editor]'`.",
        ) from err
    # Whatever the server's library has to say of its own is nothing for an admin's window.
    # So are its threads' complaints that an editor left in the middle of an answer.
    for name in ("pygls", "concurrent.futures"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    try:
        registry = load_plugins()
    except PluginError as err:
        click.echo(f"{err.message}. {err.hint} Until then no plugin is used.", err=True)
        registry = load_plugins(points=[])
    make_server(registry).start_io()
    return 0
