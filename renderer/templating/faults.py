"""What a template can do wrong, and how that is said: in our words, without values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

from jinja2 import Template, TemplateSyntaxError
from jinja2.exceptions import TemplateNotFound, TemplateRuntimeError, UndefinedError

TOO_DEEP = "nests too deeply"
_MOST_NAMED = 1_000
_DEEPEST_NAMED = 2


class RefusedError(TemplateRuntimeError):
    """The sandbox says no, or a value does not fit where it stands."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.words = message
        self.hint = hint


class ForbiddenError(TemplateSyntaxError):
    """Something that Jinja knows and our templates do not."""

    def __init__(self, message: str, lineno: int, hint: str = "") -> None:
        super().__init__(message, lineno)
        self.hint = hint


class UnknownError(UndefinedError):
    """A name that is not there: a variable, or an entry of a value."""

    def __init__(self, owner: object, name: object, reason: str) -> None:
        super().__init__(reason)
        self.owner = owner
        self.name = name
        self.reason = reason


def described(fault: BaseException, variables: Iterable[str] = ()) -> tuple[str, str]:
    """The message and the hint for anything that compiling or rendering raised."""
    match fault:
        case UnknownError():
            return _unknown(fault, variables)
        case RefusedError():
            return fault.words, fault.hint
        case ForbiddenError():
            return fault.message or "", fault.hint
        case TemplateSyntaxError():
            return f"the template cannot be read: {fault.message}", _reading_hint(fault)
        case TemplateNotFound():
            return f'there is no "{fault.name}" to import', "only files named _*.jinja can be"
        case _:
            return _python_fault(fault), ""


def _python_fault(fault: BaseException) -> str:
    if isinstance(fault, (RecursionError, MemoryError, SyntaxError)):
        return f"the template {TOO_DEEP}"
    if isinstance(fault, ZeroDivisionError):
        return "a division by zero"
    if isinstance(fault, (TypeError, ValueError, OverflowError)):
        return "an operation does not fit its values"
    return f"the template fails ({type(fault).__name__})"


def _unknown(fault: UnknownError, variables: Iterable[str]) -> tuple[str, str]:
    from jinja2.utils import missing

    if fault.reason:
        return fault.reason, ""
    if fault.owner is missing:
        candidates = [name for name in variables if not name.startswith("_")]
        return f'"{fault.name}" is not defined', suggestion(str(fault.name), candidates)
    if isinstance(fault.owner, Mapping):
        holder = _path_to(fault.owner, variables)
        missing_entry = f'{holder} has no "{fault.name}"' if holder else ""
        message = missing_entry or f'there is no "{fault.name}" here'
        return message, suggestion(str(fault.name), fault.owner)
    return f'{kind_of(fault.owner)} has no "{fault.name}"', ""


def _reading_hint(fault: TemplateSyntaxError) -> str:
    if fault.message == "unexpected '.'":
        return "a variable is named without a dot in front: values.x"
    return ""


def _path_to(owner: Any, variables: Iterable[str]) -> str:
    """How a template names a map near the top of the variables, or nothing."""
    waiting: list[tuple[str, Any]] = [("", variables)]
    for path, value in waiting:  # grows on the way
        if not isinstance(value, Mapping) or len(waiting) > _MOST_NAMED:
            continue
        for name, child in value.items():
            if isinstance(name, str) and name.isidentifier() and isinstance(child, Mapping):
                if child is owner:
                    return f"{path}{name}"
                if path.count(".") < _DEEPEST_NAMED:
                    waiting.append((f"{path}{name}.", child))
    return ""


def suggestion(word: str, candidates: Iterable[object]) -> str:
    """`did you mean ...?`, or all candidates where they are few, or nothing."""
    from renderer.schema.suggest import did_you_mean

    known = sorted(name for name in candidates if isinstance(name, str) and " " not in name)
    return did_you_mean(word, known) or _few(known)


def _few(known: list[str], most: int = 12) -> str:
    return f"known here: {', '.join(known)}" if 0 < len(known) <= most else ""


def place_of(trace: TracebackType | None) -> tuple[str, int] | None:
    """The template and the line in the last frame that is a template's."""
    found = None
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            found = template.name or "", template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return found


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    (str, "a string"),
    ((int, float), "a number"),
    (Mapping, "a map"),
    ((list, tuple, range), "a list"),
    (type(None), "null"),
)


def kind_of(value: Any) -> str:
    """What people call a value of this type."""
    for types, word in _KINDS:
        if isinstance(value, types):
            return word
    return str(getattr(value, "word", "a function"))
