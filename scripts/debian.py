"""Installs a missing piece of the system where that is ours to do: as root, with apt-get."""

from __future__ import annotations

import os
import shutil
import subprocess


def is_ours() -> bool:
    """Whether this is a Debian or Ubuntu and we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(*packages: str) -> None:
    """Tries to install Debian packages; the caller looks whether it helped, and says what to do."""
    if not is_ours():
        return
    print(f"● apt-get install {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], env=environment, check=False)
