"""Rebuilds the panel on every change and shows it in TensorBoard; run it as ``make dev``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import node


def main() -> None:
    logdir = os.environ.get("LOGDIR") or "demo/logs"
    if not Path(logdir).is_dir():
        sys.exit(
            f"error: there is no log directory {logdir}."
            " Make the demo's with `make demo SERVE=0`, or name yours: make dev LOGDIR=…"
        )
    try:
        node.install_modules()
        environment = node.node_environment()
    except node.NodeError as error:
        sys.exit(f"error: {error}")
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    watch = [npm, "run", "dev"]
    tensorboard = [sys.executable, "-m", "tensorboard.main", "--logdir", logdir, *sys.argv[1:]]
    with subprocess.Popen(watch, cwd=node.FRONTEND, env=environment) as vite:
        try:
            subprocess.run(tensorboard, check=False)
        except KeyboardInterrupt:
            pass
        finally:
            vite.terminate()


if __name__ == "__main__":
    main()
