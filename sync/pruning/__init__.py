"""What may be deleted: a guard is a value, the reason in words why something stays.

Nothing here reads or deletes.

- strays: what is judged
- evidence: the guards of a whole round
- keeping: the guards of one object, by way of `belonging`, the bundle that its marks name
- ranks: what goes first
"""

from sync.pruning.belonging import bundle_of, of_notebook
from sync.pruning.evidence import Evidence, another_cluster, guard
from sync.pruning.keeping import removable, removable_copy
from sync.pruning.ranks import order
from sync.pruning.strays import GRANTS, ROLE, ROLE_BINDING, Stray

__all__ = [
    "GRANTS",
    "ROLE",
    "ROLE_BINDING",
    "Evidence",
    "Stray",
    "another_cluster",
    "bundle_of",
    "guard",
    "of_notebook",
    "order",
    "removable",
    "removable_copy",
]
