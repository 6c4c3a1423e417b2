"""The agent that stays: follows the source, watches what it owns, mends it, and says how it is."""

from sync.agent.loop import Agent, Rhythm

__all__ = ["Agent", "Rhythm"]
