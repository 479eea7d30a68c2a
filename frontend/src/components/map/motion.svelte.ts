import { untrack } from "svelte";

import { betweenPlaces, samePlaces } from "../../model/map_motion";
import type { Point } from "../../model/map_scene";

export type Places = ReadonlyMap<string, Point>;

const MOTION_MS = 280;

/** How long motions take: nothing for people who asked for less of it. */
export function motionMs(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOTION_MS;
}

export interface Following {
  readonly current: Places;
  /** Whether they are on their way. */
  readonly moving: boolean;
}

/**
 * Follows `target()`: after each change the places glide there, new ones from `origin(key)`.
 * The first target is taken at once, and those for which `glides()` is false. To be created while
 * a component is set up.
 */
export function followPlaces(
  target: () => Places,
  origin: (key: string) => string | null,
  glides: () => boolean,
): Following {
  let moving = $state(false);
  let shown = $state.raw<Places>(untrack(target));
  $effect(() => {
    const to = target();
    const from = untrack(() => shown);
    const duration = glides() ? motionMs() : 0;
    if (samePlaces(from, to)) return;
    if (duration === 0 || from.size === 0) {
      shown = to;
      moving = false;
      return;
    }
    const start = performance.now();
    moving = true;
    let frame = requestAnimationFrame(function step() {
      const progress = Math.min(1, (performance.now() - start) / duration);
      shown = progress < 1 ? betweenPlaces(from, to, originIn(from, to), progress) : to;
      if (progress < 1) frame = requestAnimationFrame(step);
      else moving = false;
    });
    return () => cancelAnimationFrame(frame);
  });

  function originIn(from: Places, to: Places) {
    return (key: string): Point | undefined => {
      const parent = origin(key);
      return parent === null ? undefined : (from.get(parent) ?? to.get(parent));
    };
  }

  return {
    get current() {
      return shown;
    },
    get moving() {
      return moving;
    },
  };
}
