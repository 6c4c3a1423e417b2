"""How bundles lie in a source: which directories, which names, how large."""

from __future__ import annotations

from sync.errors import BundleError, SourceError

STAGING = ".octavo-staging"
# Below each of these, so many directories down, is a bundle.
AREAS = {"namespaces": 1, "notebooks": 2}

MAX_FILE = 2 << 20
MAX_FILES = 1000
MAX_BUNDLE = 32 << 20


def is_good_name(name: str) -> bool:
    """Whether a name can be shown, stands for itself, and needs no quotes anywhere."""
    return name.isprintable() and " " not in name and name not in {"", ".", ".."}


def shown(name: str | bytes) -> str:
    """A name as it may be printed: what a terminal would not show is escaped."""
    text = name.decode(errors="surrogateescape") if isinstance(name, bytes) else name
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python tells of a byte that is not UTF-8
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004


def is_bundle_directory(directory: str) -> bool:
    area, *names = directory.split("/")
    return AREAS.get(area) == len(names) and all(is_good_name(name) for name in names)


def odd_directory(place: str) -> SourceError:
    return SourceError(
        f"{shown(place)}: the name of this directory is none that a bundle can have;"
        " rename or remove it"
    )


def no_directory(place: str, what: str) -> SourceError:
    return SourceError(
        f"{shown(place)}: {what} where a directory belongs; links, submodules and special files"
        " are never followed: put the files themselves there"
    )


def no_file(place: str, what: str) -> BundleError:
    return BundleError(f"{shown(place)}: {what}; a bundle holds plain files only")


def odd_file(place: str) -> BundleError:
    return BundleError(
        f"{shown(place)}: the name of this file holds a space, or what cannot be shown; rename it"
    )


def too_large(place: str, size: int) -> BundleError:
    return BundleError(
        f"{shown(place)}: the file has {size:,} bytes; at most {MAX_FILE:,} are read"
    )


def too_many(directory: str, count: int) -> BundleError:
    return BundleError(f"{shown(directory)}: {count:,} files; a bundle has at most {MAX_FILES:,}")


def too_heavy(directory: str) -> BundleError:
    return BundleError(f"{shown(directory)}: more than {MAX_BUNDLE:,} bytes in one bundle")


def no_bundles(where: str) -> SourceError:
    return SourceError(
        f"{where}: neither `notebooks` nor `namespaces` is there;"
        " name the directory that `octavo render` wrote"
    )


def half_written(where: str) -> SourceError:
    return SourceError(
        f"{where}: `{STAGING}` says that a render is being written, or was cut off; run it again"
    )
