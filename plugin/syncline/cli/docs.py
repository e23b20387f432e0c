"""`syncline docs`: the handbook for what is installed and connected here."""

from __future__ import annotations

__all__ = ["docs"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import workspace_option

if TYPE_CHECKING:
    from ..model import Side
    from ..rules.catalog import Catalog


@click.command()
@click.argument("object_name", metavar="[OBJECT]", required=False)
@workspace_option
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page into this file.",
)
def docs(object_name: str | None, folder: Path, output: Path | None) -> int:
    """Print the handbook: the rule language, its functions, the systems' own fields.

    With OBJECT, such as Lead, only the fields of that object are printed. In a workspace they are
    the fields of the systems that its rules connect; elsewhere, of the embedded ones. The page is
    Markdown.
    """
    from ..handbook import fields_page, handbook
    from .rule_files import rules_or_none_of

    catalog = rules_or_none_of(None, folder).catalog
    if object_name is None:
        page = handbook(catalog)
    else:
        page = fields_page(catalog, _named(object_name, catalog))
    if output is None:
        click.echo(page, nl=False)
    else:
        output.write_text(page, "utf-8")
        click.echo(f"wrote {output}")
    return 0


def _named(text: str, catalog: Catalog) -> list[tuple[Side, str]]:
    """Return the objects of either side that *text* names, by name or by label."""
    from syncline_grammar.words import nearest

    from ..errors import WorkspaceError

    objects = [
        (side, kind) for side, found in catalog.descriptions.items() for kind in found.objects
    ]
    wanted = text.casefold()
    named = [
        (side, kind.name)
        for side, kind in objects
        if wanted in {kind.name.casefold(), kind.label.casefold()}
    ]
    if not objects:
        raise WorkspaceError(
            "nothing is known of the systems' fields",
            hint="The rules name no system that is there; `syncline check` says more.",
        )
    if not named:
        names = [kind.name for _side, kind in objects]
        near = nearest(text, names)
        hint = f"did you mean {near}?" if near else f"there are: {', '.join(names)}"
        raise click.UsageError(f"there is no object {text}; {hint}")
    return named
