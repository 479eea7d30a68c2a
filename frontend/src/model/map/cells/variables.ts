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

/** Own parameters first, then the root, the step before, and the parameters of earlier steps. */
export function variablesOf(
  nodes: readonly LineageNode[],
  rootOf: (node: LineageNode) => LineageNode,
): CellVariable[] {
  const found = new Map<string, CellVariable & { values: (ParameterValue | undefined)[] }>();
  const note = (
    at: number,
    name: string,
    value: ParameterValue | undefined,
    make: () => Omit<CellVariable, "values" | "name">,
  ): void => {
    let variable = found.get(name);
    if (!variable) {
      if (found.size >= MOST_VARIABLES) return;
      found.set(name, (variable = { name, values: [], ...make() }));
    }
    // The nearest step says it.
    variable.values[at] ??= value;
  };
  for (const [at, node] of nodes.entries()) {
    for (const [name, value] of Object.entries(node.model.operation?.parameters ?? {})) {
      note(at, name, value, () => ({
        own: true,
        text: (level) => phrase(name, level),
        without: `no ${name}`,
      }));
    }
    note(at, " root", rootOf(node).model.id, () => ({ own: false, text: String, without: "" }));
    noteBefore(node, (name, value, make) => note(at, name, value, make));
  }
  const variables = [...found.values()].map((variable) => {
    variable.values.length = nodes.length;
    return { ...variable, name: variable.name.trim(), values: Array.from(variable.values) };
  });
  return variables.sort((a, b) => Number(isSeed(a)) - Number(isSeed(b)));
}

type Note = (
  name: string,
  value: ParameterValue | undefined,
  make: () => Omit<CellVariable, "values" | "name">,
) => void;

function noteBefore(node: LineageNode, note: Note): void {
  const before = node.parent?.model.operation?.name;
  note(" step before", before, () => ({
    own: false,
    text: (level) => `after ${String(level)}`,
    without: "from the start",
  }));
  let above = node.parent;
  for (let step = 0; above && step < MOST_STEPS; step++, above = above.parent) {
    const { operation } = above.model;
    if (!operation || operation.name === node.model.operation?.name) continue;
    for (const [name, value] of Object.entries(operation.parameters)) {
      note(`${name} (${operation.name})`, value, () => ({
        own: false,
        text: (level) => `${operation.name} ${parameterValue(name, level)}`,
        without: `no ${operation.name}`,
      }));
    }
  }
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
