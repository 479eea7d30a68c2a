/** A cell: text from logs, a number as it is, or nothing. */
export type CsvCell = string | number | null;

/** RFC 4180: comma, CRLF, quotes doubled. */
export function toCsv(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((row) => row.map(cellText).join(",") + "\r\n").join("");
}

function cellText(cell: CsvCell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = defused(cell);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** What a spreadsheet runs as a formula, after what it skips; some take the wide signs too. */
const FORMULA = /^(?:[\s\u0000-\u001f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/;

/** Text that a spreadsheet would run as a formula gets an apostrophe in front. */
function defused(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** `name` as that of a file on any system: letters and digits of all scripts, 60 at most. */
export function fileName(name: string): string {
  const words = name.toWellFormed().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return [...words.join("-")].slice(0, 60).join("") || "file";
}

/** `text` for the content or an attribute of an XML document. */
export function xmlText(text: string): string {
  return withoutControls(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

/** `text` without the characters that no XML document may hold. */
export function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").toWellFormed();
}

/** A start tag, or with `content` (already markup) a whole element. */
export function markup(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content?: string,
): string {
  const given = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${xmlText(`${value}`)}"`,
  );
  const start = `<${name}${given.join("")}`;
  if (content === undefined) return `${start}>`;
  return content === "" ? `${start}/>` : `${start}>${content}</${name}>`;
}
