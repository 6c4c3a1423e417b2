import pytest

from bench.singleuser import main


def test_merged_profiles_are_measured_beside_one_merge_after_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--profiles", "40", "--rounds", "2"]) == 0
    rows = [
        line.split("|") for line in capsys.readouterr().out.splitlines() if line.endswith("x |")
    ]
    assert [(row[1].strip(), row[2].strip()) for row in rows] == [("40", "40"), ("40", "2")]
