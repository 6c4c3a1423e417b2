"""The one place where names are made. Pure text in, text out: it knows nothing of documents.

Whatever had to be altered ends in a hash of the whole original, and no name that came through
unaltered looks like that; so two originals never share a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

# Objects of these names are the cluster's, or of tools beside us.
RESERVED_NAMES = frozenset({"default", "default-editor", "default-viewer", "kubernetes"})
# A StatefulSet puts `-` and ten more characters behind its name, in a label of at most 63.
OBJECT_NAME_LIMIT = 52
LABEL_LIMIT = 63
SUBDOMAIN_LIMIT = 253
PORT_NAME_LIMIT = 15
# An owner's safe name leaves room for what a fragment puts before or behind it.
SAFE_NAME_LIMIT = 48
# What separates the services of a notebook leaves room for what a template puts around it.
COMPANION_LIMIT = 40
HASH_LENGTH = 8
# Kubernetes' own alphabet for generated names: no vowels, so no words; no 0, 1, 3.
SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
CONTENT_HASH_LENGTH = 10

_DNS_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_SERVICE_NAME = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")
_DNS_PART = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_DNS_SUBDOMAIN = re.compile(rf"{_DNS_PART}(?:\.{_DNS_PART})*")
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PORT_NAME = re.compile(r"(?=[0-9-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
# A date of eight digits is no hash: every hash made here has a letter.
_HASH = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{8}")
_UNSAFE_RUN = re.compile(r"[^a-z0-9]+")
_UNSAFE_FOR_KUBESPAWNER = re.compile(r"[^a-z0-9]")
_UNSAFE_FOR_LABEL = re.compile(r"[^A-Za-z0-9._-]")


def is_dns_label(text: str) -> bool:
    """Whether Kubernetes takes `text` for an RFC 1123 label, as of a container or a namespace."""
    return _DNS_LABEL.fullmatch(text) is not None


def is_service_name(text: str) -> bool:
    """Whether `text` is an RFC 1035 label, which is what a Service must be named by."""
    return _SERVICE_NAME.fullmatch(text) is not None


def is_dns_subdomain(text: str) -> bool:
    """Whether Kubernetes takes `text` for the name of most objects."""
    return len(text) <= SUBDOMAIN_LIMIT and _DNS_SUBDOMAIN.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_label_key(text: str) -> bool:
    """Whether `text` may be the key of a label or an annotation: `name` or `domain/name`."""
    prefix, slash, name = text.rpartition("/")
    return _QUALIFIED.fullmatch(name) is not None and (not slash or is_dns_subdomain(prefix))


@lru_cache(maxsize=4096)
def is_label_value(text: str) -> bool:
    """Whether `text` may be the value of a label; it may be empty."""
    return not text or _QUALIFIED.fullmatch(text) is not None


def is_port_name(text: str) -> bool:
    """Whether `text` is an IANA service name, which is what ports are named by."""
    return len(text) <= PORT_NAME_LIMIT and _PORT_NAME.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def object_name(notebook_name: str) -> str:
    """The name of the main objects of a notebook: fit for a Service and for a StatefulSet."""
    if (
        len(notebook_name) <= OBJECT_NAME_LIMIT
        and notebook_name not in RESERVED_NAMES
        and is_service_name(notebook_name)
        and not _looks_hashed(notebook_name)
    ):
        return notebook_name
    return _with_hash(_lettered(_readable(notebook_name)), OBJECT_NAME_LIMIT, notebook_name)


def bounded(name: str, limit: int, suffix: str = "") -> str:
    """`name` and `suffix` where both fit, else the name cut, a hash of all of it, the suffix."""
    if len(name) + len(suffix) <= limit:
        return name + suffix
    return _with_hash(name, limit - len(suffix), name) + suffix


def revision_name(notebook: str, content: str) -> str:
    """The name of the ControllerRevision of an object name and a content hash."""
    return f"{notebook}-rev-{content}"


def claim_name(notebook: str, volume: str) -> str:
    """The name of the claim of a volume of an object name.

    A volume whose name holds a dash is hashed: `a` with `b-c` must not be `a-b` with `c`.
    """
    plain = f"{notebook}-{volume}"
    if is_dns_label(plain) and "-" not in volume and not _looks_hashed(plain):
        return plain
    return _with_hash(f"{notebook}-{_readable(volume)}", LABEL_LIMIT, f"{notebook}/{volume}")


def companion(owner: str, notebook: str) -> str:
    """What separates the services of an object name and its owner, if it has one, from all others.

    Whose escaped name holds a dash is hashed: `a` with `b-c` must not be `a-b` with `c`. So is an
    object name without an owner, which might be a word of anything.
    """
    user = kubespawner_escape(owner)
    plain = f"{user}-{notebook}"
    if (
        len(plain) <= COMPANION_LIMIT
        and "-" not in user
        and is_service_name(plain)
        and not _looks_hashed(plain)
    ):
        return plain
    return _with_hash(_lettered(_readable(plain)), COMPANION_LIMIT, f"{owner}/{notebook}")


@lru_cache(maxsize=4096)
def dns_label(text: str) -> str:
    """A DNS label for anybody's name: `alice@example.com` is `alice-example-com-<hash>`."""
    if len(text) <= SAFE_NAME_LIMIT and is_dns_label(text) and not _looks_hashed(text):
        return text
    return _with_hash(_readable(text), SAFE_NAME_LIMIT, text)


