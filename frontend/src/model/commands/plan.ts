import { nameOf } from "./commands";
import { pythonText } from "./quoting";
import type { Model } from "../wire.gen";

/** What makes the compressed network in Python: the plan of `model` in so many bytes. */
export function planLines(
  logdir: string | null,
  model: Model,
  all: readonly Model[],
  bytes: number,
): string {
  const place = pythonText(logdir ?? "DIR");
  return [
    "import tensorboard_cnc",
    "",
    `runs = tensorboard_cnc.read(${place})`,
    `plan = runs.plan(${pythonText(nameOf(model, all))}, size=${bytes})`,
    "small = plan.apply(net)",
  ].join("\n");
}
