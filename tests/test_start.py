"""The script that starts everything from a clone: what it says where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def start(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run ./tminus where it cannot install anything."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TMINUS_")}
    script = str(ROOT / "tminus")
    return subprocess.run(  # noqa: S603 - our own script
        [script, *arguments], env=kept | environ, check=False, capture_output=True, text=True, timeout=30
    )


@pytest.mark.parametrize("script", ["tminus", ".ci/run"])
def test_a_script_can_be_started_and_read_by_its_shell(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    shell = (ROOT / script).read_text(encoding="utf-8").splitlines()[0].removeprefix("#!").split()[-1].rpartition("/")[2]
    assert subprocess.run([shell, "-n", ROOT / script], check=False).returncode == 0  # noqa: S603 - only read, not run


def test_a_python_that_is_too_old_is_told_with_a_way_on(tmp_path: Path) -> None:
    ended = start("check", TMINUS_VENV=str(tmp_path / "venv"), TMINUS_PYTHON="false")
    assert ended.returncode == 69
    assert "Python 3.11 or newer is needed" in ended.stderr
    assert not (tmp_path / "venv").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("dear …", encoding="utf-8")
    ended = start("check", TMINUS_VENV=str(tmp_path), TMINUS_PYTHON=sys.executable)
    assert ended.returncode == 69
    assert "is no Python environment" in ended.stderr
    assert (tmp_path / "letters").exists()
