"""``epilwu audit``: the auditor's commands. They need nothing but files."""

from __future__ import annotations

import click

from epilwu.audit.log_command import log_command
from epilwu.audit.reconcile_command import reconcile_command
from epilwu.audit.risk.commands import plan_command, risk_command, sample_command
from epilwu.audit.scan.commands import scan_group
from epilwu.audit.verify_command import verify_command
from epilwu.audit.web.commands import case_command, redo_command, web_command


@click.group("audit")
def group() -> None:
    """Auditor: memeriksa arsip, struk dan hasil, tanpa jaringan."""


group.add_command(verify_command)
group.add_command(log_command)
group.add_command(reconcile_command)
group.add_command(scan_group)
group.add_command(plan_command)
group.add_command(sample_command)
group.add_command(risk_command)
group.add_command(web_command)
group.add_command(case_command)
group.add_command(redo_command)
