/** What an answer of a report is kept under, as `tensorboard_cnc/reports/answer_key.py` says it. */

/** Parameters that are JSON themselves. */
const JSON_PARAMETERS = new Set(["filter", "by"]);

/** The same question has the same key, in whatever order models and conditions are named. */
export function answerKey(address: string): string {
  const at = address.indexOf("?");
  const route = at < 0 ? address : address.slice(0, at);
  const told = [...new URLSearchParams(at < 0 ? "" : address.slice(at))].map(
    ([name, value]): [string, string] => [name, toldValue(name, value)],
  );
  told.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([route, ...told]);
}

function toldValue(name: string, value: string): string {
  if (name === "models") return value.split(",").sort().join(",");
  if (!JSON_PARAMETERS.has(name)) return value;
  try {
    const read: unknown = JSON.parse(value);
    if (name !== "filter" || !Array.isArray(read)) return canonical(read);
    return `[${read.map(canonical).sort().join(",")}]`;
  } catch {
    return value;
  }
}

/** JSON with the keys of objects in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
