"""The one merge: Kubernetes' strategic merge patch, as `kubectl patch --type=strategic` does it.

`merge` applies a patch, `clashes` says where two patches of equal rank contradict each other.
Whatever is no dict and no list is an atom, of which only `==`, `hash` and `is None` are asked.
"""

from renderer.merge.clashes import clashes
from renderer.merge.error import MergeError
from renderer.merge.shapes import merge_keys, scalar_lists
from renderer.merge.strategic import merge

__all__ = ["MergeError", "clashes", "merge", "merge_keys", "scalar_lists"]
