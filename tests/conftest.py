"""What all tests share."""

import pytest

pytest_plugins = ["controlplane.plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite", action="store_true", help="write what golden tests expect from what there is"
    )
