"""The generated module of a rule set: its source as it grows, its functions, and itself as bytes.

The source holds only generated names, signs and key words. What rules name stands in
``Code.bound``, which becomes the module's globals; there are no built-ins in them.
"""

from __future__ import annotations

__all__ = ["Late", "Program", "dump", "load"]

import io
import marshal
import pickle
import re
from collections.abc import Mapping
from types import CodeType, FunctionType
from typing import Any

from syncline_grammar import syntax as s

from ...functions.function import Function
from ..catalog import Catalog, Scope
from .criteria import Code


class Program:
    """A generated module while it is written."""

    def __init__(self, catalog: Catalog) -> None:
        self.code = Code(catalog)
        self._lines: list[str] = []

    def define(self, header: str, *body: str) -> None:
        """Add the function *header*, e.g. ``w0(r, b, t)``, with the lines of its body."""
        self._lines.append(f"def {header}:")
        self._lines.extend(f" {line}" for line in body)

    def criterion(self, name: str, row: s.Criterion, scope: Scope) -> Late:
        """Add *row* as a test of one record; return it as a filter of many."""
        self.code.moments = {}
        test = self.code.criterion(row, scope)
        clock = ["t = clock or now()"] if self.code.moments or _READS_CLOCK.search(test) else []
        moments = [f"{moment} = {source}" for moment, source in self.code.moments.items()]
        before = ["b = before"] if _LOOKS_BACK.search(test) else []
        self.define(
            f"{name}(r, /, before=None, clock=None)",
            *clock, *moments, *before, "try:", f" return {test}",
            "except TypeError:", f" return again({name}, r, before, clock)",
        )  # fmt: skip
        return self.late(
            "(rs, /, clock=None)", *clock, *moments, "b = None", _LISTED, *_LOOP,
            f"  if {test}: keep(r)", *_OTHERWISE,
            f" return [r for r in rs if {name}(r, None, clock)]", "return found",
        )  # fmt: skip

    def record(self, name: str, body: list[str], result: str) -> Late:
        """Add *body* as a function from a record to a record; return it as one of many."""
        self.define(
            f"{name}(r, /)",
            "try:", *(f" {line}" for line in body),
            "except TypeError:", f" return again({name}, r)", f"return {result}",
        )  # fmt: skip
        inside = [f"  {line}" for line in (*body, f"keep({result})")]
        return self.late(
            "(rs, /)", _LISTED, *_LOOP, *inside, *_OTHERWISE,
            f" return [{name}(r) for r in rs]", "return found",
        )  # fmt: skip

    def late(self, arguments: str, *body: str) -> Late:
        """Return a function that is compiled when it is first called."""
        return Late(self.code.bound, "\n ".join((f"def late{arguments}:", *body)))

    def run(self, name: str) -> tuple[CodeType, dict[str, Any]]:
        """Compile and run the module; return its code, and its globals with all functions."""
        code = compile("\n".join(self._lines), f"<{name}>", "exec")
        exec(code, self.code.bound)  # noqa: S102 - see above
        return code, self.code.bound


#: What generated code says of the clock and of the record before.
_READS_CLOCK = re.compile(r"\bt\.")
_LOOKS_BACK = re.compile(r"\bb\b")
_LISTED = "rs = rs if rs.__class__ is list else list(rs)"
_LOOP = ("found = []", "keep = found.append", "try:", " for r in rs:")
#: A value that no connector gives, a list or something that is not JSON, is read one by one.
_OTHERWISE = ("except TypeError:",)


class Late:
    """A generated function that waits to be compiled until somebody needs it."""

    __slots__ = ("_made", "_source", "_space")

    def __init__(self, space: dict[str, Any], source: str) -> None:
        self._space = space
        self._source = source
        self._made: Any = None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function."""
        if self._made is None:
            made: dict[str, Any] = {}
            exec(compile(self._source, "<late>", "exec"), self._space, made)  # noqa: S102 - see above
            self._made = made["late"]
        return self._made(*arguments, **named)

    def __reduce__(self) -> tuple[Any, ...]:
        return Late, (self._space, self._source)


# -- as bytes --------------------------------------------------------------------------------------


class _Pickler(pickle.Pickler):
    """Names what lies outside: the module's globals and functions, and the registry's functions."""

    def __init__(self, file: io.BytesIO, space: Mapping[str, Any]) -> None:
        super().__init__(file, protocol=5)
        self._space = space

    def persistent_id(self, obj: Any) -> tuple[str, str] | None:
        if obj.__class__ is FunctionType and obj.__globals__ is self._space:
            return "made", obj.__name__
        if obj is self._space:
            return "space", ""
        return ("function", obj.name) if obj.__class__ is Function else None


class _Unpickler(pickle.Unpickler):
    def __init__(
        self, content: bytes, space: dict[str, Any], functions: Mapping[str, Function]
    ) -> None:
        super().__init__(io.BytesIO(content))
        self._space = space
        self._functions = functions

    def persistent_load(self, pid: Any) -> Any:
        kind, name = pid
        if kind == "function":
            return self._functions[name]
        return self._space if kind == "space" else self._space[name]


def dump(code: CodeType, space: Mapping[str, Any], rules: object) -> bytes | None:
    """Return a module that was run, and the *rules* that hold its functions, as bytes.

    None when they hold something that has no name to be found by, such as a plugin's closure.
    """
    constants = {
        name: value
        for name, value in space.items()
        if name != "__builtins__" and getattr(value, "__globals__", None) is not space
    }
    try:
        parts = (marshal.dumps(code), _pickled(constants, space), _pickled(rules, space))
        return pickle.dumps(parts)
    except (pickle.PicklingError, AttributeError, TypeError, ValueError):
        return None


def _pickled(value: Any, space: Mapping[str, Any]) -> bytes:
    file = io.BytesIO()
    _Pickler(file, space).dump(value)
    return file.getvalue()


def load(content: bytes, functions: Mapping[str, Function]) -> Any:
    """Return the rules that ``dump`` made bytes of; only for bytes that nobody else could write."""
    code, constants, rules = pickle.loads(content)  # noqa: S301 - see above
    space: dict[str, Any] = {"__builtins__": {}}
    space.update(_Unpickler(constants, space, functions).load())
    exec(marshal.loads(code), space)  # noqa: S102, S302 - see above
    return _Unpickler(rules, space, functions).load()
