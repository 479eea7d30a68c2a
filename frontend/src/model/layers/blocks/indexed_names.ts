/** A part of a tensor's name: "layer_12" is the stem "layer" with the index 12. */
export interface NamePart {
  readonly text: string;
  readonly stem: string;
  /** Null where it ends in no number. */
  readonly index: number | null;
}

/** A tensor and the parts of its name. */
export interface NamedTensor {
  readonly row: number;
  readonly parts: readonly NamePart[];
  /** Number of its axes; null where its shape is not known. */
  readonly rank: number | null;
}

/** Longer numbers are no indices, but dates and hashes. */
const INDEX = /^(.*?)[._-]*(\d{1,5})$/;

/**
 * The parts between dots and slashes; an underscore after a digit ends one too:
 * "conv2_block1_1_conv/kernel" is conv2, block1, 1, conv, kernel.
 */
export function partsOf(name: string): NamePart[] {
  return name
    .split(/[./]|(?<=\d)_(?=[a-z\d])/i)
    .filter(Boolean)
    .map((text) => {
      const found = INDEX.exec(text);
      return found
        ? { text, stem: found[1]!, index: Number(found[2]) }
        : { text, stem: text, index: null };
    });
}

/** Parts as a name; what stands for any index is "*". */
export function pathOf(parts: readonly NamePart[]): string {
  return parts.map(({ text }) => text).join(".");
}

/** The position of the first index at `from` or after it; −1 where there is none. */
export function indexAfter(parts: readonly NamePart[], from: number): number {
  return parts.findIndex(({ index }, at) => at >= from && index !== null);
}
