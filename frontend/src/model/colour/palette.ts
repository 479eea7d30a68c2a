/** All colours that data take; those of the page itself are in theme.css. */
export type Theme = "light" | "dark";

/** CSS colours of selected models, which change with the theme. */
export const MARK_COLOURS: readonly string[] = Array.from(
  { length: 8 },
  (_, at) => `var(--select-${at + 1})`,
);

/** Lightness, chroma and hue (degrees) in OKLCH. */
type Oklch = readonly [number, number, number];

/** "value": from little to much; "change": from worse (0) over none (½) to better (1). */
export type RampKind = "value" | "change";

/** Odd, so that one of them is the middle. */
const LEVELS = 65;

/**
 * For values, a sequential ramp from near the background (0) to far from it (1). Its lightness is linear in
 * OKLab, so that equal steps look equal, and survives colour blindness and grey prints. For changes
 * a diverging one, orange to grey to blue, alike in lightness on both sides.
 * https://bottosson.github.io/posts/oklab/
 */
const CURVES: Record<RampKind, Record<Theme, (t: number) => Oklch>> = {
  value: {
    light: (t) => [0.94 - 0.62 * t, 0.028 + 0.085 * t ** 0.6, 150 + 122 * t],
    dark: (t) => [0.39 + 0.55 * t, 0.03 + 0.085 * t ** 0.6, 270 - 160 * t],
  },
  change: {
    light: (t) => [0.93 - 0.45 * away(t), 0.15 * away(t), t < 0.5 ? 52 : 250],
    dark: (t) => [0.42 + 0.42 * away(t), 0.14 * away(t), t < 0.5 ? 60 : 240],
  },
};

const RAMPS: Record<RampKind, Record<Theme, readonly string[]>> = {
  value: { light: sampled(CURVES.value.light), dark: sampled(CURVES.value.dark) },
  change: { light: sampled(CURVES.change.light), dark: sampled(CURVES.change.dark) },
};

/** The colour at `t`, clamped to 0…1, as #rrggbb. */
export function rampColour(t: number, theme: Theme, kind: RampKind = "value"): string {
  const clamped = Math.min(1, Math.max(0, t));
  return RAMPS[kind][theme][Math.round(clamped * (LEVELS - 1))]!;
}

/** `count` evenly spaced colours, for a legend's gradient. */
export function rampStops(theme: Theme, kind: RampKind = "value", count = 9): string[] {
  return Array.from({ length: count }, (_, i) => rampColour(i / (count - 1), theme, kind));
}

/** How far from the middle, 0…1; the root makes small changes visible. */
function away(t: number): number {
  return Math.abs(2 * t - 1) ** 0.75;
}

/** The relative luminance of WCAG that black and white are as far from: (Y + .05)² = 1.05 × .05. */
const AS_FAR_FROM_BOTH = 0.179;

/** Black or white, whichever reads better on the colour at `t`. */
export function inkOn(t: number, theme: Theme, kind: RampKind = "value"): string {
  const [red, green, blue] = toLinearRgb(inGamut(CURVES[kind][theme](Math.min(1, Math.max(0, t)))));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > AS_FAR_FROM_BOTH ? "#000000" : "#ffffff";
}

function sampled(curve: (t: number) => Oklch): string[] {
  return Array.from({ length: LEVELS }, (_, i) => toHex(inGamut(curve(i / (LEVELS - 1)))));
}

function inGamut(colour: Oklch): Oklch {
  let [lightness, chroma, hue] = colour;
  while (chroma > 0 && toLinearRgb([lightness, chroma, hue]).some((c) => c < -1e-4 || c > 1.0001)) {
    chroma -= 0.002;
  }
  return [lightness, Math.max(0, chroma), hue];
}

function toLinearRgb([lightness, chroma, hue]: Oklch): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function toHex(colour: Oklch): string {
  const channels = toLinearRgb(colour).map((c) => {
    const linear = Math.min(1, Math.max(0, c));
    const encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
    return Math.round(encoded * 255)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${channels.join("")}`;
}

const UNCHANGED = /^(unchanged|equal|same|zero (in )?both|both zero)/i;
const ZERO_AFTER = /zero after|pruned/i;
const ZERO_BEFORE = /zero before|regrown/i;

const PLAIN: Record<"unchanged" | "after" | "before", Record<Theme, string>> = {
  unchanged: { light: "#818181", dark: "#565656" },
  after: { light: "#df7e25", dark: "#f3a14a" },
  before: { light: "#e073e7", dark: "#e899e4" },
};

/** Where on the ramp six grades lie that no eye takes for each other, nor for a plain class. */
const GRADES: Record<Theme, readonly number[]> = {
  light: [0.037, 0.263, 0.537, 0.644, 0.794, 1],
  dark: [0.112, 0.282, 0.442, 0.638, 0.793, 1],
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
    return rampColour(gradeAt(step, theme), theme);
  });
}

/** Between the grades, for another number of classes than theirs. */
function gradeAt(step: number, theme: Theme): number {
  const grades = GRADES[theme];
  const at = step * (grades.length - 1);
  const low = Math.floor(at);
  const [from, to] = [grades[low]!, grades[low + 1] ?? 1];
  return from + (at - low) * (to - from);
}

function plainOf(name: string): "unchanged" | "after" | "before" | null {
  if (UNCHANGED.test(name)) return "unchanged";
  if (ZERO_AFTER.test(name)) return "after";
  return ZERO_BEFORE.test(name) ? "before" : null;
}
