"""What a review says, section by section, before it is written in any format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from renderer.review.effects import Effect
from renderer.review.impact import Impact
from renderer.review.ownership import Affair, Deed, whose
from renderer.review.review import Review
from renderer.review.said import Said, joined, said

EFFECTS_SHOWN = 12
NAMES_SHOWN = 20
SHOWN = {"refused": 50, "notebooks": 200, "others": 30, "reach": 100}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines, of which only the first may be shown."""

    title: str
    lines: tuple[Said, ...]
    shown: int


def headline(review: Review) -> str:
    """How much changes, in a few words."""
    counts = {deed: sum(each.deed is deed for each in review.affairs) for deed in Deed}
    parts = [f"{_notebooks(count)} {deed}" for deed, count in counts.items() if count]
    reached = {i.identity for i in review.impacts} - {a.identity for a in review.affairs}
    if reached:
        parts.append(f"{_notebooks(len(reached))} reached by what all share")
    return ", ".join(parts) or "no notebook changes"


def verdict(review: Review) -> Said:
    """Whether it may be merged, and who was judged."""
    actor = review.actor
    if actor is None:
        who = said("whose the notebooks are was not judged, as no actor was named")
    elif not actor.user:
        who = said("opened by {}, whom octavo.yaml does not know", actor.login)
    else:
        role = ", an admin" if actor.is_admin else ""
        who = said(f"opened by {{}}, who is {{}} in the cluster{role}", actor.login, actor.user)
    state = "Fine" if review.is_fine else "There are problems"
    return joined([said("Refused" if review.refusals else state), who], ": ")


def sections(review: Review) -> Iterator[Section]:
    """Everything but problems and differences. Sections without lines are left out."""
    known = {each.identity for each in review.affairs}
    made = (
        Section("What may not be done", tuple(r.what for r in review.refusals), SHOWN["refused"]),
        Section(
            "Notebooks",
            tuple(_notebook(each, review.impacts) for each in review.affairs),
            SHOWN["notebooks"],
        ),
        Section("What all notebooks share", tuple(_reaches(review)), SHOWN["reach"]),
        Section(
            "Notebooks that this reaches",
            tuple(_groups([each for each in review.impacts if each.identity not in known])),
            SHOWN["reach"],
        ),
        Section("Other files", tuple(said("{}", path) for path in review.others), SHOWN["others"]),
        Section("Remarks", tuple(map(said, review.notes)), SHOWN["others"]),
    )
    return (section for section in made if section.lines)


def _notebook(affair: Affair, impacts: Sequence[Impact]) -> Said:
    sides = affair.head or affair.base
    owners = sorted({whose(each.notebook) for each in (affair.base or sides)})
    words = "{} " + affair.deed + ", of " + " and ".join("{}" for _ in owners)
    head = said(words, affair.name, *owners)
    if affair.deed is Deed.MOVED:
        head = joined([head, said("to {}", sides[0].file)], " ")
    mine = [each for each in impacts if each.identity == affair.identity]
    if not mine:
        return joined([head, said("nothing happens to it")], ": ")
    return joined([head, *(_on_target(each) for each in mine)], ": ")


def _on_target(impact: Impact) -> Said:
    shown = [each.what for each in impact.effects[:EFFECTS_SHOWN]]
    if len(impact.effects) > EFFECTS_SHOWN:
        shown.append(said(f"and {len(impact.effects) - EFFECTS_SHOWN} more"))
    what = joined(shown, "; ")
    return joined([said("on {}", impact.target), what], " it ") if impact.target else what


def _reaches(review: Review) -> Iterator[Said]:
    for each in review.reaches:
        head = said("{} " + each.deed + f", reaches {_notebooks(each.notebooks)}", each.name)
        effects = [said(f"{kind} {count:,}") for kind, count in each.by_effect]
        yield joined([head, joined(effects, ", ")], ": ") if effects else head


def _groups(impacts: Sequence[Impact]) -> Iterator[Said]:
    """Notebooks by what happens to them, the gravest first."""
    groups: dict[Said, dict[str, None]] = {}
    for impact in sorted(impacts, key=_rank):
        for effect in impact.effects:
            groups.setdefault(_alike(effect), {})["/".join(impact.identity)] = None
    for what, names in groups.items():
        shown = list(names)[:NAMES_SHOWN]
        parts = [joined((said("{}", name) for name in shown), ", ")]
        if len(names) > NAMES_SHOWN:
            parts.append(said(f"and {len(names) - NAMES_SHOWN:,} more"))
        yield joined([said(f"{_notebooks(len(names))}:"), what, joined(parts, ", ")], " ")


def _alike(effect: Effect) -> Said:
    """What many notebooks have in common: the effect without names of their own."""
    return said(effect.kind.value + ":")


def _rank(impact: Impact) -> tuple[int, tuple[str, str]]:
    kinds = list(type(impact.effects[0].kind))
    return kinds.index(impact.effects[0].kind), impact.identity


def _notebooks(number: int) -> str:
    return f"{number:,} notebook{'' if number == 1 else 's'}"
