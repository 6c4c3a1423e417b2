"""Bundles: the files of one directory as objects that are fit to be applied, or what is wrong."""

from sync.bundles.build import build
from sync.bundles.model import Bundle, Member

__all__ = ["Bundle", "Member", "build"]
