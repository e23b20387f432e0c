"""`syncline explain-code`: what a diagnostic means, with a wrong and a right example."""

from __future__ import annotations

__all__ = ["explain_code"]

import click

from syncline_grammar.codes import CODES


@click.command("explain-code")
@click.argument("code", required=False)
def explain_code(code: str | None) -> int:
    """Explain a code of `syncline check`: what it means, an example, and what to do.

    Without CODE, all codes are listed.
    """
    from syncline_grammar.explanations import explanation
    from syncline_grammar.words import nearest

    if code is None:
        for name, title in CODES.items():
            click.echo(f"{click.style(name, bold=True)}  {title}")
        click.echo("\nMore on one of them: `syncline explain-code E203`.")
        return 0
    name = code.strip("[]").upper()
    if name not in CODES:
        near = nearest(name, CODES)
        hint = f"; did you mean {near}?" if near else "."
        raise click.UsageError(
            f"there is no code {code}{hint} `syncline explain-code` lists all of them."
        )
    _show(explanation(name))
    return 0


def _show(page: str) -> None:
    """Print a page: headings in bold, examples set in, the signs that mark them left out."""
    from syncline_grammar.explanations import unmarked

    example = False
    for line in page.splitlines():
        if line.startswith("```"):
            example = not example
        elif example:
            click.secho(f"    {line}".rstrip(), fg="cyan")
        elif line.startswith("#"):
            click.secho(line.lstrip("# "), bold=True)
        else:
            click.echo(unmarked(line))
