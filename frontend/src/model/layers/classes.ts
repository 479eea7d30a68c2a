import { rampColour, type Theme } from "../colour/ramp";

const UNCHANGED = /^(unchanged|equal|same|zero (in )?both|both zero)/i;
const ZERO_AFTER = /zero after|pruned/i;
const ZERO_BEFORE = /zero before|regrown/i;

const PLAIN: Record<"unchanged" | "after" | "before", Record<Theme, string>> = {
  unchanged: { light: "#d5d9de", dark: "#55585c" },
  after: { light: "#d97a1f", dark: "#f29b4b" },
  before: { light: "#b04a9c", dark: "#e08fd0" },
};

/**
 * A colour for each class of change: grey for what stays, a ramp for how much it changes, and
 * colours of their own for values that became zero or were zero.
 */
export function classColours(classes: readonly string[], theme: Theme): string[] {
  const graded = classes.filter((name) => !plainOf(name));
  return classes.map((name) => {
    const plain = plainOf(name);
    if (plain) return PLAIN[plain][theme];
    const step = graded.indexOf(name) / Math.max(1, graded.length - 1);
    return rampColour(0.15 + 0.85 * step, theme);
  });
}

function plainOf(name: string): "unchanged" | "after" | "before" | null {
  if (UNCHANGED.test(name)) return "unchanged";
  if (ZERO_AFTER.test(name)) return "after";
  return ZERO_BEFORE.test(name) ? "before" : null;
}
