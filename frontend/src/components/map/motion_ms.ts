const MOTION_MS = 280;

/** How long motions take: nothing for people who asked for less of it. */
export function motionMs(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOTION_MS;
}