@lru_cache(maxsize=4096)
def label_value(text: str) -> str:
    """`text` as the value of a label: `alice@example.com` is `alice-40example.com_<hash>`."""
    if is_label_value(text) and not _looks_hashed(text, separator="_"):
        return text
    readable = _UNSAFE_FOR_LABEL.sub(_escaped, text).lstrip("-_.")
    return _with_hash(readable, LABEL_LIMIT, text, separator="_")


@lru_cache(maxsize=4096)
def kubespawner_escape(text: str) -> str:
    """What KubeSpawner makes of a user's name: `vpavlin@redhat.com` is `vpavlin-40redhat-2ecom`."""
    return _UNSAFE_FOR_KUBESPAWNER.sub(_escaped, text)


def port_name(text: str) -> str:
    """`text` as the name of a port: `port-8888` as it is, `Spark UI` as `spark-ui-<hash>`, cut."""
    if is_port_name(text) and not _looks_hashed(text):
        return text
    return _with_hash(_readable(text), PORT_NAME_LIMIT, text)


def content_hash(value: Any) -> str:
    """Ten characters that say whether two JSON values are the same, on whatever machine."""
    canonical = json.dumps(value, default=_plain, separators=(",", ":"), sort_keys=True)
    number = int.from_bytes(sha256(canonical.encode()).digest())
    letters = []
    for _ in range(CONTENT_HASH_LENGTH):
        number, letter = divmod(number, len(SAFE_ALPHABET))
        letters.append(SAFE_ALPHABET[letter])
    return "".join(letters)


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"-{byte:x}" for byte in _utf8(match[0]))


def _readable(text: str) -> str:
    return _UNSAFE_RUN.sub("-", text.lower()).strip("-")


def _lettered(readable: str) -> str:
    """Beginning with a letter, as the names of Services do."""
    return readable if readable[:1].isalpha() else f"nb-{readable}"


def _with_hash(readable: str, limit: int, original: str, separator: str = "-") -> str:
    head = readable[: limit - HASH_LENGTH - 1].rstrip("-_.") or "x"
    return head + separator + _short_hash(original)


def _looks_hashed(text: str, separator: str = "-") -> bool:
    start = -HASH_LENGTH
    return text[start - 1 : start] == separator and _HASH.fullmatch(text[start:]) is not None


def _short_hash(text: str) -> str:
    """Eight hexadecimal digits of the SHA-256, moved on to where one of them is a letter."""
    digest = sha256(_utf8(text)).hexdigest()
    start = 0
    while digest[start : start + HASH_LENGTH].isdigit():
        start += 1
    return digest[start : start + HASH_LENGTH]


def _utf8(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
