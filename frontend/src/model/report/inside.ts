import type { Report } from "../wire.gen";

/** Whether a report holds answers about these models: about all of its own, one of them, or none. */
export function holdsSelection(
  report: Pick<Report, "base" | "models">,
  base: string | null,
  selected: readonly string[],
): boolean {
  const others = selected.filter((key) => key !== base);
  const known = others.every((key) => report.models.includes(key));
  return (
    base === report.base && known && (others.length < 2 || others.length === report.models.length)
  );
}
