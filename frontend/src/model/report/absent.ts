import { reportCommand } from "../commands/commands";
import { counted } from "../format/numbers";
import type { Model, Report } from "../wire.gen";
import { dayText } from "./day";

/** Levels of the behaviors route that show instances. */
const OF_INSTANCES = new Set(["instances", "instance", "forgotten"]);

/** Why a report does not hold what is at `address`, and what would have it inside. */
export function absentWords(address: string, report: Report, all: readonly Model[]): string {
  const query = new URLSearchParams(address.slice(address.indexOf("?") + 1));
  if (!report.instances && (OF_INSTANCES.has(query.get("level") ?? "") || query.has("filter"))) {
    return "Not in this report: instances were left out when it was made (--no-instances).";
  }
  const of = report.models.length;
  const made = `Not in this report, made on ${dayText(report.created)} with ${counted(of, "model")} of ${all.length.toLocaleString("en")}.`;
  const base = query.get("base") ?? report.base;
  const keys = (query.get("models") ?? "").split(",").filter((key) => key !== "" && key !== base);
  if (base === report.base && keys.every((key) => report.models.includes(key)))
    return `${made} Open the log directory in TensorBoard to see it.`;
  const byKey = new Map(all.map((model) => [model.key, model]));
  const chosen = [...new Set([...report.models, ...keys])].flatMap((key) => byKey.get(key) ?? []);
  const command = reportCommand({
    logdir: null,
    base: byKey.get(base) ?? null,
    models: chosen.filter(({ key }) => key !== base),
    all,
  });
  return `${made} To include it run: ${command}`;
}
