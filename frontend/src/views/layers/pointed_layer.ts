/** What a chart of layers is pointed at. */
export interface PointedLayer {
  readonly row: number;
  /** Which of the tree's models, with its bytes; null for all of them. */
  readonly model: number | null;
  /** What else is said of it. */
  readonly notes?: readonly string[];
  /** Where, in pixels of the frame. */
  readonly x: number;
  readonly y: number;
}
