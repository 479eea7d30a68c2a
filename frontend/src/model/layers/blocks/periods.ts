import { pathOf, type NamedTensor } from "./indexed_names";
import type { Stack } from "./stacks";

/** So often something must repeat to be blocks, and so many tensors a block has at most. */
const FEWEST = 3;
const LONGEST = 64;
/** A shorter period is taken where it covers nearly as much. */
const NEARLY = 0.9;

/**
 * The stretch of `tensors`, in the order of the network, in which names without numbers and ranks
 * repeat: blocks of networks that number their layers by class ("dense_7"). Null without one.
 */
export function periodicStack(tensors: readonly NamedTensor[]): Stack | null {
  const signs = tensors.map(signOf);
  let best: { period: number; start: number; covered: number } | null = null;
  for (let period = 2; period <= Math.min(LONGEST, signs.length / FEWEST); period++) {
    const { start, length } = longestRepeat(signs, period);
    const covered = length - (length % period);
    if (covered < FEWEST * period || new Set(signs.slice(start, start + period)).size < 2) continue;
    if (!best || covered * NEARLY > best.covered) best = { period, start, covered };
  }
  if (!best) return null;
  const { period, start, covered } = best;
  const kinds = numbered(signs.slice(start, start + period));
  const blocks = Array.from({ length: covered / period }, (_, index) => {
    const held = tensors.slice(start + index * period, start + (index + 1) * period);
    return {
      index,
      name: pathOf(held[0]!.parts.slice(0, -1)),
      tensors: held.map(({ row }, at) => ({ row, kind: kinds[at]! })),
    };
  });
  return { path: "", blocks };
}

/** The name without its numbers, and how many axes there are. */
function signOf({ parts, rank }: NamedTensor): string {
  const stems = parts.map(({ stem }) => stem).filter(Boolean);
  return `${stems.join(".")}:${rank ?? ""}`;
}

/** The longest stretch in which each sign is again where it is `period` later. */
function longestRepeat(
  signs: readonly string[],
  period: number,
): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let run = 0;
  for (let at = 0; at + period < signs.length; at++) {
    run = signs[at] === signs[at + period] ? run + 1 : 0;
    if (run && run + period > best.length) best = { start: at - run + 1, length: run + period };
  }
  return best;
}

/** `signs` with a number where one is there twice: "dense 2.kernel". */
function numbered(signs: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return signs.map((sign) => {
    const count = (seen.get(sign) ?? 0) + 1;
    seen.set(sign, count);
    return count > 1 ? sign.replace(/(\.[^.:]*)?:/, ` ${count}$1:`) : sign;
  });
}
