"""How fast `octavo sync` is, on a real control plane, side by side with others.

- tree: bundles of seven objects each; bodies: the same objects as they are sent
- plane: a control plane that keeps no audit log, and forgets; tools: other programs
- loader: the ceiling; once, inside, staying: octavo in a process of its own
- fresh, again, change, idle, throttled, lasting: what is measured
- run: all of it; report: tables and goals
"""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent

# The control plane of the tests serves here, too.
sys.path.append(str(REPOSITORY / "tools"))
