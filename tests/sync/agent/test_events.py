"""Events say each thing once an hour, and never more than the server can bear."""

from __future__ import annotations

import threading
from unittest.mock import create_autospec

from sync.agent.events import MOST_LETTERS, MOST_WAITING, QUIET, Recorder
from sync.cluster import Cluster
from sync.errors import ClusterError
from sync.marks import Parent
from sync.objects import Key
from sync.outcome import Action, Outcome

KEY = Key("", "ConfigMap", "ns", "one.settings")
PARENTS = {"notebooks/ns/one": Parent("ns", "one", "uid-of-one")}
NEVER = threading.Event()


def outcome(words: str = ".data.a", action: Action = Action.REPAIRED) -> Outcome:
    return Outcome(action, "notebooks/ns/one", KEY, words)


def test_the_same_is_said_again_after_an_hour() -> None:
    now = [100.0]
    cluster = create_autospec(Cluster)
    recorder = Recorder(cluster, "octavo", lambda: now[0])
    for at, said in ((0.0, 1), (QUIET - 1, 1), (QUIET + 1, 2)):
        now[0] = 100.0 + at
        recorder.record([outcome()], PARENTS)
        recorder.write(NEVER)
        assert cluster.create.call_count == said
    recorder.record([outcome(".data.b")], PARENTS)
    assert recorder


def test_what_was_only_created_and_what_has_no_notebook_is_no_event() -> None:
    recorder = Recorder(create_autospec(Cluster), "octavo")
    recorder.record([outcome(action=Action.CREATED)], PARENTS)
    recorder.record([outcome(action=Action.CHANGED)], PARENTS)
    recorder.record([outcome()], {})
    assert not recorder


def test_what_it_looks_like() -> None:
    cluster = create_autospec(Cluster)
    recorder = Recorder(cluster, "octavo")
    recorder.record([outcome("x" * 9999, Action.FAILED)], PARENTS)
    recorder.write(NEVER)
    (event,) = cluster.create.call_args.args
    assert (event["type"], event["reason"]) == ("Warning", "SyncFailed")
    assert event["message"].startswith("ConfigMap ns/one.settings: xxx")
    assert len(event["message"]) == MOST_LETTERS
    assert event["involvedObject"] == {
        "apiVersion": "jackhoman.dev/v1beta1",
        "kind": "Notebook",
        "name": "one",
        "namespace": "ns",
        "uid": "uid-of-one",
    }


def test_too_many_at_once_are_left_to_the_log_and_a_refusal_ends_nothing() -> None:
    cluster = create_autospec(Cluster)
    cluster.create.side_effect = ClusterError(403, "Forbidden", "no")
    recorder = Recorder(cluster, "octavo")
    recorder.record([outcome(str(each)) for each in range(MOST_WAITING * 2)], PARENTS)
    recorder.write(NEVER)
    assert cluster.create.call_count == MOST_WAITING
    assert not recorder
