"""Where bundles come from: a directory, or a branch of a git repository. Files live here only."""

from sync.errors import UsageError
from sync.sources.port import Snapshot, Source
from sync.sources.spec import SourceSpec

__all__ = ["Snapshot", "Source", "SourceSpec", "open_source"]


def open_source(spec: SourceSpec) -> Source:
    """The source that is meant; nothing is read yet."""
    if spec.directory is not None and spec.repository is not None:
        raise UsageError("a directory and a repository are two sources: give one")
    if spec.repository is not None:
        from sync.sources.git import git_source

        return git_source(spec)
    if spec.directory is not None:
        from sync.sources.directory import DirectorySource

        return DirectorySource(spec.directory)
    raise UsageError("no source is given: a directory or a repository")
