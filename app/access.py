"""Who may do what. The one table of roles; every page and action of the workbench asks it.

The purpose firewall is two lines of it: who reviews claims never sees quotes, and who quotes never sees scored claims
or investigations. Money is not priced by suspicion, and nobody is suspected for what they cost.
"""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["analyst", "lead", "underwriter", "auditor", "admin"]
Action = Literal[
    "review_claims",
    "export_claims",
    "record_disposition",
    "second_look",
    "deliver_dispositions",
    "read_dispositions",
    "read_attachments",
    "break_glass",
    "ask_for_quotes",
    "read_quotes",
    "read_expected_costs",
    "read_models",
    "read_definitions",
    "read_audit_log",
    "manage_accounts",
    "use_api",
    "change_own_password",
]
ROLES: tuple[Role, ...] = get_args(Role)
_EVERYONE = frozenset(ROLES)

ACCESS: dict[Action, tuple[str, frozenset[Role]]] = {
    "review_claims": ("Review queue; pages of claims, providers and cases", frozenset({"analyst", "lead"})),
    "export_claims": ("CSV and XLSX of the review queue", frozenset({"analyst", "lead"})),
    "record_disposition": ("Record a disposition; take a case", frozenset({"analyst", "lead"})),
    "second_look": ("Approve or return another person's disposition", frozenset({"lead"})),
    "deliver_dispositions": ("Download approved dispositions as a delivery", frozenset({"lead"})),
    "read_dispositions": ("List of dispositions", frozenset({"analyst", "lead", "auditor"})),
    "read_attachments": ("Files attached to dispositions", frozenset({"analyst", "lead", "auditor"})),
    "break_glass": (
        "Break-glass: who the member of a claim is, for a reason that auditors read",
        frozenset({"analyst", "lead"}),
    ),
    "ask_for_quotes": ("Ask for a quote of a group or a list of members", frozenset({"underwriter"})),
    "read_quotes": ("Quotes, refusals and notices", frozenset({"underwriter", "auditor"})),
    "read_expected_costs": ("Expected costs of members, by the API alone", frozenset({"underwriter"})),
    "read_models": ("Models, measurements and results of data checks", _EVERYONE),
    "read_definitions": ("Definitions of columns and reason codes", _EVERYONE),
    "read_audit_log": ("Audit log, and who was told whom a member is", frozenset({"auditor"})),
    "manage_accounts": ("Create, change and lock accounts", frozenset({"admin"})),
    "use_api": (
        "Description of the API; make and end the own tokens",
        frozenset({"analyst", "lead", "underwriter", "auditor"}),
    ),
    "change_own_password": ("Change the own password, sign out", _EVERYONE),
}
"""Action -> what it is, and the roles that may."""

ROLE_WORDS: dict[Role, str] = {
    "analyst": "Reviews claims, providers and cases",
    "lead": "As an analyst, and looks a second time at dispositions",
    "underwriter": "Asks for quotes",
    "auditor": "Reads what was done and decided; changes nothing",
    "admin": "Keeps the accounts; sees no claims and no quotes",
}


def may(role: str, action: Action) -> bool:
    """Whether a role may do something. An unknown role may do nothing."""
    return role in ACCESS[action][1]


def matrix() -> str:
    """The table of roles and actions as Markdown, for docs/security.md."""
    head = ["| action | " + " | ".join(ROLES) + " |", "|---|" + ":-:|" * len(ROLES)]
    rows = [
        f"| {words} (`{action}`) | " + " | ".join("yes" if role in roles else "no" for role in ROLES) + " |"
        for action, (words, roles) in ACCESS.items()
    ]
    return "\n".join([*head, *rows, ""])
