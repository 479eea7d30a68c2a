import type { Differences, Variable } from "../wire.gen";

/** The differences with names of variables that tell them apart: "amount of prune", "amount of noise". */
export function withOwnNames(found: Differences): Differences {
  const counts = new Map<string, number>();
  for (const { name } of found.variables) counts.set(name, (counts.get(name) ?? 0) + 1);
  const variables = found.variables.map((variable) =>
    (counts.get(variable.name) ?? 0) > 1 ? { ...variable, name: ownName(variable) } : variable,
  );
  return { ...found, variables };
}

function ownName({ name, operation, repeat }: Variable): string {
  if (!operation) return name;
  return `${name} of ${operation}${repeat && repeat > 1 ? ` (${repeat})` : ""}`;
}
