/** What a POSIX shell takes as it stands. */
const PLAIN = /^[\w@%+=:,./-]+$/;
/** What does not print: a terminal may act on it. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** `text` as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `text` as a literal of Python, in ASCII where it holds anything that does not print. */
export function pythonText(text: string): string {
  const quoted = JSON.stringify(text);
  if (!UNPRINTABLE.test(text)) return quoted;
  return quoted.replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether `text` can be pasted as it is. */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}
