"""The tab as its users meet it: real logs, real TensorBoard, real Chromium, its own CSP."""

from __future__ import annotations

import csv
import re
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tensorboard_cnc import cnc_summary
from tests.browser.conftest import FRAME, open_tab, settled_box

ServeProcess = Callable[..., str]


def log_sweep(logdir: Path) -> None:
    """Dense → prune-50 → prune-50-ft, and a failed prune-90."""
    with cnc_summary.model(logdir / "dense", "dense") as dense:
        dense.metrics({"accuracy": 0.95, "size_bytes": 1.2e6, "latency_ms": [8.1, 8.3, 8.0]})
    for amount, accuracy in ((0.5, 0.9), (0.9, 0.4)):
        name = f"prune-{amount:.0%}".rstrip("%")
        operation = cnc_summary.operation("magnitude prune", amount=amount)
        with cnc_summary.model(logdir / name, name, parents="dense", operation=operation) as pruned:
            pruned.metrics({"accuracy": accuracy, "size_bytes": 1.2e6 * (1 - amount)})
            if amount == 0.9:
                pruned.failed("the loss became NaN")
    tune = cnc_summary.operation("fine-tune", epochs=3)
    with cnc_summary.model(
        logdir / "ft", "prune-50-ft", parents="prune-50", operation=tune
    ) as tuned:
        tuned.metrics({"accuracy": 0.94, "size_bytes": 6e5})


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    log_sweep(tmp_path)
    return tmp_path


def node(frame: FrameLocator, label: str) -> Locator:
    """A model's node in the map, by the beginning of what a screen reader says."""
    return frame.get_by_label("Model Map").get_by_label(re.compile(f"^{label}"))


def row(frame: FrameLocator, model_id: str) -> Locator:
    header = frame.get_by_role("rowheader").get_by_text(model_id, exact=True)
    return frame.get_by_role("row").filter(has=header)


