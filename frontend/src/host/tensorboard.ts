/**
 * The only file that touches TensorBoard's window. Everything that reaches into it is guarded:
 * in Jupyter, Colab or a page of another origin there may be nothing to reach. In a report
 * `report_file.ts` stands in its place.
 */
import type { Theme } from "../model/colour/palette";
import { isOurTab, readHash, withValues } from "../model/link/host_hash";

type Stop = () => void;

/** Calls `listener` with TensorBoard's theme, now and whenever it changes. */
export function watchTheme(listener: (theme: Theme) => void): Stop {
  const body = parentBody();
  if (body) {
    const tell = (): void => listener(body.classList.contains("dark-mode") ? "dark" : "light");
    const observer = new MutationObserver(tell);
    observer.observe(body, { attributes: true, attributeFilter: ["class"] });
    tell();
    return () => observer.disconnect();
  }
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  const tell = (): void => listener(query.matches ? "dark" : "light");
  query.addEventListener("change", tell);
  tell();
  return () => query.removeEventListener("change", tell);
}

/** Lets this document use the Roboto that TensorBoard brings along. */
export function shareFonts(): void {
  const faces: string[] = [];
  try {
    if (window.parent === window) return;
    for (const sheet of window.parent.document.styleSheets) {
      for (const rule of sheet.cssRules) {
        if (rule.cssText.startsWith("@font-face")) faces.push(rule.cssText);
      }
    }
  } catch {
    // A style sheet of another origin cannot be read; the fonts before it can be used.
  }
  const style = document.createElement("style");
  style.textContent = faces
    .filter((face) => /font-family:\s*"?Roboto"?;/.test(face))
    .join("\n")
    .replace(/url\("[^"]*?(font-roboto\/[^"]+)"\)/g, `url("${tensorboardRoot().href}$1")`);
  document.head.append(style);
}

/** Our values in the link that the user sees; null while it shows another tab. */
export function readLink(): Record<string, string> | null {
  const { hash } = linkWindow().location;
  return isOurTab(hash) ? readHash(hash) : null;
}

/** Puts `values` into the link; `step`: whether the browser's back button leads back from it. */
export function writeLink(values: Readonly<Record<string, string>>, step = false): void {
  const target = linkWindow();
  const hash = withValues(target.location.hash, values);
  if (hash === target.location.hash) return;
  try {
    const url = new URL(target.location.href);
    url.hash = hash;
    if (step) target.history.pushState(target.history.state, "", url);
    else target.history.replaceState(target.history.state, "", url);
  } catch {
    // Some hosts forbid it; the panel works without a link.
  }
}

/** The link that the user sees. */
export function linkAddress(): string {
  return linkWindow().location.href;
}

/** Calls `listener` when the user changes the link by hand or walks the history. */
export function watchLink(listener: () => void): Stop {
  const target = linkWindow();
  target.addEventListener("hashchange", listener);
  target.addEventListener("popstate", listener);
  return () => {
    target.removeEventListener("hashchange", listener);
    target.removeEventListener("popstate", listener);
  };
}

const RELOAD_NOTICES = new Set(["experimental.DataReloaded", "experimental.RunsChanged"]);

/** Calls `listener` after TensorBoard has reloaded its data. */
export function watchReload(listener: () => void): Stop {
  const channel = new MessageChannel();
  const port = channel.port1;
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseMessage(data);
    if (!message || message.isReply) return;
    // TensorBoard waits for an answer to everything that it sends.
    const reply = { type: message.type, id: message.id, payload: null, error: null, isReply: true };
    port.postMessage(JSON.stringify(reply));
    if (RELOAD_NOTICES.has(message.type)) listener();
  };
  try {
    if (window.parent !== window) {
      const origin = window.location.origin;
      window.parent.postMessage("experimental.bootstrap", origin, [channel.port2]);
    }
  } catch {
    // Then only polling finds new data.
  }
  return () => port.close();
}

/**
 * Calls `listener` with whether anybody can see the panel, now and whenever that changes. Behind
 * another tab TensorBoard gives our frame no height; an observer of ours would sleep there.
 */
export function watchSeen(listener: (seen: boolean) => void): Stop {
  const frame = hostFrame();
  let onScreen = true;
  let before: boolean | null = null;
  const tell = (): void => {
    const seen = document.visibilityState === "visible" && onScreen && isShown(frame);
    if (seen !== before) listener((before = seen));
  };
  const scrolling = new IntersectionObserver((entries) => {
    onScreen = entries.at(-1)?.isIntersecting ?? true;
    tell();
  });
  scrolling.observe(document.documentElement);
  const view = frame?.ownerDocument.defaultView;
  const size = view ? new view.ResizeObserver(tell) : null;
  if (frame) size?.observe(frame);
  document.addEventListener("visibilitychange", tell);
  tell();
  return () => {
    scrolling.disconnect();
    size?.disconnect();
    document.removeEventListener("visibilitychange", tell);
  };
}

function isShown(frame: Element | null): boolean {
  if (!frame) return true;
  return frame.checkVisibility({ visibilityProperty: true }) && frame.clientHeight > 0;
}

/**
 * The address of TensorBoard's own page for `run`: time series of it and our sub-run alone; null
 * where there is no TensorBoard.
 */
export function runAddress(run: string): string | null {
  const root = tensorboardRoot();
  const pattern = `^${run.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(/cnc)?$`;
  root.searchParams.set("runFilter", pattern);
  root.hash = "timeseries";
  return root.href;
}

/** The frame's base is `data/plugin/cnc/` under it. */
function tensorboardRoot(): URL {
  return new URL("../../../", document.baseURI);
}

interface Message {
  type: string;
  id: number;
  isReply: boolean;
}

function parseMessage(data: unknown): Message | null {
  try {
    const message: unknown = JSON.parse(String(data));
    return message !== null && typeof message === "object" && "type" in message
      ? (message as Message)
      : null;
  } catch {
    return null;
  }
}

function parentBody(): HTMLElement | null {
  try {
    return window.parent === window ? null : window.parent.document.body;
  } catch {
    return null;
  }
}

/** The element of the host's page that holds us; null where we may not touch it. */
function hostFrame(): Element | null {
  try {
    return window.frameElement;
  } catch {
    return null;
  }
}

/** The window whose address the user sees, where we may touch it; else our own. */
function linkWindow(): Window {
  try {
    void window.parent.location.hash;
    return window.parent;
  } catch {
    return window;
  }
}
