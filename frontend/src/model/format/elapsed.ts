/** The units from large to small, with the seconds that each stands for. */
const UNITS = [
  ["day", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** How long that is in its largest whole unit: "12 s", "3 min", "2 h", "5 days". */
export function elapsed(seconds: number): string {
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count >= 1) return `${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`;
  }
  return `${Math.max(0, Math.floor(seconds))} s`;
}
