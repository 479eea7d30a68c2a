"""Hostile texts in every field of a log, in the real page: nothing runs, nothing is fetched."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import chromium
from playwright.sync_api import Browser, Dialog, FrameLocator, Locator, Page, sync_playwright

from benchmarks.size import Size
from benchmarks.trust.hostile_logs import HostileLogs
from benchmarks.trust.hostile_texts import HOST, MARK, TEXTS
from benchmarks.trust.outcome import Outcome
from tests.tensorboard_host import tensorboard_process

# So many texts are logged together: all of them are on the screen.
_TOGETHER = 20
_PATIENCE_MS = 120_000
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# What spreadsheets take for a formula, after what they skip.
_FORMULA = re.compile(r"[\s\x00-\x1f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|Infinity)")
_FILE_NAME = re.compile(r"\w[\w-]{0,60}\.(csv|json|svg|png)")
# All that a link may say (frontend/src/model/link/).
_LINK = (
    "base bb bd bf bi bk bm br bs bud bw c ch cols cr f fl goal hc hide lc le li lk lm lq lr ls lt "
    "lv lx pc q s sel sh sort tm tr vc vd ve vl vx x xl y yl z"
).split()
# What nobody of us makes.
_FOREIGN = "script:not([src], [type=module]), iframe, object, embed, base, meta, form[action]"
_SAVING = re.compile("^(CSV|JSON|SVG|PNG)$")
# What nobody of us makes.
_FOREIGN = "script:not([src], [type=module]), iframe, object, embed, base, meta, form[action]"
_SAVING = re.compile("^(CSV|JSON|SVG|PNG)$")
_LISTEN = """document.addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
    console.error("cnc: " + violatedDirective));"""


@dataclass
class Signs:
    """What must not happen in a page."""

    seen: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    in_links: int = 0

    def watch(self, page: Page) -> None:
        page.add_init_script(_LISTEN)
        page.on("dialog", self._dismiss)
        page.on("popup", lambda _: self.seen.append("a window"))
        page.on("pageerror", lambda error: self.seen.append(f"an exception: {error}"))
        page.on("console", lambda line: self._note(line.text.startswith("cnc: "), line.text))
        page.on("request", lambda request: self._note(_is_foreign(request.url), request.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self.seen.append("a dialog")
        dialog.dismiss()

    def _note(self, bad: bool, what: str) -> None:
        if bad:
            self.seen.append(what)

    def look(self, page: Page) -> None:
        """Looks into every frame for what ran, and for elements that nobody of us makes."""
        for frame in page.frames:
            if frame.evaluate(f"window.{MARK} || window.parent.{MARK} || null"):
                self.seen.append(f"a text ran in {frame.url}")
        panel = page.frame(url=re.compile("plugin_entry.html"))
        if panel and (count := panel.locator(f"body :is({_FOREIGN})").count()):
            self.seen.append(f"{count} elements from a text")


def attack(size: Size) -> list[Outcome]:
    """Logs the texts, walks through all places, saves all files, and opens hostile links."""
    count = size.count(len(TEXTS))
    # Some of every kind.
    texts = TEXTS[:: len(TEXTS) // count][:count]
    signs, taken, refused = Signs(), 0, 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=_FLAGS)
        for start in range(0, len(texts), _TOGETHER):
            with tempfile.TemporaryDirectory() as folder:
                logs = HostileLogs(Path(folder), texts[start : start + _TOGETHER])
                logs.write()
                taken, refused = taken + logs.taken, refused + logs.refused
                _walk(browser, Path(folder), texts[start : start + _TOGETHER], signs)
        browser.close()
    cells = [cell for name, data in signs.files if name.endswith(".csv") for cell in _cells(data)]
    pictures = [data for name, data in signs.files if name.endswith(".svg")]
    names = [name for name, _ in signs.files]
    return [
        Outcome(
            "texts of logs never run, load or open anything",
            taken,
            len(signs.seen) - signs.in_links,
            "; ".join(sorted(set(signs.seen))[:3])
            or f"{refused:,} more were refused by the writer",
        ),
        Outcome("texts in links neither", len(texts) * len(_LINK), signs.in_links),
        Outcome(
            "no cell of a saved table is a formula",
            len(cells),
            sum(bool(_FORMULA.match(cell) and not _NUMBER.fullmatch(cell)) for cell in cells),
        ),
        Outcome("saved pictures are pictures only", len(pictures), sum(map(_is_active, pictures))),
        Outcome(
            "saved files have names of ours",
            len(names),
            sum(not _FILE_NAME.fullmatch(name) for name in names),
        ),
    ]


def _walk(browser: Browser, logdir: Path, texts: tuple[str, ...], signs: Signs) -> None:
    with tensorboard_process("--logdir", str(logdir)) as server, _page(browser, signs) as page:
        page.goto(f"{server.url}/#cnc")
        frame = page.frame_locator("iframe[src*='name=cnc']")
        models = re.compile(rf"^{len(texts) + 1} models$")
        frame.get_by_text(models).first.wait_for()
        _overview(page, frame, signs)
        for place in ("behaviors", "layers"):
            page.evaluate(f"location.hash = location.hash + '&p.cnc.at={place}'")
            _place(page, frame, signs)
        signs.look(page)
        before = len(signs.seen)
        for text in texts:
            value = quote(text[:500].encode("utf-8", "replace"), safe="")
            said = "".join(f"&p.cnc.{name}={value}" for name in _LINK)
            page.goto("about:blank")
            page.goto(f"{server.url}/#cnc&p.cnc.at=behaviors{said}")
            frame.get_by_role("navigation", name="Views").wait_for()
            signs.look(page)
        signs.in_links += len(signs.seen) - before


@contextmanager
def _page(browser: Browser, signs: Signs) -> Iterator[Page]:
    with browser.new_page(viewport={"width": 1600, "height": 1000}) as page:
        page.set_default_timeout(_PATIENCE_MS)
        signs.watch(page)
        yield page


def _overview(page: Page, frame: FrameLocator, signs: Signs) -> None:
    rows = frame.get_by_role("row")
    for at in range(1, rows.count()):
        rows.nth(at).hover()
    for button in frame.get_by_role("button", name=re.compile("problem|suggestion")).all():
        button.click()
        page.keyboard.press("Escape")
    rows.nth(1).click()
    frame.get_by_text("Note, tag, rename or hide it").click()
    rows.nth(2).click(modifiers=["Shift"])
    rows.nth(3).click(modifiers=["Shift"])
    _save_all(page, frame, signs)


def _place(page: Page, frame: FrameLocator, signs: Signs) -> None:
    frame.get_by_role("button", name="CSV").first.wait_for()
    _save_all(page, frame, signs)


def _save_all(page: Page, frame: FrameLocator, signs: Signs) -> None:
    """Presses every button and link that saves a file."""
    for button in frame.locator("button, a[download]").filter(has_text=_SAVING).all():
        _save(page, button, signs)


def _save(page: Page, button: Locator, signs: Signs) -> None:
    with page.expect_download() as download:
        button.click()
    signs.files.append(
        (download.value.suggested_filename, Path(download.value.path()).read_bytes())
    )


def _is_foreign(url: str) -> bool:
    return urlsplit(url).hostname == HOST


def _cells(data: bytes) -> Iterator[str]:
    text = data.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        yield from row


def _is_active(data: bytes) -> bool:
    """Whether a picture holds anything that could run or load."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return True
    for element in root.iter():
        name = element.tag.rpartition("}")[2].lower()
        if name in {"script", "foreignobject", "iframe", "image", "use", "a", "animate", "set"}:
            return True
        for attribute, value in element.attrib.items():
            if attribute.lower().startswith("on") or HOST in value or "javascript:" in value:
                return True
    return False
