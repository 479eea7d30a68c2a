const SEPARATORS = "-_/ :";
/** As long as all are no longer than this, they are shown whole. */
const SHORT = 20;
/** Leaving out less than this helps nobody. */
const WORTH = 6;
/** Less than this says little by itself. */
const BARE = 3;

/**
 * `ids` without what all begin or end with, whole words only: "…75_pruned", "…90_pruned"; as they
 * are while none is longer than `short` characters.
 */
export function shortIds(ids: readonly string[], short = SHORT): string[] {
  if (new Set(ids).size < 2 || ids.every((id) => id.length <= short)) return [...ids];
  const prefix = sharedPrefix(ids, BARE);
  const rests = ids.map((id) => id.slice(prefix));
  const suffix = sharedPrefix(rests.map(reversed));
  return ids.map((id, index) => {
    const rest = rests[index] ?? "";
    const middle = suffix >= WORTH ? `${rest.slice(0, rest.length - suffix)}…` : rest;
    return prefix >= WORTH ? `…${middle}` : id.slice(0, prefix) + middle;
  });
}

/**
 * `ids` in at most `room` characters each: of longer ones their last words, which tell most of them
 * apart; beginning and end of those that would look alike.
 */
export function fittingIds(ids: readonly string[], room: number): string[] {
  return ids.map((id) => {
    if (id.length <= room) return id;
    const end = lastWords(id, room);
    const isOwn = ids.every((other) => other === id || !other.endsWith(end));
    return isOwn ? `…${end}` : bothEnds(id, room);
  });
}

/** "90-int8": whole words, if one fits. */
function lastWords(id: string, room: number): string {
  const tail = [...id].slice(1 - room);
  const word = tail.findIndex((character) => SEPARATORS.includes(character)) + 1;
  return (word < tail.length ? tail.slice(word) : tail).join("");
}

/** Beginning and end of a text in `room` characters, 4 at least. */
export function bothEnds(text: string, room: number): string {
  // As code points, so that no character is cut in two.
  const characters = [...text];
  if (characters.length <= room) return text;
  const end = Math.floor((room - 1) / 2);
  const [head, tail] = [characters.slice(0, room - 1 - end), characters.slice(-end)];
  return `${head.join("")}…${tail.join("")}`;
}

/** `text` without its end where it has more than `most` characters: "magnitude pr…". */
export function withoutEnd(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** More than anybody reads of a name within a sentence. */
const IN_SENTENCE = 48;

/** An id as sentences name it. */
export function briefId(id: string): string {
  return bothEnds(id, IN_SENTENCE);
}

/** How many characters all `texts` begin with, up to and without the last separator among them. */
function sharedPrefix(texts: readonly string[], bare = 0): number {
  const [first = ""] = texts;
  let length = 0;
  while (length < first.length && texts.every((text) => text[length] === first[length])) length++;
  const back = (): void => {
    while (length > 0 && !SEPARATORS.includes(first[length - 1] ?? "")) length--;
  };
  back();
  // So few characters, such as a number, say little: they keep the word before.
  if (length > 0 && texts.every((text) => text.length - length <= bare)) {
    length--;
    back();
  }
  return texts.some((text) => text.length === length) ? 0 : length;
}

function reversed(text: string): string {
  return [...text].reverse().join("");
}

/** Pixels around a chip's text: mark, ×, padding and the gap to the next. */
const AROUND = 60;
const CHARACTER = 7;
const MOST = 206;
/** For the button that opens the rest. */
const REST = 64;

/** How many chips of the models `ids`, from the first, fit into `width` pixels. */
export function chipsThatFit(ids: readonly string[], width: number): number {
  let used = 0;
  for (const [index, id] of ids.entries()) {
    used += Math.min(MOST, AROUND + id.length * CHARACTER);
    const rest = index === ids.length - 1 ? 0 : REST;
    if (used + rest > width) return index;
  }
  return ids.length;
}
