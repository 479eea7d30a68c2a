import { exportAddress, sensitivityAddress } from "../api/addresses";
import { allocationAfter, stepsWithin } from "../model/layers/sensitivity";
import type { ExportFormat, Sensitivity, SensitivityExport } from "../model/wire.gen";
import { Compared } from "./compared.svelte";
import type { Panel } from "./panel.svelte";
import { LatestResponse } from "./responses.svelte";

/** What the layers of one model bear: the first of the base and the selected ones that says it. */
export class Bears extends Compared {
  readonly requested: LatestResponse<Sensitivity>;
  readonly exported: LatestResponse<SensitivityExport>;
  /** What an allocation is written for; null while nobody asked. */
  form = $state<ExportFormat | null>(null);

  /** To be created while the place is set up. */
  constructor(panel: () => Panel) {
    super(panel);
    this.requested = new LatestResponse(
      this.cache,
      () => this.model && sensitivityAddress(this.model),
      () => this.version,
    );
    this.exported = new LatestResponse(
      this.cache,
      () => this.model && this.form && exportAddress(this.model, this.steps, this.form),
      () => this.version,
    );
  }

  /** Key of the model; null where none of the compared ones has it. */
  readonly model = $derived.by(() => {
    const { base, byKey } = this.panel;
    const keys = [...(base ? [base.key] : []), ...this.models];
    return keys.find((key) => byKey.get(key)?.logged.sensitivity) ?? null;
  });
  /** How many steps of the front are taken: as the link says, else half of what is there. */
  readonly steps = $derived.by(() => {
    const found = this.requested.response;
    if (!found) return 0;
    const { planBytes } = this.panel.link;
    return planBytes === null ? Math.ceil(found.steps.length / 2) : stepsWithin(found, planBytes);
  });
  readonly allocation = $derived.by(() => {
    const found = this.requested.response;
    return found ? allocationAfter(found, this.steps) : [];
  });
}
