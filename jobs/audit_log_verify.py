from __future__ import annotations

from typing import Annotated

import typer

from catalog.errors import AuditLogFault
from jobs.options import DEFAULT_LAKE, LakeRoot
from lake import AuditLog


def audit_log_verify(
    lake: LakeRoot = DEFAULT_LAKE,
    expect: Annotated[str, typer.Option(help="A hash this command printed earlier: it must still be there.")] = "",
) -> None:
    """Find the first changed, removed or moved entry of the audit log; exit code 13 where there is one.

    Who may write the lake's files can rewrite the whole log, head and all. Keep the printed hash where they cannot
    write, and pass it the next time.

    Example: underwatch audit-log-verify --lake var/lake
    """
    log = AuditLog(lake)
    broken = log.verify(expect.strip())
    if broken:
        raise AuditLogFault(f"{log.path}: {broken}. Keep the folder as it is, and compare it with a backup")
    head = log.head()
    print(f"{head.count:,} entries, each as it was written. Hash of the last: {head.sha256}")
