"""Where figures are handed out: an address of this machine, or a file that is replaced."""

from __future__ import annotations

__all__ = ["offered"]

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import start_http_server

from ..errors import WorkspaceError
from ..net.address import LOOPBACK
from ..schedule.listen import parse_address
from .metrics import Metrics


def _nothing() -> None:
    return


@contextmanager
def offered(metrics: Metrics, where: str) -> Generator[tuple[str, Callable[[], None]]]:
    """Hand *metrics* out within the block, at ``127.0.0.1:9108`` or in ``figures.prom``.

    Yields where, in words, and what is to be called after each cycle. Raises ``WorkspaceError``
    when that is no address of this machine's own, or the place is taken.
    """
    if where.endswith(".prom"):
        path = Path(where)
        if not path.absolute().parent.is_dir():
            raise WorkspaceError(
                f"{path.parent} is no folder", hint="Make it, or name a file in another one."
            )
        yield f"in {path}", lambda: metrics.write(path)
        return
    host, port = parse_address(where)
    if host not in LOOPBACK:
        raise WorkspaceError(
            f"figures are handed out on this machine alone, and {host} is not it",
            hint="Write 127.0.0.1:9108. For other machines put a server of yours before it, or "
            "write them to a file: `--metrics figures.prom`.",
        )
    try:
        server, thread = start_http_server(port, host, metrics.registry)
    except OSError as err:
        raise WorkspaceError(
            f"{host}:{port} cannot be listened on: {err.strerror}",
            hint="Choose another port, or 0 for any that is free.",
        ) from err
    try:
        yield f"on http://{host}:{server.server_port}/metrics", _nothing
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
