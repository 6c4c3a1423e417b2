"""A notebook with company, in git and not in the cluster yet."""

from __future__ import annotations

import pytest

from tests.sync.company.shop import Shop, opened
from tests.sync.prune.house import House


@pytest.fixture
def shop(house: House) -> Shop:
    return opened(house)
