"""Who asks: a login of the forge as a user of the cluster, by what the base says."""

from __future__ import annotations

from dataclasses import dataclass

from renderer.model.notebook import Notebook
from renderer.model.settings import Settings
from renderer.model.subjects import Access, Subject

# Forges ignore capitals, of ASCII alone: `K` in degrees Kelvin is no `k`.
LOWERED = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody; without a user, nobody that the installation knows."""

    login: str
    user: str
    groups: frozenset[str] = frozenset()
    is_admin: bool = False

    def is_meant_by(self, subject: Subject | None) -> bool:
        """Whether this is who the subject names. Names of the cluster are taken to the letter."""
        if subject is None or not self.user:
            return False
        match subject.kind:
            case "User":
                return subject.name == self.user
            case "Group":
                return subject.name in self.groups
            case _:
                account = f"system:serviceaccount:{subject.namespace}:{subject.name}"
                return account == self.user

    def owns(self, notebook: Notebook) -> bool:
        return self.is_meant_by(notebook.owner)

    def edits(self, notebook: Notebook) -> bool:
        return any(
            share.access is Access.EDIT and self.is_meant_by(share.subject)
            for share in notebook.sharing
        )


def actor_of(login: str, settings: Settings) -> Actor:
    """Who that is: identities, groups and admins are those of these settings."""
    identities = settings.review.identities
    if identities is None:
        user = login
    else:
        users = {known.translate(LOWERED): user for known, user in identities.items()}
        user = users.get(login.translate(LOWERED), "")
    groups = frozenset(name for name, users in settings.groups.items() if user and user in users)
    plain = Actor(login, user, groups)
    is_admin = any(map(plain.is_meant_by, settings.admins))
    return Actor(login, user, groups, is_admin)
