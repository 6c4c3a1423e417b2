"""What is measured is what was meant: the bench of `octavo sync`, in small."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.sync import bodies, tree
from bench.sync.again import Again, by_method
from bench.sync.fresh import SHAPES, Fresh, Measure, shape_words
from bench.sync.history import flip
from bench.sync.idle import is_watch
from bench.sync.lasting import Restless, Sample, marks
from bench.sync.noted import Noted
from bench.sync.plane import Plane, running
from bench.sync.programs import BrokenError, Programs
from bench.sync.report import Results, goals, markdown
from bench.sync.throttled import Throttled, refusals, standing
from sync.policy import Policy
from sync.shelf import read
from sync.sources import SourceSpec, open_source

COUNT = 3


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tree.render(tmp_path_factory.mktemp("bundles"), COUNT)


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    with running(tmp_path_factory.mktemp("plane") / "plane") as found:
        yield found


def test_a_notebook_is_seven_objects_that_the_agent_takes(bundles: Path) -> None:
    shelf = read(open_source(SourceSpec(directory=str(bundles))).fetch(), Policy())
    kinds = [each.key.kind for each in shelf.bundles[tree.directory_of(0)].members]
    assert sorted(kinds) == [
        "ControllerRevision",
        "Notebook",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
        "StatefulSet",
    ]
    assert not shelf.broken
    assert len(shelf.places) == tree.objects(COUNT)


@pytest.mark.parametrize(("count", "objects"), [(1, 8), (50, 351), (51, 359), (1000, 7020)])
def test_objects_are_those_of_notebooks_and_namespaces(count: int, objects: int) -> None:
    assert tree.objects(count) == objects


def test_ready_bodies_are_all_objects_with_namespaces_first(bundles: Path, tmp_path: Path) -> None:
    assert bodies.write(bundles, tmp_path / "bodies") == tree.objects(COUNT)
    first, rest = bodies.read(tmp_path / "bodies")
    assert [target for target, _ in first] == ["/api/v1/namespaces/team-000"]
    targets = {target for target, _ in rest}
    assert len(targets) == COUNT * tree.OBJECTS
    assert "/apis/apps/v1/namespaces/team-000/statefulsets/study-00002" in targets
    assert "/apis/jackhoman.dev/v1beta1/namespaces/team-000/notebooks/study-00000" in targets


def test_kubectl_gets_the_same_files_but_no_lists(bundles: Path, tmp_path: Path) -> None:
    found = tree.without_lists(bundles, tmp_path / "files", range(2))
    files = [path for path in found.rglob("*") if path.is_file()]
    assert len(files) == 2 * tree.OBJECTS + 1
    assert not [path for path in files if path.name == "kustomization.yaml"]


def test_a_flip_changes_a_bundle_and_another_changes_it_back(tmp_path: Path) -> None:
    bundle = tree.render(tmp_path, 1) / tree.directory_of(0)
    before = (bundle / "statefulset.yaml").read_bytes()
    flip(bundle)
    assert (bundle / "statefulset.yaml").read_bytes() != before
    flip(bundle)
    assert (bundle / "statefulset.yaml").read_bytes() == before


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    fresh = Fresh(1, 1, {"a": [10.0, 30.0, 60.0], "b": [10.0, 10.0, 10.0]})
    assert fresh.ratio("a", "b") == 3.0
    assert fresh.rate("a") == 30.0


def test_the_ceiling_is_the_fastest_loader() -> None:
    fresh = Fresh(1, 1)
    for number, shape in enumerate(SHAPES):
        fresh.note(shape_words(*shape), 100.0 - number)
    assert fresh.ceiling == shape_words(*SHAPES[0])


def test_a_watch_is_told_from_a_list() -> None:
    assert is_watch("/api/v1/services?labelSelector=a&watch=true")
    assert not is_watch("/api/v1/services?labelSelector=a")


def test_whatever_is_no_get_is_a_write() -> None:
    again = Again(1, requests=by_method([("GET", "/a"), ("PATCH", "/a"), ("DELETE", "/a")]))
    assert again.writes == 2


@pytest.mark.parametrize(
    ("rounds", "wanted"),
    [(10, (1, 5, 10)), (200, (20, 100, 200)), (10_000, (100, 1000, 5000, 10_000))],
)
def test_samples_are_taken_at_the_same_rounds(rounds: int, wanted: tuple[int, ...]) -> None:
    assert marks(rounds) == wanted


REFUSED = """\
# TYPE apiserver_dropped_requests_total counter
apiserver_dropped_requests_total{request_kind="mutating"} 7
apiserver_flowcontrol_rejected_requests_total{flow_schema="a",reason="queue-full"} 2
apiserver_request_terminations_total{code="429",verb="PATCH"} 1
apiserver_request_terminations_total{code="504",verb="PATCH"} 5
"""


def test_refusals_are_those_of_old_servers_of_new_ones_and_of_queues() -> None:
    assert refusals(REFUSED) == 10


@pytest.mark.parametrize(
    ("last", "met"),
    [
        (Sample(1000, 1.0, 100 << 20, 30, 20), True),
        (Sample(1000, 1.0, 120 << 20, 30, 20), False),
        (Sample(1000, 1.0, 100 << 20, 60, 20), False),
        (Sample(1000, 1.0, 100 << 20, 30, 22), False),
    ],
)
def test_growth_between_a_tenth_of_the_rounds_and_the_last_is_no_goal_met(
    last: Sample, met: bool
) -> None:
    results = Results(lasting=[Sample(100, 1.0, 100 << 20, 30, 20), last])
    assert all(each.is_met for each in goals(results)) is met


@pytest.mark.parametrize(
    ("different", "missing", "met"), [(0, 0, True), (1, 0, False), (0, 1, False)]
)
def test_a_lost_object_is_no_goal_met(different: int, missing: int, met: bool) -> None:
    results = Results(throttled=[Throttled("a", 9, 1.0, 5, different, missing)])
    (goal,) = goals(results)
    assert goal.is_met is met
    assert "5 requests were refused" in markdown(results)


def test_calls_are_noted_and_watches_are_no_unrest() -> None:
    class Fake:
        server = "here"

        def apply(self, obj: str) -> str:
            return obj

        def watch(self) -> None: ...

    noted = Noted(Fake())  # type: ignore[arg-type]
    before = time.monotonic()
    assert noted.as_cluster().server == "here"
    noted.as_cluster().watch()  # type: ignore[call-arg]
    assert noted.busy_since(before) == []
    assert noted.as_cluster().apply("object") == "object"  # type: ignore[arg-type, comparison-overlap]
    assert [each.verb for each in noted.busy_since(before)] == ["apply"]
    assert [each.is_write for each in noted.calls] == [False, True]


def test_a_restless_source_waits_for_the_round_of_its_last_change() -> None:
    changed: list[int] = []
    rounds = [0]

    class Fake:
        def change(self, number: int) -> None:
            changed.append(number)

        def fetch(self) -> None: ...

    source = Restless(Fake(), Fake(), lambda: rounds[0])  # type: ignore[arg-type]
    source.fetch()
    waiting = threading.Thread(target=source.fetch)
    waiting.start()
    time.sleep(0.1)
    assert changed == [0]
    rounds[0] = 1
    waiting.join(5)
    assert changed == [0, 1]


@pytest.mark.cluster
def test_everybody_makes_the_same_objects_and_a_server_forgets(
    plane: Plane, bundles: Path, tmp_path: Path
) -> None:
    programs = Programs(tmp_path)
    wanted = set(_names(bundles))
    bodies.write(bundles, tmp_path / "bodies")
    files = tree.without_lists(bundles, tmp_path / "files", range(COUNT))
    for make in (
        lambda: programs.sync(plane.kubeconfig, bundles),
        lambda: programs.inside(plane, bundles),
        lambda: programs.kubectl(plane, files),
        lambda: programs.load(plane, tmp_path / "bodies", 2, 2),
    ):
        plane.forget()
        assert standing(plane) == {}
        make()
        assert set(standing(plane)) == wanted


@pytest.mark.cluster
def test_a_run_that_did_not_do_its_work_has_no_time(plane: Plane, tmp_path: Path) -> None:
    programs = Programs(tmp_path)
    plane.forget()
    with pytest.raises(BrokenError, match="is not there"):
        programs.sync(plane.kubeconfig, tmp_path / "nowhere")
    measure = Measure(plane, programs, tmp_path, lambda _: None)
    with pytest.raises(BrokenError, match="are there, not"):
        measure._check(COUNT)  # noqa: SLF001


def _names(bundles: Path) -> Iterator[str]:
    shelf = read(open_source(SourceSpec(directory=str(bundles))).fetch(), Policy())
    for key in shelf.places:
        yield f"{key.kind} {key.namespace}/{key.name}"
