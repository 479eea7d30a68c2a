/** A stretch of words that is in both texts, only in the first, or only in the second. */
export interface DiffPart {
  kind: "same" | "removed" | "added";
  text: string;
}

/** Beyond this many pairs of words, what differs is shown as a whole. */
const MOST_PAIRS = 1_000_000;
/** The same where many diffs are needed at once: a fifth of a millisecond each. */
export const FEW_PAIRS = 40_000;
/** Characters that are left of what is the same, at each of its ends. */
const CONTEXT = 32;

/** The parts with all that differs, and of what is the same only what stands beside it. */
export function briefly(parts: readonly DiffPart[]): DiffPart[] {
  return parts.map(({ kind, text }, index) => {
    const characters = [...text];
    if (kind !== "same" || characters.length <= 2 * CONTEXT + 1) return { kind, text };
    const begin = index === 0 ? "" : characters.slice(0, CONTEXT).join("");
    const end = index === parts.length - 1 ? "" : characters.slice(-CONTEXT).join("");
    return { kind, text: `${begin}…${end}` };
  });
}

/** How `after` differs from `before`, word by word: a longest common subsequence. */
export function wordDiff(before: string, after: string, mostPairs = MOST_PAIRS): DiffPart[] {
  const a = words(before);
  const b = words(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return joined([
    ...a.slice(0, start).map((text): DiffPart => ({ kind: "same", text })),
    ...between(a.slice(start, a.length - end), b.slice(start, b.length - end), mostPairs),
    ...a.slice(a.length - end).map((text): DiffPart => ({ kind: "same", text })),
  ]);
}

/** Words and the spaces between them; together they are the text. */
function words(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}

function between(a: readonly string[], b: readonly string[], mostPairs: number): DiffPart[] {
  if (a.length * b.length > mostPairs) {
    return [
      { kind: "removed", text: a.join("") },
      { kind: "added", text: b.join("") },
    ];
  }
  const lengths = commonLengths(a, b);
  const width = b.length + 1;
  const parts: DiffPart[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      parts.push({ kind: "same", text: a[i++]! });
      j++;
    } else if (
      j === b.length ||
      (i < a.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)
    ) {
      parts.push({ kind: "removed", text: a[i++]! });
    } else {
      parts.push({ kind: "added", text: b[j++]! });
    }
  }
  return parts;
}

/** At (i, j), how many words a[i:] and b[j:] have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] =
        a[i] === b[j]
          ? lengths[at + width + 1]! + 1
          : Math.max(lengths[at + width]!, lengths[at + 1]!);
    }
  }
  return lengths;
}

function joined(parts: readonly DiffPart[]): DiffPart[] {
  const result: DiffPart[] = [];
  for (const { kind, text } of parts) {
    const last = result.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text) result.push({ kind, text });
  }
  return result;
}

/** How the classes of a multi-label answer differ from those of another: in order, the lost last. */
export function setDiff(before: readonly string[], after: readonly string[]): DiffPart[] {
  const [was, is] = [new Set(before), new Set(after)];
  return [
    ...after.map((text): DiffPart => ({ kind: was.has(text) ? "same" : "added", text })),
    ...before.filter((text) => !is.has(text)).map((text): DiffPart => ({ kind: "removed", text })),
  ];
}
