import { labelText } from "../../format/operation_words";
import { metricLabel } from "../../format/metric_format";
import type { Lineage, LineageNode } from "../../lineage/lineage";
import { shortIds } from "../../labels/short_ids";
import { siblingOrder } from "../sibling_order";
import type { ColourScale } from "../scales";
import type { Cell, CellBox } from "./cell";
import { foldBy, type FoldedGroup } from "./folding";
import { LEAST_PX, roomFor, stackIn } from "./stacking";
import { variablesOf, type CellVariable } from "./variables";

export interface Filled {
  readonly cells: readonly Cell[];
  /** Names of the variables by which models are folded. */
  readonly by: readonly string[];
}

/** As much is drawn of all columns together. */
const MOST = { cells: 400, singles: 600 };

/** Fills boxes with cells, as deeply folded as their room demands. */
export class Filling {
  private readonly roots = new Map<LineageNode, LineageNode>();

  /**
   * `pixel`: one px of the screen at zoom 1; `columns`: how many share what may be drawn;
   * `stepOf`: where in its loop a model stands.
   */
  constructor(
    lineage: Lineage,
    private readonly colour: ColourScale | null,
    private readonly pixel: number,
    private readonly columns: number,
    private readonly stepOf: (key: string) => number,
  ) {
    for (const node of lineage.preorder) {
      this.roots.set(node, node.parent ? this.roots.get(node.parent)! : node);
    }
  }

  /** The models under a head; those that stand by themselves are as near to their parents as they can. */
  column(
    nodes: readonly LineageNode[],
    head: number,
    box: CellBox,
    beside: (node: LineageNode) => number,
  ): Filled {
    const variables = this.variablesOf(nodes);
    const fits = roomFor(box.height, this.pixel);
    const room = {
      cells: Math.min(fits.cells, Math.max(2, Math.floor(MOST.cells / this.columns))),
      singles: Math.min(fits.singles, Math.max(2, Math.floor(MOST.singles / this.columns))),
    };
    if (nodes.length <= room.singles) {
      const order = new Map(nodes.map((node) => [node, beside(node)]));
      const compare = siblingsFirst(nodes);
      const sorted = [...nodes].sort((a, b) => order.get(a)! - order.get(b)! || compare(a, b));
      return { cells: this.singles(sorted, head, box, variables), by: namesOf(variables) };
    }
    const { groups, by } = foldBy(nodes, this.strengths(nodes), variables, room.cells);
    return { cells: this.stacked(groups, head, box, 1, variables), by };
  }

  /** What is in a cell, `depth` cells deep: single models where they fit, else smaller cells. */
  inside({ nodes, head }: Cell, box: CellBox, depth: number): Filled {
    const variables = this.variablesOf(nodes);
    const room = roomFor(box.height, this.pixel);
    if (nodes.length <= room.singles) {
      const sorted = [...nodes].sort(siblingsFirst(nodes));
      return { cells: this.singles(sorted, head, box, variables), by: [] };
    }
    for (const candidates of [variables, [this.metricVariable(nodes)], [orderVariable(nodes)]]) {
      const { groups, by } = foldBy(nodes, this.strengths(nodes), candidates, room.cells);
      if (groups.length > 1) {
        return { cells: this.stacked(groups, head, box, depth, variables), by };
      }
    }
    return { cells: [], by: [] };
  }

  /** Height that shows `count` models of a cell well, in px at zoom 1. */
  heightFor(count: number): number {
    return Math.min(count * (LEAST_PX / 2), 9 * (LEAST_PX + 12)) * this.pixel;
  }

  private variablesOf(nodes: readonly LineageNode[]): CellVariable[] {
    const rootOf = (node: LineageNode) => this.roots.get(node) ?? node;
    return [...variablesOf(nodes, rootOf), this.stepVariable(nodes)].filter(hasLevels);
  }

  private singles(
    nodes: readonly LineageNode[],
    head: number,
    box: CellBox,
    variables: readonly CellVariable[],
  ): Cell[] {
    const names = namesOf(variables.filter(({ own }) => own));
    const texts = shortIds(nodes.map((node) => nameOf(node, names)));
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    const boxes = stackIn(
      box,
      nodes.map(() => 1),
      this.pixel,
    );
    return nodes.map((node, at) => ({
      id: node.key,
      head,
      title: [counts.get(texts[at]!)! > 1 ? node.model.id : texts[at]!],
      nodes: [node],
      single: true,
      box: boxes[at]!,
    }));
  }

  private stacked(
    groups: readonly FoldedGroup[],
    head: number,
    box: CellBox,
    depth: number,
    variables: readonly CellVariable[],
  ): Cell[] {
    const boxes = stackIn(
      box,
      groups.map(({ nodes }) => nodes.length),
      this.pixel,
    );
    const names = namesOf(variables.filter(({ own }) => own));
    return groups.map(({ nodes, title }, at) => {
      const single = nodes.length === 1;
      const [first] = nodes as [LineageNode];
      return {
        id: single ? first.key : "+".repeat(depth) + first.key,
        head,
        title: single ? [nameOf(first, names)] : title,
        nodes,
        single,
        box: boxes[at]!,
      };
    });
  }

  private strengths(nodes: readonly LineageNode[]): Float64Array {
    const { colour } = this;
    return Float64Array.from(nodes, ({ model }) => {
      const value = colour?.valueOf(model) ?? null;
      return colour && value !== null ? colour.strength(value) : NaN;
    });
  }

  private stepVariable(nodes: readonly LineageNode[]): CellVariable {
    const steps = [...new Set(nodes.map(({ key }) => this.stepOf(key)))].sort((a, b) => a - b);
    const numbers = new Map(steps.map((at, index) => [at, index + 1]));
    return {
      name: "step",
      own: true,
      values: nodes.map(({ key }) => numbers.get(this.stepOf(key))),
      text: (step) => `step ${String(step)}`,
      without: "",
    };
  }

  private metricVariable(nodes: readonly LineageNode[]): CellVariable {
    const { colour } = this;
    return {
      name: colour ? metricLabel(colour.spec) : "",
      own: false,
      values: nodes.map(({ model }) => colour?.valueOf(model) ?? undefined),
      text: (value) => colour?.text(Number(value)) ?? "",
      without: "not logged",
    };
  }
}

function orderVariable(nodes: readonly LineageNode[]): CellVariable {
  return {
    name: "order of creation",
    own: false,
    values: nodes.map((_, at) => at + 1),
    text: (at) => `model ${Number(at).toLocaleString("en")}`,
    without: "",
  };
}

function hasLevels({ values }: CellVariable): boolean {
  const first = JSON.stringify(values[0]);
  return values.some((value) => JSON.stringify(value) !== first);
}

function namesOf(variables: readonly CellVariable[]): string[] {
  return variables.filter(({ own }) => own).map(({ name }) => name);
}

/** What tells a model from its neighbours; its id where its parameters do not. */
function nameOf({ model, parent }: LineageNode, names: readonly string[]): string {
  return (parent && labelText(model.operation, names)) || model.id;
}

function siblingsFirst(nodes: readonly LineageNode[]): (a: LineageNode, b: LineageNode) => number {
  return siblingOrder(
    nodes.map(({ model }) => model),
    () => 0,
  );
}
