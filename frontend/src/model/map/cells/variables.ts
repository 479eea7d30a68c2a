import { parameterPhrase, parameterValue } from "../../format/operation_words";
import type { LineageNode } from "../../lineage/lineage";
import type { ParameterValue } from "../../wire.gen";

/** What may tell the models of a column apart, one value for each. */
export interface CellVariable {
  /** As a head names it: "amount", "root", "amount (magnitude prune)". */
  readonly name: string;
  /** Whether it is a parameter of the models' own step. */
  readonly own: boolean;
  readonly values: readonly (ParameterValue | undefined)[];
  /** A level in words: "50 %", "after fine-tune". */
  readonly text: (value: ParameterValue) => string;
  /** Those that have no value. */
  readonly without: string;
}

/** As far up a lineage is looked for what was done before. */
const MOST_STEPS = 8;
/** Parameters that vary beyond this number are those of a mistake. */
const MOST_VARIABLES = 40;

type Said = Omit<CellVariable, "values">;
type Values = (ParameterValue | undefined)[];

const ROOT: Said = { name: " root", own: false, text: String, without: "" };
const STEP_BEFORE: Said = {
  name: " step before",
  own: false,
  text: (level) => `after ${String(level)}`,
  without: "from the start",
};

/** Own parameters first, then the root, the step before, and the parameters of earlier steps. */
export function variablesOf(
  nodes: readonly LineageNode[],
  rootOf: (node: LineageNode) => LineageNode,
): CellVariable[] {
  const found = new Map<string, { said: Said; values: Values }>();
  const note = (at: number, said: Said, value: ParameterValue | undefined): void => {
    let variable = found.get(said.name);
    if (!variable) {
      if (found.size >= MOST_VARIABLES) return;
      found.set(said.name, (variable = { said, values: [] }));
    }
    // The nearest step says it.
    variable.values[at] ??= value;
  };
  // Siblings have them in common.
  const earlierBy = new Map<LineageNode, readonly Earlier[]>();
  for (const [at, { model, parent }] of nodes.entries()) {
    for (const [name, value] of Object.entries(model.operation?.parameters ?? {}))
      note(at, ownParameter(name), value);
    note(at, ROOT, rootOf(nodes[at]!).model.id);
    note(at, STEP_BEFORE, parent?.model.operation?.name);
    if (!parent) continue;
    let earlier = earlierBy.get(parent);
    if (!earlier) earlierBy.set(parent, (earlier = earlierOf(parent)));
    for (const { operation, said, value } of earlier)
      if (operation !== model.operation?.name) note(at, said, value);
  }
  const variables = [...found.values()].map(({ said, values }) => {
    values.length = nodes.length;
    return { ...said, name: said.name.trim(), values: Array.from(values) };
  });
  return variables.sort((a, b) => Number(isSeed(a)) - Number(isSeed(b)));
}

function ownParameter(name: string): Said {
  return { name, own: true, text: (level) => phrase(name, level), without: `no ${name}` };
}

/** A parameter of an earlier step. */
interface Earlier {
  readonly operation: string;
  readonly said: Said;
  readonly value: ParameterValue;
}

/** Those of `parent` and of the steps before it, the nearest first. */
function earlierOf(parent: LineageNode): Earlier[] {
  const found: Earlier[] = [];
  let above: LineageNode | null = parent;
  for (let step = 0; above && step < MOST_STEPS; step++, above = above.parent) {
    const { operation } = above.model;
    if (!operation) continue;
    for (const [name, value] of Object.entries(operation.parameters)) {
      const said = {
        name: `${name} (${operation.name})`,
        own: false,
        text: (level: ParameterValue) => `${operation.name} ${parameterValue(name, level)}`,
        without: `no ${operation.name}`,
      };
      found.push({ operation: operation.name, said, value });
    }
  }
  return found;
}

function isSeed({ name }: CellVariable): boolean {
  return /seed|random_state|replicate/i.test(name);
}

function phrase(name: string, value: ParameterValue): string {
  if (value === null) return `${name} –`;
  return typeof value === "number" || typeof value === "boolean"
    ? parameterPhrase(name, value)
    : parameterValue(name, value);
}
