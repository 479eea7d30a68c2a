"""Behaviors with every kind of data, with none, and with texts that nobody would trust."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Dialog, FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.conftest import open_tab

ServeProcess = Callable[..., str]


def open_behaviors(page: Page, url: str, models: int = 2) -> FrameLocator:
    """Behaviors of the base and, where there are others, of all of them."""
    frame = open_tab(page, url, "&p.cnc.at=behaviors")
    if models > 1:
        frame.get_by_role("button", name=re.compile("direct descendant")).click()
    return frame


def log_pair(logdir: Path, dataset: str, ids: Any, *answers: dict[str, Any]) -> None:
    """A dense model and one pruned, which answered these."""
    for name, answer in zip(("dense", "pruned"), answers, strict=True):
        parents = () if name == "dense" else "dense"
        with cnc_summary.model(logdir / name, name, parents=parents) as m:
            m.predictions(dataset, ids, **answer)


def rows(frame: FrameLocator) -> Locator:
    return frame.get_by_role("grid", name="Instances").get_by_role("row")


def test_hostile_texts_are_shown_as_they_are(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    ids = [f"{attack}&id=1#%20/?", "long", "other", "plain"]
    texts = [attack, "x" * 3_000_000, "\u202eright to left", "a\x00b\n\nc"]
    cnc_summary.dataset(
        tmp_path / "data",
        "questions",
        ids,
        texts=texts,
        targets=[attack, "y", "born in 1809", ""],
        attributes={"topic <b>": [attack, "b", "b", "b"]},
    )
    log_pair(
        tmp_path,
        "questions",
        ids,
        {
            "outputs": [attack, "y" * 2_000_000, "born in 1809", "no"],
            "scores": {"F1": [1, 1, 1, 0]},
        },
        {"outputs": ["<b>no</b>", "y", "born in 1812", ""], "scores": {"F1": [0, 0.5, 0.4, 0]}},
    )
    frame = open_behaviors(page, serve_process(tmp_path))
    frame.get_by_role("combobox", name="By").select_option("topic <b>")
    slices = frame.get_by_role("table", name="Slices").get_by_role("rowheader")
    expect(slices.filter(has_text=attack)).to_have_count(1)
    frame.get_by_role("group", name="Rows").get_by_text("instances", exact=True).click()
    expect(rows(frame)).to_have_count(4)
    expect(rows(frame).nth(1).locator("del")).to_have_text("1809")
    expect(rows(frame).nth(1).locator("ins")).to_have_text("1812")
    rows(frame).first.click()
    pane = frame.get_by_role("complementary")
    expect(pane.get_by_role("heading", level=2)).to_contain_text(attack)
    expect(pane.get_by_text(attack, exact=True).first).to_be_visible()
    page.wait_for_url(re.compile("p.cnc.bi="))
    page.reload()
    expect(pane.get_by_role("heading", level=2)).to_contain_text(attack)
    assert frame.locator("img, b, i, u").count() == 0
    assert dialogs == []


def test_long_names_of_classes_stay_in_their_column(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    names = ["meadow and pasture " * 20, "shrub and heath " * 20]
    answers = ({"predicted": [names[i % 2] for i in range(o, o + 9)]} for o in (0, 1))
    log_pair(tmp_path, "land", range(9), *answers)
    frame = open_behaviors(page, serve_process(tmp_path))
    flow = frame.get_by_role("listbox", name="Changes of predictions from dense to pruned")
    named = flow.locator("text", has_text="meadow")
    expect(named).to_have_count(2)
    beyond = """name => {
        const [own, whole] = [name, name.closest("section")].map(e => e.getBoundingClientRect());
        return Math.max(whole.left - own.left, own.right - whole.right);
    }"""
    assert all(each.evaluate(beyond) <= 0 for each in named.all())


def test_a_regression(tmp_path: Path, page: Page, serve_process: ServeProcess) -> None:
    target = np.linspace(0, 100, 400)
    cnc_summary.dataset(tmp_path / "data", "houses", np.arange(400), targets=target)
    log_pair(
        tmp_path,
        "houses",
        np.arange(400),
        {"predicted": target + 1},
        {"predicted": target + np.where(target > 80, 9.0, 2.0)},
    )
    frame = open_behaviors(page, serve_process(tmp_path))
    sheet = frame.get_by_role("table", name="Models on the data set")
    expect(sheet).to_contain_text("absolute error")
    expect(sheet).to_contain_text("3.40")
    lines = frame.get_by_role("img", name="absolute error of 2 models by target")
    expect(lines.locator("path.band")).to_have_count(2)
    # Rows are in the order of the lines.
    worst = frame.get_by_role("table", name="Slices").get_by_role("row").last
    expect(worst).to_contain_text("80")
    expect(worst).to_contain_text("+8")
    frame.get_by_text("where it broke", exact=True).click()
    expect(frame.get_by_text("a larger share rose than overall, by absolute error")).to_be_visible()


def test_several_classes_for_each_instance(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    truth = np.random.default_rng(0).random((300, 3)) < 0.5
    answered = truth.copy()
    answered[:60, 2] = ~answered[:60, 2]
    cnc_summary.dataset(
        tmp_path / "data",
        "photos",
        np.arange(300),
        labels=truth.astype(int),
        classes=["cat", "dog", "car"],
    )
    log_pair(
        tmp_path,
        "photos",
        np.arange(300),
        {"probabilities": np.where(truth, 0.9, 0.1), "multilabel": True},
        {"probabilities": np.where(answered, 0.9, 0.1), "multilabel": True},
    )
    frame = open_behaviors(page, serve_process(tmp_path))
    expect(frame.get_by_text("all 300 instances")).to_be_visible()
    expect(
        frame.get_by_text(re.compile("3 slices of 300 instances, which can be in several"))
    ).to_be_visible()
    frame.get_by_text("instances", exact=True).click()
    said, lost = ("ins", "del") if answered[0, 2] else ("del", "ins")
    expect(rows(frame).first.locator(said)).to_have_text("car")
    expect(rows(frame).first.locator(lost)).to_have_count(0)


def test_scores_alone_on_data_that_nobody_logged(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    ids = [f"doc-{number}" for number in range(50)]
    rouge = np.linspace(0, 1, 50)
    log_pair(
        tmp_path, "summaries", ids, {"scores": {"rouge": rouge}}, {"scores": {"rouge": rouge / 2}}
    )
    frame = open_behaviors(page, serve_process(tmp_path))
    expect(frame.get_by_text("No run has logged this data set")).to_be_visible()
    frame.get_by_role("combobox", name="Sort").select_option("as logged")
    expect(rows(frame).first).to_contain_text("doc-0")
    frame.get_by_role("group", name="Show").get_by_text("change", exact=True).click()
    frame.get_by_role("combobox", name="Sort").select_option("pruned: fell most")
    expect(rows(frame).first).to_contain_text("doc-49")
    expect(rows(frame).first).to_contain_text("−0.500")
    frame.get_by_text("slices", exact=True).click()
    expect(frame.get_by_text("Nothing to slice by")).to_be_visible()


def test_models_that_cover_different_instances(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    for name, ids in (("dense", range(100)), ("pruned", range(120, 40, -1))):
        with cnc_summary.model(
            tmp_path / name, name, parents=() if name == "dense" else "dense"
        ) as m:
            m.predictions("test", list(ids), predicted=[str(i % 7) for i in ids])
    frame = open_behaviors(page, serve_process(tmp_path))
    head = frame.get_by_role("columnheader").filter(has_text="pruned")
    expect(head).to_contain_text("n 59")
    expect(frame.get_by_text("0 % changed")).to_be_visible()


@pytest.mark.parametrize("others", [True, False])
def test_no_predictions_say_what_to_log(
    others: bool, tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense") as m:
        m.metrics({"accuracy": 0.9})
    if others:
        with cnc_summary.model(tmp_path / "pruned", "pruned", parents="dense") as m:
            m.predictions("test", [1, 2, 3], predicted=["a", "b", "a"])
    frame = open_tab(page, serve_process(tmp_path), "&p.cnc.at=behaviors")
    if others:
        frame.get_by_role(
            "button", name=re.compile("Make pruned the base|direct descendant")
        ).first.click()
        expect(frame.get_by_role("table", name="Models on the data set")).to_be_visible()
    else:
        expect(
            frame.get_by_role("heading", name="No predictions are logged here yet")
        ).to_be_visible()
        expect(
            frame.get_by_text('m.predictions("test", ids, probabilities=probabilities)')
        ).to_be_visible()


def test_one_broken_record_leaves_the_rest(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    ids = np.arange(500)
    log_pair(tmp_path, "test", ids, {"predicted": ids % 5}, {"predicted": ids % 7})
    with cnc_summary.model(tmp_path / "broken", "broken", parents="dense") as m:
        m.predictions("test", ids, predicted=ids % 3)
    (file,) = (tmp_path / "broken").rglob("*tfevents*")
    content = bytearray(file.read_bytes())
    content[(content.rindex(b"cnc/predictions/broken") + len(content)) // 2] ^= 0x40
    file.write_bytes(content)
    frame = open_behaviors(page, serve_process(tmp_path, "--load_fast=true"))
    head = frame.get_by_role("columnheader").filter(has_text="broken")
    expect(head).to_contain_text("no predictions")
    expect(frame.get_by_text(re.compile("^broken: A record is damaged"))).to_be_visible()
    expect(frame.get_by_role("columnheader").filter(has_text="pruned")).to_contain_text("n 500")


def test_a_link_that_asks_for_what_is_not_there(
    tmp_path: Path, browser: Browser, serve_process: ServeProcess
) -> None:
    log_pair(tmp_path, "test", [1, 2], {"predicted": ["a", "b"]}, {"predicted": ["b", "b"]})
    # The fixture's page would complain of the 404 that this is about.
    with browser.new_page() as page:
        frame = open_tab(page, serve_process(tmp_path), "&p.cnc.at=behaviors&p.cnc.bd=gone")
        expect(frame.get_by_text("gone")).to_be_visible()
        frame.get_by_role("button", name="Start over").click()
        expect(frame.get_by_role("table", name="Models on the data set")).to_be_visible()


def test_predictions_show_when_they_are_logged(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    ids = np.arange(200)
    with cnc_summary.model(tmp_path / "dense", "dense") as m:
        m.predictions("test", ids, predicted=ids % 5)
    frame = open_tab(page, serve_process(tmp_path), "&p.cnc.at=behaviors")
    expect(rows(frame).or_(frame.get_by_role("table", name="Slices")).first).to_be_visible()
    with cnc_summary.model(tmp_path / "pruned", "pruned", parents="dense") as m:
        m.predictions("test", ids, predicted=np.where(ids < 20, 0, ids % 5))
        frame.get_by_role("button", name=re.compile("direct descendant")).click()
        changed = frame.get_by_role("button", name=re.compile("changed"))
        expect(changed).to_have_text("8.0\u202f% changed")
        m.predictions("test", ids, predicted=ids % 5)
        expect(changed).to_have_text("0\u202f% changed")


def test_rows_that_are_not_finite_are_left_out_and_counted(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    ids = np.arange(100)
    probabilities = np.eye(4)[ids % 4] * 0.6 + 0.1
    broken = probabilities.copy()
    broken[:7] = np.nan
    cnc_summary.dataset(tmp_path / "data", "test", ids, labels=ids % 4, classes=list("abcd"))
    log_pair(tmp_path, "test", ids, {"probabilities": probabilities}, {"probabilities": broken})
    frame = open_behaviors(page, serve_process(tmp_path))
    head = frame.get_by_role("columnheader").filter(has_text="pruned")
    expect(head).to_contain_text("7 out")
    tip = head.locator("[data-tip*='left out']")
    expect(tip).to_have_count(1)


def test_data_sets_of_one_name_are_told_apart(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    ids = np.arange(90)
    for sweep, classes in (("one", 3), ("two", 9)):
        cnc_summary.dataset(
            tmp_path / sweep / "data", "test", ids, labels=[str(i % classes) for i in ids]
        )
        for name in ("dense", "pruned"):
            parents = () if name == "dense" else "dense"
            with cnc_summary.model(tmp_path / sweep / name, f"{name}", parents=parents) as m:
                m.predictions("test", ids, predicted=[str(i % classes) for i in ids])
    frame = open_tab(page, serve_process(tmp_path), "&p.cnc.at=behaviors")
    expect(frame.get_by_role("button", name="Select all 3 with predictions")).to_be_visible()
    frame.get_by_role("button", name="Select all 3 with predictions").click()
    data = frame.get_by_role("combobox", name="Data")
    options = data.get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_have_text(re.compile(r"^test, 90 · (one|two)/data \w{6}$"))
    slices = frame.get_by_role("table", name="Slices").get_by_role("row")
    expect(slices.first).to_be_visible()
    first = slices.count()
    data.select_option(index=1)
    expect(slices).to_have_count(12 - first)


def test_another_data_set_is_asked_for_what_it_has(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    ids = np.arange(400)
    cnc_summary.dataset(tmp_path / "data", "labelled", ids, labels=ids % 4, classes=list("abcd"))
    # A class broke, so that slices are by classes, which bare scores do not have.
    broken = np.where(ids % 4 == 1, 2, ids % 4)
    log_pair(tmp_path, "labelled", ids, {"predicted": ids % 4}, {"predicted": broken})
    for name in ("dense", "pruned"):
        with cnc_summary.attach(tmp_path / name, name) as m:
            m.predictions("scores", ids, scores={"F1": ids / 400})
    frame = open_behaviors(page, serve_process(tmp_path))
    data = frame.get_by_role("combobox", name="Data")
    data.select_option(label="labelled, 400")
    expect(frame.get_by_role("combobox", name="By")).to_have_value("label")
    expect(frame.get_by_role("table", name="Slices").get_by_role("row")).to_have_count(4)
    # The page complains of every request that is refused.
    data.select_option(label="scores")
    expect(rows(frame).first).to_be_visible()
    expect(frame.get_by_role("alert")).to_have_count(0)


def test_a_list_taller_than_browsers_lay_out(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    ids = np.arange(300_000)
    log_pair(tmp_path, "test", ids, {"predicted": ids % 5}, {"predicted": ids % 7})
    frame = open_behaviors(page, serve_process(tmp_path))
    frame.get_by_text("instances", exact=True).click()
    expect(rows(frame).first).to_be_visible()
    frame.get_by_role("combobox", name="Sort").select_option("as logged")
    expect(rows(frame).first).to_contain_text("0")
    grid = frame.get_by_role("grid", name="Instances")
    expect(grid).to_have_attribute("aria-rowcount", "300000")
    grid.focus()
    page.keyboard.press("End")
    last = frame.locator("#instance-299999")
    expect(last).to_be_in_viewport()
    expect(last).to_contain_text("299999")
    # What was asked for stays in sight in a smaller window.
    page.set_viewport_size({"width": 1440, "height": 700})
    expect(last).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("complementary", name="Instance 299998")).to_be_visible()
    frame.locator(".sheet").evaluate("sheet => sheet.scrollTo(0, sheet.scrollHeight / 2)")
    middle = frame.locator("[role=row][aria-rowindex^='15']").first
    expect(middle).to_be_attached()
    expect(middle).not_to_be_empty()
    grid.focus()
    page.keyboard.press("Home")
    expect(frame.locator("#instance-0")).to_be_in_viewport()


def test_harm_of_scores_is_told_in_their_words(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    """Nothing is right or wrong; a loss that rises in one topic alone is harm."""
    n, chance = 900, np.random.default_rng(3)
    topics = np.array(["sports", "law", "science"]).repeat(n // 3)
    before = chance.uniform(0.2, 0.9, n)
    after = before + chance.normal(0, 0.02, n) - 0.1 * (topics == "law")
    cnc_summary.dataset(tmp_path / "data", "questions", range(n), attributes={"topic": topics})
    made = cnc_summary.operation("quantize", bits=4)
    for name, parents, step, f1 in (("dense", (), None, before), ("int4", "dense", made, after)):
        with cnc_summary.model(tmp_path / name, name, parents=parents, operation=step) as m:
            m.predictions("questions", range(n), scores={"F1": np.clip(f1, 0, 1)})
    frame = open_behaviors(page, serve_process(tmp_path))
    verdict = frame.get_by_text("Harmed more than the rest: 1 of 3 slices")
    expect(verdict).to_be_visible()
    lost = frame.get_by_role("button", name=re.compile(r"topic: law\s*\d+ of 300 fell, \d+ rose"))
    expect(lost).to_have_attribute("data-tip", re.compile(r"F1 changed by −0\.\d+, the rest by"))
    frame.get_by_text("where it broke", exact=True).click()
    slices = frame.get_by_role("table", name="Broken slices")
    cell = slices.get_by_role("button", name="of topic: law fell in int4")
    expect(cell).to_contain_text(re.compile(r"▼ F1 changed by −0\.\d"))
    cell.click()
    expect(frame.get_by_text("300 of 900 instances (33")).to_be_visible()
