"""Finds the Chromium that the browser tests drive; run as a program, installs one if need be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
PLAYWRIGHT = [sys.executable, "-m", "playwright"]


class ChromiumError(Exception):
    """There is no Chromium, and none could be installed."""


def main() -> None:
    try:
        complete_playwright()
        print(f"Chromium for the browser tests: {find() or install()}")
    except ChromiumError as error:
        sys.exit(f"error: {error}")


def find() -> str | None:
    """The first Chromium that runs: $CHROMIUM, the system's, Playwright's own."""
    return next((path for path in _candidates() if runs(path)), None)


def runs(path: str) -> bool:
    """Whether the browser starts; Ubuntu's chromium-browser may be a stub, libraries may lack."""
    try:
        command = [path, "--version"]
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def complete_playwright() -> None:
    """Sees to it that Playwright's driver starts: a bare Debian lacks one library of it."""
    if not _driver_starts():
        debian.install("libatomic1")
    if not _driver_starts():
        raise ChromiumError(
            "Playwright's driver does not start: see `python -m playwright --version`."
            " On Debian and Ubuntu type `sudo apt-get install libatomic1`, and repeat the command."
        )


def install() -> str:
    """Installs Playwright's Chromium, else the system's, and returns its path."""
    dependencies = ["--with-deps"] if debian.is_ours() else []
    subprocess.run([*PLAYWRIGHT, "install", *dependencies, "chromium"], check=False)
    if find() is None:
        debian.install("chromium", "fonts-liberation")
    found = find()
    if found is None:
        raise ChromiumError(
            "The browser tests need Chromium; none of $CHROMIUM, "
            f"{', '.join(NAMES)} or Playwright's own starts, and installing one failed."
            " Type `sudo apt-get install chromium`, or install Google Chrome, or set CHROMIUM to"
            " the path of a Chromium, and repeat the command."
        )
    return found


def _driver_starts() -> bool:
    return subprocess.run([*PLAYWRIGHT, "--version"], capture_output=True).returncode == 0


def _candidates() -> Iterator[str]:
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        yield chosen
    yield from filter(None, map(shutil.which, NAMES))
    yield from MAC_APPLICATIONS
    yield from _playwrights_own()


def _playwrights_own() -> Iterator[str]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if Path(path).is_file():
        yield path


if __name__ == "__main__":
    main()
