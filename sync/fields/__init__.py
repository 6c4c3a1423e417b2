"""Who set which field, as the API server remembers it: what is ours, and what differs.

- tree: the server's own trees of fields
- compare: what would be sent beside what is there, by way of `claimed` and `unclaimed` fields
- likeness, amounts: what is equal for the server
- paths: fields as the server names them
- results: the server's answers
- digests: what to remember of them
- strays, rivals: what stands in the way of ours, as the server says, or as is known of pods
"""

from sync.fields.compare import Comparison, Difference, compare
from sync.fields.digests import digest, our_part
from sync.fields.paths import without
from sync.fields.results import conflicts_of, equal_results, is_fixed
from sync.fields.rivals import emptied, rivals
from sync.fields.strays import strays
from sync.fields.tree import Manager

__all__ = [
    "Comparison",
    "Difference",
    "Manager",
    "compare",
    "conflicts_of",
    "digest",
    "emptied",
    "equal_results",
    "is_fixed",
    "our_part",
    "rivals",
    "strays",
    "without",
]
