"""What sounds like a secret is never copied into a file that goes to git."""

from __future__ import annotations

import re
from typing import Any

from renderer.imports.remarks import Remark, to_do
from renderer.masks import sounds_secret

ENDINGS = ("PASS", "PWD")
_ARGUMENT = re.compile(
    r"-{1,2}[\w.-]*(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key)[\w.-]*=(.+)",
    re.IGNORECASE | re.DOTALL,
)
# A name and a password before the host, or a key behind it; keys, web tokens, keys of clouds.
_VALUE = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@|[?&](?:sig|token|key|access_token)=[^&\s]"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]+\.eyJ[\w-]+\."
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\b(?:ghp|gho|ghs|glpat|hf|xox[abp])[_-][\w-]{16,}"
)
# Where a secret is, is none: a path, another variable, an address, a switch.
_HARMLESS = re.compile(
    r"(?![A-Za-z0-9/+]{40}\Z)(?:/[\w./@ -]*|file:/[\w./@-]*|\$\(\w+\)|true|false|[0-9]{1,6}"
    r"|https?://[^\s?@]*)",
    re.IGNORECASE,
)
ADVICE = "put it into a Secret, and give it by a PodDefault that has the Secret as a dependency"


def holds_secret(name: str, value: object) -> bool:
    """Whether a variable, or what is called so elsewhere, is likely to hold a secret."""
    if value in (None, "") or not isinstance(value, str):
        return False
    named = sounds_secret(name) or name.upper().endswith(ENDINGS)
    return (named and not _HARMLESS.fullmatch(value)) or looks_secret(value)


def looks_secret(value: object) -> bool:
    """Whether the text itself looks like credentials, or an option that gives some."""
    if not isinstance(value, str):
        return False
    given = _ARGUMENT.fullmatch(value)
    if given is not None and not _HARMLESS.fullmatch(given[1]) and "{{" not in given[1]:
        return True
    return _VALUE.search(value) is not None


def scrubbed(value: Any, source: str, remarks: list[Remark], where: str = "") -> Any:
    """The value without what looks like a secret, wherever it stands; each is said by its place."""
    match value:
        case dict():
            kept = {}
            for key, child in value.items():
                place = f"{where}.{key}" if where else str(key)
                if holds_secret("", child):
                    remarks.append(_said(source, place))
                else:
                    kept[key] = scrubbed(child, source, remarks, place)
            return kept
        case list():
            return list(_items(value, source, remarks, where))
        case _:
            return value


def _items(items: list[Any], source: str, remarks: list[Remark], where: str) -> Any:
    for item in items:
        name = str(item.get("name", "")) if isinstance(item, dict) else ""
        if isinstance(item, dict) and holds_secret(name, item.get("value")):
            remarks.append(_said(source, name))
        elif looks_secret(item):
            remarks.append(_said(source, f"an item of {where}"))
        else:
            yield scrubbed(item, source, remarks, where)


def _said(source: str, what: str) -> Remark:
    return to_do(source, f"the value of {what} looks like a secret: not copied", ADVICE)
