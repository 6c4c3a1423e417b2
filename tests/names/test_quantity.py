"""Quantities, as Kubernetes reads them; kubectl is the oracle."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer import quantity

NANO = 10**9


@pytest.mark.parametrize(
    ("text", "billionths"),
    [
        ("1", NANO),
        (4, 4 * NANO),
        (0.5, NANO // 2),
        ("500m", NANO // 2),
        ("1.", NANO),
        (".5", NANO // 2),
        ("+2", 2 * NANO),
        ("-1", -NANO),
        ("100u", 100_000),
        ("7n", 7),
        ("1k", 10**3 * NANO),
        ("1M", 10**6 * NANO),
        ("1G", 10**9 * NANO),
        ("1T", 10**12 * NANO),
        ("1P", 10**15 * NANO),
        ("1E", 10**18 * NANO),
        ("1Ki", 2**10 * NANO),
        ("1Mi", 2**20 * NANO),
        ("1Gi", 2**30 * NANO),
        ("1Ti", 2**40 * NANO),
        ("1Pi", 2**50 * NANO),
        ("1Ei", 2**60 * NANO),
        ("0.1Gi", 107_374_182_400_000_000),
        ("1e3", 10**3 * NANO),
        ("1E3", 10**3 * NANO),
        ("15e-1", 15 * 10**8),
        (1e22, 10**22 * NANO),
        ("1e64", 10**64 * NANO),
        ("1" + "0" * 63, 10**63 * NANO),
        ("0.0000000001", 1),
        ("-0.0000000001", -1),
    ],
)
def test_a_quantity_is_an_exact_number(text: object, billionths: int) -> None:
    assert quantity.parse(text) == billionths


NO_QUANTITIES = ["", " ", ".", "m", "1 ", " 1", "1K", "1mi", "1ki", "1e", "1e1.5", "1Kim", "--1"]


@pytest.mark.parametrize(
    "value",
    [*NO_QUANTITIES, "\uff11", b"1", 1 + 0j, "1\n", None, True, [], {}, float("nan"), float("inf")],
)
def test_what_is_no_quantity_is_none(value: object) -> None:
    assert quantity.parse(value) is None


@pytest.mark.parametrize(
    "hostile", ["1e999999999", "1e-999999999", "1e65", "9" * 100_000, "1" + "0" * 64]
)
def test_a_hostile_quantity_costs_nothing(hostile: str) -> None:
    assert quantity.parse(hostile) is None


@pytest.mark.parametrize(
    ("one", "other", "larger"),
    [
        ("1Gi", "1G", True),
        ("1G", "1Gi", False),
        ("1000m", 1, False),
        ("1001m", 1, True),
        ("2", "nothing", False),
        ("nothing", "2", False),
    ],
)
def test_one_quantity_exceeds_another(one: object, other: object, larger: bool) -> None:
    assert quantity.exceeds(one, other) is larger


QUANTITIES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "-", "+"]),
    st.from_regex(r"[0-9]{1,4}(\.[0-9]{0,4})?|\.[0-9]{1,4}", fullmatch=True),
    st.sampled_from(["", *"numkMGT", "Ki", "Mi", "Gi", "Ti", "e3", "E3", "e-2", "e+2"]),
)


@given(st.lists(QUANTITIES, min_size=30, max_size=40))
@settings(max_examples=10, deadline=None)
def test_kubectl_reads_quantities_alike(texts: list[str]) -> None:
    hard = {f"r{index}": text for index, text in enumerate(texts)}
    answer = kubectl_quota(hard)
    assert answer.returncode == 0, answer.stderr
    canonical = json.loads(answer.stdout)["spec"]["hard"]
    read = {name: quantity.parse(text) for name, text in canonical.items()}
    assert read == {name: quantity.parse(text) for name, text in hard.items()}


# kubectl takes a missing number for 0, which nobody can have meant.
@pytest.mark.parametrize("text", sorted(set(NO_QUANTITIES) - {"", " ", ".", "m", "1 ", " 1"}))
def test_kubectl_refuses_them_too(text: str) -> None:
    assert kubectl_quota({"cpu": text}).returncode == 1


def kubectl_quota(hard: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A ResourceQuota shows every quantity the way that Kubernetes writes it."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("needs kubectl, the oracle of quantities")
    amounts = ",".join(f"{name}={amount}" for name, amount in hard.items())
    command = ["create", "quota", "q", f"--hard={amounts}", "--dry-run=client", "--output=json"]
    return subprocess.run(
        [kubectl, *command],
        capture_output=True,
        check=False,
        text=True,
        env={"HOME": "/nonexistent", "KUBECONFIG": "/dev/null", "PATH": os.environ["PATH"]},
    )
