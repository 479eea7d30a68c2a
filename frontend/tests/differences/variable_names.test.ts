import { expect, test } from "vitest";

import { withOwnNames } from "../../src/model/differences/variable_names";
import type { Differences, Variable } from "../../src/model/wire.gen";

const variable = (name: string, operation?: string, repeat?: number) =>
  ({ id: `${name} ${operation} ${repeat}`, name, operation, repeat }) as Variable;

test("two variables of one name get their operation, and which of several steps", () => {
  const variables = [
    variable("amount", "prune"),
    variable("amount", "noise", 2),
    variable("epochs", "fine-tune"),
  ];
  const found = withOwnNames({ variables } as unknown as Differences);
  expect(found.variables.map(({ name }) => name)).toEqual([
    "amount of prune",
    "amount of noise (2)",
    "epochs",
  ]);
});
