/** A piece of a note: plain text, or text that is the address of a page. */
export interface NotePart {
  readonly text: string;
  /** Where it leads; null for plain text. */
  readonly href: string | null;
}

/** An address ends before what no address holds, and before invisible characters. */
const ADDRESS = /https?:\/\/[^\s<>"'`\\\p{C}]+/giu;
/** What ends a sentence rather than an address. */
const AFTER = /[.,;:!?)\]}]+$/;

/** The text, cut where addresses of web pages begin and end; joined, the parts are the text. */
export function noteParts(note: string): NotePart[] {
  const parts: NotePart[] = [];
  let at = 0;
  const addText = (until: number): void => {
    if (until > at) parts.push({ text: note.slice(at, until), href: null });
  };
  for (const match of note.matchAll(ADDRESS)) {
    const text = match[0].replace(AFTER, "");
    const href = webAddress(text);
    if (href === null) continue;
    addText(match.index);
    parts.push({ text, href });
    at = match.index + text.length;
  }
  addText(note.length);
  return parts;
}

/** `text` as a browser writes it; null where it is no address of the web. */
function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === "http:" || protocol === "https:" ? href : null;
}
