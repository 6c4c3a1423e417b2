"""Amounts, as the API server itself writes them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sync.fields.amounts import canonical

WRITTEN = {
    "0": "0",
    "0.0": "0",
    "0.5": "500m",
    "0.50": "500m",
    "1": "1",
    "1.5": "1500m",
    "1000": "1k",
    "1000m": "1",
    "100m": "100m",
    "1000000000": "1G",
    "1024": "1024",
    "1024Ki": "1Mi",
    "1024Mi": "1Gi",
    "1000Mi": "1000Mi",
    "1.5Gi": "1536Mi",
    "0.5Ki": "512",
    "0.1Mi": "104857600m",
    "2500M": "2500M",
    "1Gi": "1Gi",
}
NOT_JUDGED = (
    "",
    "x",
    "+1",
    "01",
    "5.",
    ".5",
    "1e3",
    "1E3",
    "1n",
    "0.0001",
    "1.125",
    "-1",
    "1 Gi",
    "12E",
    "1024Pi",
)


@pytest.mark.parametrize(("text", "written"), WRITTEN.items())
def test_an_amount_is_written_one_way(text: str, written: str) -> None:
    assert canonical(text) == written


@pytest.mark.parametrize("text", NOT_JUDGED)
def test_what_is_out_of_the_common_is_not_judged(text: str) -> None:
    assert canonical(text) is None


def test_the_server_writes_amounts_so(api: Any) -> None:
    chance = random.Random(7)  # noqa: S311
    some = [
        f"{chance.choice([0, 1, 5, 10, 512, 1000, 1024, chance.randrange(10**6)])}"
        f"{chance.choice(['', '', '.5', '.25', '.0', '.125', '.001'])}"
        f"{chance.choice(['', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'Ti'])}"
        for _ in range(400)
    ]
    texts = {f"a{at}": text for at, text in enumerate([*WRITTEN, *some]) if canonical(text)}
    volumes = [{"name": name, "emptyDir": {"sizeLimit": text}} for name, text in texts.items()]
    spec = {"containers": [{"name": "main", "image": "base:1"}], "volumes": volumes}
    asked = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "a"}}
    answer = api.apply({**asked, "template": {"spec": spec}}, dry=True)
    found = answer["template"]["spec"]["volumes"]
    assert {each["name"]: each["emptyDir"]["sizeLimit"] for each in found} == {
        name: canonical(text) for name, text in texts.items()
    }
    assert len(texts) > 200