def test_what_broke_and_what_repaired_is_said_before_anything_is_selected(
    sweep: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(sweep))
    details = frame.get_by_label("Details of the selection")
    losses = details.get_by_role("button", name=re.compile("^dense → magnitude prune"))
    expect(losses).to_have_count(2)
    expect(losses.first).to_contain_text(re.compile("90.%.*failed.*−57.9.%", re.DOTALL))
    details.get_by_role("button", name=re.compile("^prune-50 → fine-tune 3 epochs")).click()
    for name in ("prune-50", "prune-50-ft"):
        expect(row(frame, name)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("loader", ["true", "false"])
def test_map_table_and_details(
    loader: str, sweep: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(sweep, f"--load_fast={loader}"))
    expect(frame.get_by_text("4 models").first).to_be_visible()
    expect(node(frame, "prune-50-ft, fine-tune")).to_be_visible()
    expect(frame.get_by_role("button", name=re.compile("^magnitude prune"))).to_be_visible()
    expect(frame.get_by_role("row")).to_have_count(5)
    node(frame, "prune-50,").click()
    details = frame.get_by_label("Details of the selection")
    expect(details.get_by_text("prune-50", exact=True).first).to_be_visible()
    expect(details).to_contain_text("magnitude prune")
    expect(row(frame, "prune-50")).to_have_attribute("aria-selected", "true")
    node(frame, "prune-50-ft,").click(modifiers=["Shift"])
    expect(frame.get_by_text("2 selected")).to_be_visible()
    expect(row(frame, "prune-50")).to_have_attribute("aria-selected", "true")


def test_a_path_prefix(sweep: Path, page: Page, serve_process: ServeProcess) -> None:
    url = serve_process(sweep, "--path_prefix=/static/tb")
    frame = open_tab(page, url)
    expect(node(frame, "dense")).to_be_visible()


def test_a_logdir_spec(sweep: Path, page: Page, serve_process: ServeProcess) -> None:
    url = serve_process(None, f"--logdir_spec=one:{sweep / 'dense'},two:{sweep / 'prune-50'}")
    frame = open_tab(page, url)
    expect(row(frame, "prune-50")).to_be_visible()
    node(frame, "prune-50").click()
    expect(frame.get_by_label("Details of the selection")).to_contain_text("two")


def test_the_theme_follows_tensorboard(
    sweep: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(sweep))
    root = frame.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    page.evaluate("document.body.classList.add('dark-mode')")
    expect(root).to_have_attribute("data-theme", "dark")
    page.evaluate("document.body.classList.remove('dark-mode')")
    expect(root).to_have_attribute("data-theme", "light")


def test_a_copied_link_shows_the_same(sweep: Path, page: Page, serve_process: ServeProcess) -> None:
    url = serve_process(sweep)
    frame = open_tab(page, url)
    node(frame, "prune-50,").click()
    node(frame, "prune-90,").click(modifiers=["Shift"])
    frame.get_by_role("button", name="What the map shows").click()
    frame.get_by_role("group", name="Columns").get_by_text("step").click()
    frame.get_by_role("columnheader", name=re.compile("accuracy")).get_by_role("button").click()
    page.wait_for_url(re.compile(r"p\.cnc\.sort="))
    link = page.url
    first = frame.get_by_role("row").nth(1).inner_text()
    page.goto("about:blank")
    page.goto(link)
    frame = page.frame_locator(FRAME)
    expect(row(frame, "prune-90")).to_have_attribute("aria-selected", "true")
    expect(row(frame, "prune-50")).to_have_attribute("aria-selected", "true")
    expect(frame.get_by_text("2 selected")).to_be_visible()
    expect(frame.get_by_role("row").nth(1)).to_have_text(re.compile(re.escape(first.split()[0])))
    assert page.url == link


def test_a_link_from_elsewhere_is_no_error(
    sweep: Path, page: Page, serve_process: ServeProcess
) -> None:
    state = "&p.cnc.sel=AAAAAAAAAAAA&p.cnc.c=no%20such%20metric&p.cnc.x=1"
    frame = open_tab(page, serve_process(sweep), state)
    expect(frame.get_by_text("not in this log directory")).to_be_visible()
    expect(node(frame, "dense")).to_be_visible()


# Resolves once the element has had another width than `from` for some frames.
_SETTLED_WIDTH = """(element, from) => new Promise((done) => {
  let last = from, frames = 0;
  const look = () => {
    const { width } = element.getBoundingClientRect();
    frames = width === last && width !== from ? frames + 1 : 0;
    last = width;
    if (frames < 15) requestAnimationFrame(look);
    else done(width);
  };
  look();
})"""


def test_a_model_that_appears_slides_in_without_losing_view_or_selection(
    sweep: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(sweep))
    node(frame, "prune-50,").click()
    stage = frame.get_by_label("Model Map")
    fitted = node(frame, "dense").evaluate("element => element.getBoundingClientRect().width")
    stage.get_by_role("button", name="Zoom in").click()
    before = node(frame, "dense").evaluate(_SETTLED_WIDTH, fitted)
    tune = cnc_summary.operation("fine-tune", epochs=1)
    with cnc_summary.model(sweep / "new", "newcomer", parents="prune-90", operation=tune) as new:
        new.metrics({"accuracy": 0.8, "size_bytes": 1e5})
        expect(frame.get_by_text("5 models").first).to_be_visible()
        expect(stage.get_by_label(re.compile("^newcomer.*running"))).to_have_count(1)
    expect(row(frame, "prune-50")).to_have_attribute("aria-selected", "true")
    after = settled_box(node(frame, "dense"))
    assert after["width"] == pytest.approx(before, rel=0.25), "the zoom has changed"


def test_nothing_logged_shows_what_to_log(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(tmp_path))
    expect(frame.get_by_text("No models are logged here yet")).to_be_visible()
    expect(frame.get_by_text("cnc_summary.model(").first).to_be_visible()


def test_a_suggestion_says_how_to_say_that_models_are_replicates(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    for name in ("run1", "run2"):
        with cnc_summary.model(tmp_path / name, name) as m:
            m.metrics({"accuracy": 0.9})
    frame = open_tab(page, serve_process(tmp_path))
    frame.get_by_role("button", name="1 suggestion").click()
    expect(frame.get_by_label("Suggestions")).to_contain_text('replicate_of="run1"')


def test_problems_are_listed_in_plain_words(
    sweep: Path, page: Page, serve_process: ServeProcess
) -> None:
    with cnc_summary.model(sweep / "orphan", "orphan", parents="nobody"):
        pass
    frame = open_tab(page, serve_process(sweep))
    frame.get_by_role("button", name=re.compile("1 problem")).click()
    problems = frame.get_by_label("Problems")
    expect(problems).to_contain_text('names the parent "nobody"')
    expect(problems).to_contain_text("orphan")
    expect(node(frame, "nobody")).to_be_visible()


HOSTILE = "<img src=x onerror=parent.hacked=1>"


def test_text_from_logs_is_never_markup(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    operation = cnc_summary.operation(HOSTILE, **{HOSTILE: HOSTILE})
    with cnc_summary.model(
        tmp_path / "r",
        HOSTILE,
        parents=f"{HOSTILE} parent",
        operation=operation,
        description=HOSTILE,
        metrics=[cnc_summary.metric(HOSTILE, goal="max", unit=HOSTILE)],
    ) as model:
        model.metrics({HOSTILE: 1.0})
        model.failed(HOSTILE)
    frame = open_tab(page, serve_process(tmp_path))
    node(frame, re.escape(f"{HOSTILE},")).click()
    expect(frame.get_by_label("Details of the selection")).to_contain_text(HOSTILE)
    frame.get_by_role("button", name=re.compile("problem")).click()
    node(frame, re.escape(f"{HOSTILE},")).hover()
    assert frame.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_the_table_as_csv(sweep: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(sweep))
    expect(row(frame, "dense")).to_be_visible()
    with page.expect_download() as download:
        frame.get_by_role("button", name="CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = {line["model"]: line for line in csv.DictReader(file)}
    assert set(rows) == {"dense", "prune-50", "prune-50-ft", "prune-90"}
    accuracy = next(name for name in rows["dense"] if name.startswith("accuracy"))
    assert float(rows["prune-50"][accuracy]) == 0.9
    latency = next(name for name in rows["dense"] if name.startswith("latency_ms"))
    assert rows["prune-50"][latency] == "", "not logged is empty, not 0"


def test_a_hidden_tab_catches_up_when_it_is_shown(
    sweep: Path, page: Page, serve_process: ServeProcess
) -> None:
    frame = open_tab(page, serve_process(sweep))
    expect(row(frame, "dense")).to_be_visible()
    page.evaluate("location.hash = '#timeseries'")
    expect(page.locator(FRAME)).to_be_hidden()
    with cnc_summary.model(sweep / "later", "later", parents="dense"):
        pass
    page.evaluate("location.hash = '#cnc'")
    expect(frame.get_by_text("5 models").first).to_be_visible()
    expect(node(frame, "later")).to_be_visible()


def save_map(page: Page, frame: FrameLocator, kind: str) -> Path:
    with page.expect_download() as download:
        model_map = frame.get_by_role("region", name="Model Map")
        model_map.get_by_role("button", name=kind, exact=True).click()
    assert download.value.suggested_filename == f"model-map.{kind.lower()}"
    return Path(download.value.path())


def test_the_map_as_svg_and_png(sweep: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(sweep))
    expect(node(frame, "prune-50-ft,")).to_be_visible()
    drawing = ElementTree.parse(save_map(page, frame, "SVG")).getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    width, height = (float(drawing.attrib[name]) for name in ("width", "height"))
    texts = [text for element in drawing.iter() if (text := (element.text or "").strip())]
    assert {"dense", "magnitude prune", "fine-tune", "accuracy"} <= set(texts)
    assert "var(--" not in ElementTree.tostring(drawing, encoding="unicode"), (
        "colours are the page's"
    )
    picture = save_map(page, frame, "PNG").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (round(2 * width), round(2 * height))


def test_the_map_by_keyboard(sweep: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(sweep))
    node(frame, "dense").focus()
    for key, reached in (
        ("ArrowRight", "prune-50,"),
        ("ArrowRight", "prune-50-ft,"),
        ("ArrowLeft", "prune-50,"),
        ("ArrowDown", "prune-90,"),
    ):
        page.keyboard.press(key)
        expect(node(frame, reached)).to_be_focused()
    details = frame.get_by_label("Details of the selection")
    page.keyboard.press("Space")
    expect(details.get_by_role("heading", name="prune-90")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(details.get_by_role("heading", name="2 models differ in amount")).to_be_visible()
    page.keyboard.press("Enter")
    expect(details.get_by_role("heading", name="prune-50")).to_be_visible()
    page.keyboard.press("b")
    expect(frame.get_by_role("group", name="prune-50, base")).to_be_visible()
    page.keyboard.press("Escape")
    expect(details.get_by_role("heading", name="No model is selected")).to_be_visible()


def test_the_table_by_keyboard(sweep: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(sweep))
    table = frame.get_by_role("grid", name="Models")
    rows = frame.get_by_role("row").and_(frame.locator("[aria-selected]"))
    expect(rows).to_have_count(4)
    chosen = frame.locator('[role="row"][aria-selected="true"]')
    table.focus()
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect(rows.nth(3)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Shift+ArrowUp")
    expect(chosen).to_have_count(2)
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(chosen).to_have_count(1)
    expect(rows.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Space")
    expect(chosen).to_have_count(0)


def test_the_keys_are_told(sweep: Path, page: Page, serve_process: ServeProcess) -> None:
    frame = open_tab(page, serve_process(sweep))
    expect(node(frame, "dense")).to_be_visible()
    dialog = frame.get_by_role("dialog", name="Keys")
    frame.get_by_role("button", name="Keys (?)").click()
    expect(dialog).to_contain_text("add or remove the focused model")
    expect(dialog).to_contain_text("signal to quantization noise")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    node(frame, "dense").focus()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)


def test_without_motion_a_new_model_is_in_its_place_at_once(
    sweep: Path, page: Page, serve_process: ServeProcess
) -> None:
    page.emulate_media(reduced_motion="reduce")
    frame = open_tab(page, serve_process(sweep))
    expect(node(frame, "prune-50-ft,")).to_be_visible()
    node(frame, "prune-50,").click()
    tune = cnc_summary.operation("fine-tune", epochs=1)
    with cnc_summary.model(sweep / "new", "newcomer", parents="prune-90", operation=tune):
        pass
    expect(node(frame, "newcomer,")).to_be_visible()
    expect(row(frame, "newcomer")).to_be_visible()
    expect(row(frame, "prune-50")).to_have_attribute("aria-selected", "true")
    x = "element => element.getBoundingClientRect().x"
    assert node(frame, "newcomer,").evaluate(x) > node(frame, "prune-90,").evaluate(x)


def test_names_that_every_object_knows(
    tmp_path: Path, page: Page, serve_process: ServeProcess
) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense") as dense:
        dense.metrics({"constructor": 0.25, "__proto__": 4.0, "toString": 7.0})
    operation = cnc_summary.operation("prune", constructor="by hand", toString=3)
    with cnc_summary.model(tmp_path / "a", "a", parents="dense", operation=operation) as a:
        a.metrics({"constructor": 0.5})
    with cnc_summary.model(tmp_path / "b", "b", parents="dense", operation="prune"):
        pass
    frame = open_tab(page, serve_process(tmp_path))
    for name in ("constructor", "__proto__", "toString"):
        head = frame.get_by_role("columnheader", name=re.compile(f"^{name}")).first
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", re.compile("scending"))
    details = frame.get_by_label("Details of the selection")
    node(frame, "b,").click()
    expect(details).to_contain_text("No metrics yet")
    node(frame, "a,").click()
    expect(details).to_contain_text("by hand")
    expect(details).to_contain_text("+100")
    node(frame, "dense").click(modifiers=["Shift"])
    node(frame, "b,").click(modifiers=["Shift"])
    expect(details.get_by_role("row", name=re.compile("^__proto__"))).to_contain_text("4")
