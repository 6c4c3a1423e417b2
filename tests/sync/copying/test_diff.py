"""A diff shows the copies that a sync would make, and never what is in them."""

from __future__ import annotations

from base64 import b64encode

from tests.sync.copying.test_copies import create, need, replace, secret
from tests.sync.prune.house import House


def test_a_copy_is_foreseen_made_changed_and_missed(house: House, catalog: str) -> None:
    house.put("churn", needs=[need(catalog)])
    found = house.diff()
    assert (found.code, f"Secret {catalog}/database, which is to be copied" in found.out) == (
        2,
        True,
    )

    create(house, secret(catalog))
    found = house.diff()
    assert (found.code, "Secret" in found.out, "b25l" in found.out) == (1, True, False)
    assert f"+ Secret {house.namespace}/database (create)" in found.out
    assert house.has("secret/database") == [False]

    house.fine()
    found = house.diff()
    assert (found.code, found.out) == (0, "nothing to do\n")

    replace(house, {**secret(catalog), "data": {"password": b64encode(b"two").decode()}})
    found = house.diff()
    assert (found.code, "(changed)" in found.out, "dHdv" in found.out) == (1, True, False)
