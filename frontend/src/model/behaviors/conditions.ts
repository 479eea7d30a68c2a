import type { BehaviorMeasure, Condition, Dimension, Flip } from "../wire.gen";

export const FLIP_WORDS: Record<Flip, string> = {
  negative: "right → wrong",
  positive: "wrong → right",
  changed_wrong: "wrong in another way",
  changed: "changed its prediction",
  both_right: "stayed right",
  both_wrong: "stayed wrong",
};

const END = (value: unknown): boolean => value === null || typeof value === "number";
const TEXT = (value: unknown): boolean => typeof value === "string";

/** What each kind of condition consists of. */
const FIELDS: Record<Condition["kind"], Record<string, (value: unknown) => boolean>> = {
  slice: { by: TEXT, level: Number.isInteger },
  flip: {
    model: TEXT,
    flip: (value) => typeof value === "string" && Object.hasOwn(FLIP_WORDS, value),
  },
  change: { model: TEXT, before: TEXT, after: TEXT },
  range: { model: TEXT, measure: TEXT, form: TEXT, low: END, high: END },
  text: { text: TEXT },
};

/** The conditions in a link; what is spelled wrongly is left out. */
export function readConditions(json: string): Condition[] {
  if (!json) return [];
  try {
    const items: unknown = JSON.parse(json);
    return Array.isArray(items) ? items.filter(isCondition) : [];
  } catch {
    return [];
  }
}

function isCondition(item: unknown): item is Condition {
  if (typeof item !== "object" || item === null) return false;
  const given = new Map<string, unknown>(Object.entries(item));
  const fields = new Map(Object.entries(FIELDS)).get(String(given.get("kind")));
  return (
    fields !== undefined && Object.entries(fields).every(([name, fits]) => fits(given.get(name)))
  );
}

/** The conditions as they stand in a link; "" for none. */
export function writeConditions(conditions: readonly Condition[]): string {
  return conditions.length ? JSON.stringify(conditions) : "";
}

/** What two conditions share when the later one takes the place of the earlier. */
function subject(condition: Condition): string {
  switch (condition.kind) {
    case "slice":
      return `slice ${condition.by}`;
    case "flip":
      return `flip ${condition.model}`;
    case "change":
      return `change ${condition.model}`;
    case "range":
      return `range ${condition.measure} ${condition.form} ${condition.model}`;
    case "text":
      return "text";
  }
}

/** `conditions` and those of `added`, which take the place of others about the same. */
export function withConditions(
  conditions: readonly Condition[],
  ...added: readonly Condition[]
): Condition[] {
  const replaced = new Set(added.map(subject));
  return [...conditions.filter((each) => !replaced.has(subject(each))), ...added];
}

/** `conditions` without those about the same as `gone`. */
export function withoutCondition(conditions: readonly Condition[], gone: Condition): Condition[] {
  return conditions.filter((each) => subject(each) !== subject(gone));
}

export function hasCondition(conditions: readonly Condition[], sought: Condition): boolean {
  const text = JSON.stringify(sought);
  return conditions.some((each) => JSON.stringify(each) === text);
}

/** The conditions without those about models that are not compared, which cannot hold. */
export function aboutModels(
  conditions: readonly Condition[],
  compared: readonly string[],
): Condition[] {
  return conditions.filter((each) => !("model" in each) || compared.includes(each.model));
}

/** A condition in words, for its chip. */
export function conditionWords(
  condition: Condition,
  nameOf: (key: string) => string,
  dimensions: readonly Dimension[],
  measures: readonly BehaviorMeasure[],
): string {
  switch (condition.kind) {
    case "slice": {
      const dimension = dimensions.find(({ id }) => id === condition.by);
      const level = dimension?.levels[condition.level]?.text ?? `level ${condition.level}`;
      return `${dimension?.name ?? condition.by}: ${level}`;
    }
    case "flip":
      return `${nameOf(condition.model)}: ${FLIP_WORDS[condition.flip]}`;
    case "change":
      return `${nameOf(condition.model)}: ${condition.before} ▸ ${condition.after}`;
    case "range": {
      const label = measures.find(({ id }) => id === condition.measure)?.label;
      const what = `${nameOf(condition.model)}: ${label ?? condition.measure}`;
      const low = condition.low === null ? "" : `${round(condition.low)} ≤ `;
      const high = condition.high === null ? "" : ` ≤ ${round(condition.high)}`;
      const against = condition.form === "value" ? "" : " against base";
      return `${low}${what}${against}${high}`;
    }
    case "text":
      return `“${condition.text}”`;
  }
}

function round(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}
