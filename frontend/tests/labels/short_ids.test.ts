import { expect, test } from "vitest";

import { bothEnds, fittingIds, withoutEnd } from "../../src/model/labels/short_ids";

test("no character is cut in two, wherever names are cut", () => {
  const rockets = "🚀".repeat(40);
  expect(bothEnds(rockets, 5)).toBe("🚀🚀…🚀🚀");
  expect(withoutEnd(rockets, 5)).toBe("🚀🚀🚀🚀…");
  expect(fittingIds([rockets, `${rockets}a`], 6)[1]).toBe("…🚀🚀🚀🚀a");
  expect(withoutEnd("short", 5)).toBe("short");
});
