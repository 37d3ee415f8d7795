"""Holds what the lock names against the published advisories. Fails for an advisory, never for a service that is away."""  # noqa: INP001 -- a script of CI

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements.lock"
PATIENCE_S = 120


def main() -> int:
    """Audit, say what came of it, give the exit code."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--no-deps", "--disable-pip", "--timeout", "10", "-f", "json"]
    try:
        ended = subprocess.run(command, capture_output=True, check=False, text=True, timeout=PATIENCE_S)  # noqa: S603 -- our own
        dependencies = json.loads(ended.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, LookupError):
        print("audit: the advisories could not be reached; nothing was audited", file=sys.stderr)  # noqa: T201
        return 0
    audited = [one for one in dependencies if "skip_reason" not in one]
    found = [f"{one['name']} {one['version']}: {vuln['id']}" for one in audited for vuln in one["vulns"]]
    print(f"audit: {len(audited)} of {len(dependencies)} packages audited", *found, sep="\n", file=sys.stderr)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
