"""How many controls somebody sees who does nothing."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Page

MOST_CONTROLS = 60
# What somebody may press, type in or drag, and sees; models in map, table and trade-offs are
# data, as are the rows of slices.
_CONTROLS = """() => [...document.querySelectorAll(
  "button, select, input, textarea, summary, a[href], [role=separator], [role=slider]"
)].filter(element => !element.closest("[aria-label=Slices] [role=rowheader]")).filter(element => {
  const seen = element.type === "radio" || element.type === "checkbox"
    ? element.closest("label") ?? element : element;
  const { right, bottom, left, top, width, height } = seen.getBoundingClientRect();
  return seen.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && width > 0 && height > 0 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
}).map(element => element.ariaLabel || element.textContent.trim() || element.tagName)"""


def controls_at_rest(page: Page, frame: FrameLocator) -> list[str]:
    """The names of all that are on screen while neither pointer nor focus is anywhere near."""
    page.mouse.move(2, 2)
    frame.locator("body").evaluate("() => document.activeElement.blur()")
    found: list[str] = frame.locator("body").evaluate(_CONTROLS)
    return found
