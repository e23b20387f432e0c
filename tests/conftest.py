"""What every test may ask for."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, event

from support import hasten, postgres

# Where each change is checked, the same examples are tried each time: a change is judged by itself.
# Whoever runs the tests by hand tries others every time, and so finds what nobody had thought of.
_parent = settings.get_profile("default")
if os.environ.get("CI"):
    _parent = settings(_parent, derandomize=True, database=None)
# A loaded machine is slow, and that is no fault of what is tested.
settings.register_profile(
    "usual",
    _parent,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
#: ``pytest --hypothesis-profile thorough`` tries ten times as many examples of every property.
settings.register_profile("thorough", settings.get_profile("usual"), max_examples=1000)
settings.load_profile("usual")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="Write the golden files anew.")
    parser.addoption(
        "--ledger", choices=["sqlite", "postgres"], default="sqlite", help="Where cycles keep it."
    )


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Let three workers share two cores: a third of their time they wait for servers to end."""
    cores = yield
    return cores + cores // 2


def pytest_sessionstart() -> None:
    """Let an interrupt reach the processes that tests start, also where a script began the tests.

    A shell's background job ignores interrupts, and so does whatever it starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what lives to the end: thousands of tests, and the imports."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Keep caches, keys and secrets out of the user's home; processes inherit it."""
    folder: Path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("SYNCLINE_LANGUAGE", "en")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_wait_for_the_disk() -> Generator[None]:
    """Hasten the ledgers of this process; those of commands wait as they do in life."""
    event.listen(Engine, "engine_connect", hasten)
    yield
    event.remove(Engine, "engine_connect", hasten)


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written instead of compared."""
    return bool(request.config.getoption("--update"))


@pytest.fixture
def ledger_address(request: pytest.FixtureRequest) -> Generator[str]:
    """Give the address of a database of its own for a ledger; empty for a file."""
    if request.config.getoption("--ledger") == "sqlite":
        yield ""
        return
    with postgres() as address:
        yield address
