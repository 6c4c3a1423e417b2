"""What a person, a program or a pull request reads of a plan. Pure, and never a Secret's value."""

from sync.diffs.change import Action, Change, exit_code
from sync.diffs.human import human
from sync.diffs.machine import as_json
from sync.diffs.markdown import markdown

__all__ = ["Action", "Change", "as_json", "exit_code", "human", "markdown"]
