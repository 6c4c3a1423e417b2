"""The example of jupyterhub-singleuser-profiles, byte for byte as its README has it."""

from __future__ import annotations

from pathlib import Path

from renderer.profiles.fences import without_fence

_FOLDER = Path(__file__).parent / "004"
# A file of profiles, with the slip on its first line: the fence of a block of code.
PROFILES = _FOLDER / "profiles.txt"
# The ConfigMap with the template of a SparkCluster.
TEMPLATE = without_fence((_FOLDER / "template.txt").read_text(encoding="utf-8")).lstrip()
