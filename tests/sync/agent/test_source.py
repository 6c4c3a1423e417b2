"""What happens in the source happens in the cluster; what fails there, does not."""

from __future__ import annotations

import signal
import time

from tests.sync.agent.world import NEVER, Repository, World, config, eventually, notebook

FAILURES = "octavo_source_failures_total"


def put(world: World, value: str) -> None:
    changed = config("one.settings", world.namespace, {"a": value})
    world.tree.put_objects("one", notebook("one", world.namespace), changed)


def test_a_commit_is_applied(world: World, repository: Repository) -> None:
    with world.ready_agent(*NEVER, source=repository.flags):
        assert world.value() == "1"
        put(world, "2")
        repository.commit()
        assert eventually(lambda: world.value() == "2") < 10


def test_sighup_asks_the_source_at_once(world: World) -> None:
    with world.ready_agent(*NEVER, "--interval", "1h") as agent:
        world.tree.put("two")
        time.sleep(2)
        assert world.value("two") is None
        agent.send(signal.SIGHUP)
        assert eventually(lambda: world.value("two") == "1") < 10


def test_a_broken_bundle_is_left_as_it_was_and_others_go_on(
    world: World, repository: Repository
) -> None:
    with world.ready_agent(*NEVER, source=repository.flags) as agent:
        (world.tree.home("one") / "configmap-one.settings.yaml").write_text("a: [")
        world.tree.put("two")
        repository.commit()
        eventually(lambda: world.value("two") == "1")
        eventually(lambda: world.condition("Synced").get("status") == "False")
        assert world.value("one") == "1"
        assert agent.metric("octavo_bundles_in_trouble") == 1
        said = agent.said("configmap-one.settings.yaml:")
        time.sleep(4)
        assert agent.said("configmap-one.settings.yaml:") == said > 0


def test_what_a_mended_bundle_no_longer_holds_goes(world: World) -> None:
    world.tree.put("one", config("one.extra", world.namespace, {}))
    with world.ready_agent(*NEVER) as agent:
        (world.tree.home("one") / "configmap-one.settings.yaml").write_text("a: [")
        eventually(lambda: agent.metric("octavo_bundles_in_trouble") == 1)
        assert world.get("configmap", "one.extra") is not None
        world.tree.put("one")
        assert eventually(lambda: world.get("configmap", "one.extra") is None) < 10
        assert world.value() == "1"


def test_so_it_does_when_it_was_broken_from_the_start(world: World) -> None:
    world.tree.put("one", config("one.extra", world.namespace, {}))
    with world.ready_agent(*NEVER):
        assert world.get("configmap", "one.extra") is not None
    (world.tree.home("one") / "configmap-one.settings.yaml").write_text("a: [")
    with world.ready_agent(*NEVER):
        assert world.get("configmap", "one.extra") is not None
        world.tree.put("one")
        assert eventually(lambda: world.get("configmap", "one.extra") is None) < 10


def test_a_bundle_that_goes_takes_its_objects_along(world: World, repository: Repository) -> None:
    world.tree.put("two")
    repository.commit()
    with world.ready_agent(*NEVER, source=repository.flags):
        assert world.value("two") == "1"
        world.tree.remove("two")
        repository.commit()
        assert eventually(lambda: world.get("notebook", "two") is None) < 10
        eventually(lambda: world.value("two") is None)
        assert world.value("one") == "1"


def test_a_source_that_cannot_be_read_changes_nothing_and_is_counted(world: World) -> None:
    with world.ready_agent(*NEVER) as agent:
        away = world.tree.root.rename(world.folder / "away")
        eventually(lambda: agent.metric(FAILURES) >= 2)
        assert world.value() == "1"
        world.patch("configmap", "one.settings", {"data": {"a": "drifted"}})
        assert eventually(lambda: world.value() == "1") < 10
        away.rename(world.tree.root)
        put(world, "2")
        eventually(lambda: world.value() == "2")


def test_a_source_that_is_being_written_changes_nothing(world: World) -> None:
    with world.ready_agent(*NEVER) as agent:
        (world.tree.root / ".octavo-staging").mkdir()
        put(world, "2")
        eventually(lambda: agent.metric(FAILURES) >= 2)
        assert world.value() == "1"
        (world.tree.root / ".octavo-staging").rmdir()
        eventually(lambda: world.value() == "2")
