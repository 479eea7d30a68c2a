import type { InstanceLineage } from "../wire.gen";

/** The lineages that no other one continues, those that broke first. */
export function distinctLineages(lineages: readonly InstanceLineage[]): InstanceLineage[] {
  const kept = lineages.filter(
    (lineage) => !lineages.some((other) => other !== lineage && continues(other, lineage)),
  );
  return [
    ...kept.filter(({ broke }) => broke !== null),
    ...kept.filter(({ broke }) => broke === null),
  ];
}

function continues(longer: InstanceLineage, shorter: InstanceLineage): boolean {
  return (
    longer.steps.length > shorter.steps.length &&
    shorter.steps.every(({ key }, index) => longer.steps[index]?.key === key)
  );
}
