import { describe, expect, test } from "vitest";

import {
  betweenViews,
  fittedView,
  keptInside,
  pinched,
  revealing,
  wheelFactor,
  ZOOM,
  zoomedAt,
} from "../../src/model/map/zoom";

const view = { x: 30, y: -20, k: 0.8 };
const insets = { left: 60, top: 40, right: 80, bottom: 20 };
const seenAt = ({ x, y, k }: typeof view, wx: number, wy: number) => [wx * k + x, wy * k + y];

describe("zooming", () => {
  test("keeps in place what is under the pointer", () => {
    const spot = { x: 200, y: 100 };
    const [wx, wy] = [(200 - 30) / 0.8, (100 + 20) / 0.8];
    expect(seenAt(zoomedAt(view, 1.7, spot, ZOOM), wx, wy)).toEqual([
      expect.closeTo(200),
      expect.closeTo(100),
    ]);
  });

  test("stops at its ends", () => {
    expect(zoomedAt(view, 1e9, { x: 0, y: 0 }, ZOOM).k).toBe(ZOOM.most);
    expect(zoomedAt(view, 1e-9, { x: 0, y: 0 }, ZOOM).k).toBe(ZOOM.least);
  });

  test("follows two fingers", () => {
    const from = [
      { x: 100, y: 100 },
      { x: 200, y: 100 },
    ] as const;
    const to = [
      { x: 90, y: 120 },
      { x: 290, y: 120 },
    ] as const;
    const next = pinched(view, from, to, ZOOM);
    expect(next.k).toBeCloseTo(1.6);
    const finger = [(100 - 30) / 0.8, (100 + 20) / 0.8] as const;
    expect(seenAt(next, ...finger)).toEqual([expect.closeTo(90), expect.closeTo(120)]);
  });

  test("by a wheel is in when it turns away, faster by a pinch, and never a leap", () => {
    const turn = { deltaY: -100, deltaMode: 0, ctrlKey: false };
    expect(wheelFactor(turn)).toBeGreaterThan(1);
    expect(wheelFactor(turn) * wheelFactor({ ...turn, deltaY: 100 })).toBeCloseTo(1);
    const pinch = { deltaY: -5, deltaMode: 0, ctrlKey: true };
    expect(wheelFactor(pinch)).toBeGreaterThan(wheelFactor({ ...pinch, ctrlKey: false }));
    expect(wheelFactor({ ...turn, deltaY: -1e6 })).toBe(2);
  });
});

describe("moving", () => {
  const box = { left: 0, top: 0, right: 400, bottom: 300 };

  test("fits all within the insets, in the middle", () => {
    const fitted = fittedView(box, 540, 210, insets);
    expect(fitted.k).toBeCloseTo(0.5);
    expect(seenAt(fitted, 0, 0)).toEqual([expect.closeTo(160), expect.closeTo(40)]);
    expect(fittedView({ ...box, right: 0, bottom: 0 }, 540, 210, insets).k).toBeLessThan(2);
  });

  test("glides from one view to the other and ends there", () => {
    const to = { x: -100, y: 50, k: 2 };
    expect(betweenViews(view, to, 0)).toEqual(view);
    const end = betweenViews(view, to, 1);
    expect([end.x, end.y, end.k]).toEqual([-100, 50, 2].map((one) => expect.closeTo(one)));
    const moved = betweenViews(view, { ...view, x: 60 }, 1);
    expect(moved).toEqual({ ...view, x: 60 });
  });

  test("reveals a place by the least", () => {
    expect(revealing(view, { x: 100, y: 100 }, 540, 210, 20)).toEqual(view);
    const next = revealing(view, { x: 1000, y: 0 }, 540, 210, 20);
    expect(seenAt(next, 1000, 0)).toEqual([520, 20]);
  });

  test("never loses the map", () => {
    const lost = keptInside({ x: 9999, y: -9999, k: 1 }, box, 540, 210);
    expect(lost.x).toBeLessThan(540);
    expect(lost.y + box.bottom).toBeGreaterThan(0);
    expect(keptInside(view, box, 540, 210)).toEqual(view);
  });
});
