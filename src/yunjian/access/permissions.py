"""Who may do what, as tables: each room's `policies.py` states its permissions with `permission`.

The tables are what is checked and what is shown: the permission page and
`docs/security/permissions.md` are made from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages

from django.apps import apps
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.kernel.errors import NotAllowed
from yunjian.kernel.languages import Text

KINDS = ("discharger", "agency", "authority", "operator")


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be done.

    `holders` names, for each kind of organisation, the roles that may do it; `within` says to
    which rows that is limited ("its own", "its districts").
    """

    code: str
    title: Text
    holders: Mapping[str, frozenset[str]]
    within: Text = ""

    def held_by(self, actor: Actor) -> bool:
        """Tell whether the actor's organisation and roles allow it (rows are another question)."""
        if actor.is_system:
            return True
        return not actor.roles.isdisjoint(self.holders.get(actor.organization_kind, frozenset()))

    def require(self, actor: Actor) -> None:
        """Refuse who does not hold this.

        Raises:
            NotAllowed: the actor does not.
        """
        require(self.held_by(actor))


_permissions: dict[str, Permission] = {}


def permission(
    code: str, title: Text, *, within: Text = "", **holders: Iterable[str]
) -> Permission:
    """State a permission: `permission("sources.file", _("…"), discharger=("owner", "manager"))`.

    Raises:
        ValueError: the code is stated twice, or a kind of organisation is unknown.
    """
    unknown = set(holders) - set(KINDS)
    if code in _permissions or unknown:
        raise ValueError(f"permission {code}: stated twice, or unknown kinds {sorted(unknown)}")
    stated = Permission(
        code=code,
        title=title,
        holders={kind: frozenset(roles) for kind, roles in holders.items()},
        within=within,
    )
    _permissions[code] = stated
    return stated


def permission_of(code: str) -> Permission:
    """Return the permission with this code.

    Raises:
        KeyError: none is stated.
    """
    if code not in _permissions:
        permissions()  # the room that states it may not be imported yet
    return _permissions[code]


def permissions() -> list[Permission]:
    """Return every permission of the program, by code."""
    for config in apps.get_app_configs():
        if config.name.startswith("yunjian."):
            _load_policies(config.name, config.path)
    return sorted(_permissions.values(), key=lambda stated: stated.code)


def _load_policies(package: str, path: str) -> None:
    """Have every module of policies in a room state its permissions."""
    for result in walk_packages([path], f"{package}."):
        if "policies" in result.name.split("."):
            import_module(result.name)


def require(allowed: bool, message: str = "") -> None:  # noqa: FBT001
    """Refuse unless allowed.

    Raises:
        NotAllowed: it is not.
    """
    if not allowed:
        raise NotAllowed(message or _("您没有办理此事的权限"))
