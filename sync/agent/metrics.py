"""What Prometheus is told."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from sync.outcome import Report


class Metrics:
    """The figures of one agent."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        mine = self.registry
        self._objects = Counter(
            "octavo_objects", "Objects, by what became of them", ["action"], registry=mine
        )
        self._rounds = Counter("octavo_rounds", "Rounds", ["scope", "result"], registry=mine)
        self._seconds = Histogram(
            "octavo_round_seconds",
            "How long a round takes",
            ["scope"],
            buckets=BUCKETS,
            registry=mine,
        )
        self.bundles = Gauge("octavo_bundles", "Bundles in the source", registry=mine)
        self.trouble = Gauge(
            "octavo_bundles_in_trouble", "Bundles that are not as git says", registry=mine
        )
        self.waiting = Gauge(
            "octavo_queue_length", "Bundles that are to be looked at", registry=mine
        )
        self.watches = Gauge("octavo_watches", "Watches that are open", registry=mine)
        self.leader = Gauge("octavo_leader", "1 where this agent is the one at work", registry=mine)
        self.fetched = Gauge(
            "octavo_source_fetched_timestamp_seconds",
            "When the source was last read",
            registry=mine,
        )
        self.checked = Gauge(
            "octavo_checked_timestamp_seconds", "When everything was last compared", registry=mine
        )
        self.unfetched = Counter(
            "octavo_source_failures", "Times the source was not readable", registry=mine
        )
        self.unpruned = Gauge(
            "octavo_prune_blocked", "1 while a guard keeps from removing", registry=mine
        )
        self.drifts = Counter(
            "octavo_drifts", "Events that showed a drift", ["kind"], registry=mine
        )
        self.rewatched = Counter(
            "octavo_watch_restarts", "Watches begun anew", ["kind"], registry=mine
        )

    def round(self, scope: str, seconds: float, report: Report) -> None:
        for action, number in report.counts().items():
            self._objects.labels(action.value).inc(number)
        self._rounds.labels(scope, "good" if report.good else "trouble").inc()
        self._seconds.labels(scope).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)


BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
