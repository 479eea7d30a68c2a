import { axisScale, type AxisScale } from "../charts/axis";
import type { Sensitivity } from "../wire.gen";
import type { MeasuredModel } from "./plan_models";

/** Less is as good as nothing: the axis ends so many times below the largest damage. */
const DEEPEST = 1e6;

/** A size and a damage. */
export interface PlanPoint {
  readonly bytes: number;
  readonly damage: number;
}

/** Plans, uniform recipes and models in one plane of bytes and damages, both in px. */
export interface PlanPicture {
  readonly x: AxisScale;
  readonly y: AxisScale;
  /** The damages that plans are expected to do, and the band of their intervals. */
  readonly line: string;
  readonly band: string;
  /** Where a point is; null where its damage is not above zero. */
  readonly place: (point: PlanPoint) => { x: number; y: number } | null;
  /** The bytes at a place. */
  readonly bytesAt: (x: number) => number;
}

/** What is drawn of `found` and of `models` in a plot of so many px. */
export function planPicture(
  found: Sensitivity,
  models: readonly MeasuredModel[],
  { width, height }: { readonly width: number; readonly height: number },
): PlanPicture {
  const start = { bytes: found.start_bytes, damage: found.start_damage, low: null, high: null };
  const steps = [start, ...found.steps];
  const recipes = found.uniform.flatMap(({ bytes, measured, predicted }) => ({
    bytes,
    damage: measured ?? predicted,
  }));
  const all: readonly PlanPoint[] = [...steps, ...recipes, ...models];
  const positive = all.map(({ damage }) => damage).filter((damage) => damage > 0);
  const least = Math.max(...positive, 0) / DEEPEST;
  const x = axisScale(
    all.map(({ bytes }) => bytes),
    "log",
    width / 100,
  );
  const y = axisScale(
    positive.map((damage) => Math.max(damage, least)),
    "log",
    height / 36,
  );
  const left = (bytes: number): number => round(x.share(bytes) * width);
  const top = (damage: number): number =>
    round((1 - Math.min(1, Math.max(0, y.share(Math.max(damage, least))))) * height);
  const drawn = steps.filter(({ damage }) => damage > 0);
  const sure = drawn.filter(({ low, high }) => low !== null && high !== null);
  const band = [
    ...sure.map(({ bytes, high }) => `${left(bytes)},${top(high!)}`),
    ...sure.map(({ bytes, low }) => `${left(bytes)},${top(low!)}`).reverse(),
  ];
  const line = drawn.map(({ bytes, damage }) => `${left(bytes)},${top(damage)}`);
  return {
    x,
    y,
    line: line.length ? `M${line.join("L")}` : "",
    band: band.length ? `M${band.join("L")}z` : "",
    place: ({ bytes, damage }) => (damage > 0 ? { x: left(bytes), y: top(damage) } : null),
    bytesAt: (at) => x.value(at / width),
  };
}

/** A damage at a tick: without idle zeros. */
export function tickText(damage: number): string {
  return damage < 0.001 ? damage.toExponential().replace("-", "−") : String(damage);
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}
