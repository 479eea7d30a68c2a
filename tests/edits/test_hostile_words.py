"""Texts that are more than texts somewhere, in all that is said of a model afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

import tensorboard_cnc
from benchmarks.trust.hostile_texts import TEXTS
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.cli import main
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import NOTE_CHARACTERS, TAG_CHARACTERS
from tests.conftest import Serve

NOTES = [text[:NOTE_CHARACTERS] for text in TEXTS]


def said_of(logdir: Path) -> dict[str, list[str]]:
    """Logs a model for each text, and says all of it that is taken; the names that were, by id."""
    taken: dict[str, list[str]] = {}
    for at, text in enumerate(TEXTS):
        run, model_id = logdir / f"r{at}", f"m{at}"
        cnc_summary.model(run, model_id).close()
        cnc_summary.edit(run, model_id, note=NOTES[at], status="failed", reason=text)
        taken[model_id] = []
        for said in ({"tags": [text[:TAG_CHARACTERS]]}, {"renamed": text[:500]}):
            try:
                cnc_summary.edit(run, model_id, **said)
                taken[model_id] += said
            except ArgumentError:
                assert not text.isprintable()
    return taken


def test_whole_with_both_loaders(tmp_path: Path, serve: Serve) -> None:
    taken = said_of(tmp_path)
    answer = serve(tmp_path).models_when(
        lambda a: len(a["models"]) == len(TEXTS) and not a.get("incomplete")
    )
    assert answer["problems"] == []
    for model in answer["models"]:
        at, known = int(model["id"][1:]), taken[model["id"]]
        assert model["note"] == NOTES[at]
        assert model.get("tags") == ([TEXTS[at][:TAG_CHARACTERS]] if "tags" in known else None)
        assert model.get("renamed") == (TEXTS[at][:500] if "renamed" in known else None)


def test_nothing_in_a_terminal_but_what_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said_of(tmp_path)
    names = [f"m{at}" for at in range(len(TEXTS))]
    assert main(["list", str(tmp_path)]) == 0
    assert main(["edit", str(tmp_path), *names, "--note", "", "--untag", "a", "--hide"]) == 0
    for name in names:
        assert main(["show", str(tmp_path), name]) == 0
    out, err = capsys.readouterr()
    assert all(line.isprintable() for line in out.splitlines())
    assert err == ""
    assert len(tensorboard_cnc.read(tmp_path).models) == len(TEXTS)


@pytest.mark.parametrize("text", [text for text in NOTES if "\0" not in text])
def test_as_arguments(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cnc_summary.model(tmp_path / "r", "m").close()
    assert main(["edit", str(tmp_path), "m", f"--note={text}"]) == 0
    for option in ("--tag", "--rename", "--parent", "--withdraw", "--description", "--checkpoint"):
        assert main(["edit", str(tmp_path), "m", f"{option}={text}"]) in (0, 2)
    out, err = capsys.readouterr()
    assert all(line.isprintable() for line in (*out.splitlines(), *err.splitlines()))
    assert tensorboard_cnc.read(tmp_path).models["m"].note == text
