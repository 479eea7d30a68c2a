"""Installs a missing piece of the system where that is ours to do: as root, with apt-get."""

from __future__ import annotations

import os
import shutil
import subprocess


def install(*packages: str) -> None:
    """Tries to install Debian packages; the caller looks whether it helped, and says what to do."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print(f"● apt-get install {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], env=environment, check=False)
