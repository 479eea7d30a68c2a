import type { Differences, Variable } from "../wire.gen";

/** Which models may be compared along a variable; indexes are those of the selection. */
export interface Likeness {
  /** The same number where models are alike in all but the variable and what is part of its step. */
  readonly stratum: readonly number[];
  /** The same number where they also have the step in the same form: its parameters. */
  readonly form: readonly number[];
}

/** All models alike: those of a sweep in which one thing differs. */
export function allAlike(models: number): Likeness {
  const same = Array<number>(models).fill(0);
  return { stratum: same, form: same };
}

/** Which of the selected models are alike in all but the variable `id`. */
export function likenessBut(
  { models, variables, more_of: rest }: Differences,
  id: string,
): Likeness {
  const ofForm = variables.filter(({ nested_in: within }) => within === id);
  const held = variables.filter((one) => one.id !== id && !ofForm.includes(one));
  const stratum = numbered(models.length, [...held.map(({ of }) => of), ...(rest ? [rest] : [])]);
  return { stratum, form: numbered(models.length, [stratum, ...ofForm.map(({ of }) => of)]) };
}

/** A number for each model that is the same where all of `codes` are. */
function numbered(models: number, codes: readonly Variable["of"][]): number[] {
  let numbers = Array<number>(models).fill(0);
  for (const of of codes) {
    const known = new Map<string, number>();
    numbers = numbers.map((number, model) => {
      const both = `${number} ${of[model]}`;
      const found = known.get(both) ?? known.size;
      known.set(both, found);
      return found;
    });
  }
  return numbers;
}
