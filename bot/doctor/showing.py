"""What the doctor found, as people and as programs read it. Redacted: it is pasted into issues."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.doctor.judging import Finding, Level, code_of
from bot.redacting import Redactor

MARKS = {Level.WELL: "well", Level.NOTE: "note", Level.WARNING: "look", Level.WRONG: "WRONG"}
WIDE = 18
"""Characters of a name's column: the longest of our own feeds fits."""


def as_text(version: str, findings: Sequence[Finding], redact: Redactor) -> str:
    """Write a line for each thing, what to do below it, and how many are not well."""
    lines = [f"T-Minus {version}"]
    for finding in findings:
        lines.append(f"{MARKS[finding.level]:<6} {finding.name:<{WIDE}} {one_line(finding.says)}")
        if finding.todo and finding.level is not Level.WELL:
            lines.append(f"{'':<6} {'':<{WIDE}} → {one_line(finding.todo)}")
    wrong, look = (sum(finding.level is level for finding in findings) for level in (Level.WRONG, Level.WARNING))
    lines.append(
        f"{wrong} wrong, {look} to look at, of {len(findings)}."
        if wrong or look
        else f"Nothing is wrong. {len(findings)} things were looked at."
    )
    return redact("\n".join(lines))


def as_json(version: str, findings: Sequence[Finding], redact: Redactor) -> str:
    """Write the same as one object."""
    told = {
        "version": version,
        "well": not code_of(findings),
        "exit_code": code_of(findings),
        "findings": [
            {"name": finding.name, "level": finding.level.value, "says": finding.says, "todo": finding.todo} for finding in findings
        ],
    }
    return redact(json.dumps(told, ensure_ascii=False, indent=1))


def one_line(text: str) -> str:
    """Let no server write a line of its own."""
    return " ".join(text.split())
