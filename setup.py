"""Builds the panel before the package, and the README for an index; else see pyproject.toml."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import ClassVar

from setuptools import Command, setup
from setuptools.command.build import build
from setuptools.command.sdist import sdist
from setuptools.errors import ExecError

sys.path.insert(0, str(Path(__file__).resolve().parent / "scripts"))

import node
import panel_build
import repository

ROOT = repository.ROOT


class BuildPanel(Command):
    """Builds ``tensorboard_cnc/static/`` with npm, when its sources have changed."""

    description = "build the panel with npm"
    # Set by setuptools for an editable install.
    editable_mode = False
    user_options: ClassVar[list[tuple[str, str | None, str]]] = []

    def initialize_options(self) -> None:
        pass

    def finalize_options(self) -> None:
        pass

    def run(self) -> None:
        # In a clone the panel may not build just now, and `make check` is to say why.
        if self.editable_mode and os.environ.get("CNC_PANEL") == "later":
            return
        try:
            panel_build.build()
        except (panel_build.PanelError, node.NodeError) as error:
            raise ExecError(str(error)) from error


class BuildWithPanel(build):
    # A step of its own, not part of build_py: editable installs only warn when build_py fails.
    sub_commands: ClassVar = [("build_panel", None), *build.sub_commands]


class SdistWithPanel(sdist):
    def run(self) -> None:
        self.run_command("build_panel")
        super().run()


def long_description() -> str:
    """The README with the addresses of what it links to, at the tag of this version."""
    package = (ROOT / "tensorboard_cnc" / "__init__.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'^__version__ = "(.+)"$', package, re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return repository.readable_elsewhere(readme, f"v{version}")


setup(
    long_description=long_description(),
    long_description_content_type="text/markdown",
    cmdclass={"build": BuildWithPanel, "build_panel": BuildPanel, "sdist": SdistWithPanel},
)
