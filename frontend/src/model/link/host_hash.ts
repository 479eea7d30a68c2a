/**
 * TensorBoard's hash is `#<tab>&key=value&…`, percent-encoded; it keeps the parts of every plugin
 * across tabs. Those of ours begin with this prefix.
 */
const PREFIX = "p.cnc.";
const TAB = "cnc";

/** Our values in `hash`, without their prefix. */
export function readHash(hash: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const part of partsOf(hash)) {
    const [name, value] = nameAndValue(part);
    if (value !== null && name.startsWith(PREFIX)) found[name.slice(PREFIX.length)] = value;
  }
  return found;
}

/** Whether `hash` shows our tab: it names it, or no tab at all. */
export function isOurTab(hash: string): boolean {
  const tab = partsOf(hash).find((part) => !part.includes("="));
  return tab === undefined || decoded(tab) === TAB;
}

/** `hash` with exactly `values` as our part; all other parts stay as they are. */
export function withValues(hash: string, values: Readonly<Record<string, string>>): string {
  const foreign = partsOf(hash).filter((part) => !nameAndValue(part)[0].startsWith(PREFIX));
  const hasTab = foreign.some((part) => !part.includes("="));
  const own = Object.entries(values).map(
    ([name, value]) => `${encodeURIComponent(PREFIX + name)}=${encodeURIComponent(value)}`,
  );
  return `#${[...(hasTab ? [] : [TAB]), ...foreign, ...own].join("&")}`;
}

function partsOf(hash: string): string[] {
  return hash
    .replace(/^#/, "")
    .split("&")
    .filter((part) => part !== "");
}

function nameAndValue(part: string): [name: string, value: string | null] {
  const at = part.indexOf("=");
  return at < 0 ? [decoded(part), null] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
