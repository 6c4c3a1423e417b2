"""A diff lists what a sync would remove, and says why it would not."""

from __future__ import annotations

from tests.sync.prune.house import House


def test_what_is_gone_from_the_source_would_be_removed(house: House) -> None:
    house.put("churn")
    house.put("stays")
    house.fine()

    house.remove("churn")
    found = house.diff()

    assert found.code == 1
    assert f"- Notebook {house.namespace}/churn (delete)" in found.out
    assert f"{house.namespace}/stays" not in found.out
    assert house.has("notebook/churn") == [True]


def test_an_emptied_source_would_remove_nothing_and_says_so(house: House) -> None:
    house.put("churn")
    house.fine()

    house.remove("churn")
    found, allowed = house.diff(), house.diff("--allow-empty")

    assert found.code == 2
    assert "is empty, and the cluster has 1 bundle: --allow-empty removes it" in found.out
    assert "(delete)" not in found.out
    assert (allowed.code, "(delete)" in allowed.out) == (1, True)
