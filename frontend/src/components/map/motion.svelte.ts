import { untrack } from "svelte";

import { betweenPlaces, samePlaces, type Point } from "../../model/map/scene";
import { motionMs } from "./motion_ms";

export type Places = ReadonlyMap<string, Point>;

/** More than this many cannot be painted often enough to look like motion. */
const MOST = 400;

/**
 * Places that glide to a target whenever it changes; new ones come from their origin's place.
 * The first target is taken at once. To be created while a component is set up.
 */
export class PlaceMotion {
  current = $state.raw<Places>(new Map());
  /** Whether they are on their way. */
  moving = $state(false);

  private jumps = false;

  constructor(
    target: () => Places,
    private readonly origin: (key: string) => string | null,
  ) {
    this.current = untrack(target);
    $effect(() => {
      const to = target();
      return untrack(() => this.go(to));
    });
  }

  /** Takes the next target at once. */
  jump(): void {
    this.jumps = true;
  }

  private go(to: Places): (() => void) | undefined {
    const from = this.current;
    if (samePlaces(from, to)) return undefined;
    const duration = this.jumps || from.size === 0 || to.size > MOST ? 0 : motionMs();
    this.jumps = false;
    if (duration === 0) {
      this.arrive(to);
      return undefined;
    }
    this.moving = true;
    const start = performance.now();
    const step = () => {
      const progress = (performance.now() - start) / duration;
      if (progress >= 1) return this.arrive(to);
      this.current = betweenPlaces(from, to, (key) => this.originOf(key, from, to), progress);
      frame = requestAnimationFrame(step);
    };
    let frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }

  private arrive(to: Places): void {
    this.current = to;
    this.moving = false;
  }

  private originOf(key: string, from: Places, to: Places): Point | undefined {
    const origin = this.origin(key);
    return origin === null ? undefined : (from.get(origin) ?? to.get(origin));
  }
}
