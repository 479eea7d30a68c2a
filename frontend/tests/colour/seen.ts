/// <reference types="vite/client" />
import {
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  parse,
  interpolate,
  wcagContrast,
  type Color,
} from "culori";

import type { Theme } from "../../src/model/colour/palette";
import css from "../../src/theme.css?raw";

/** How eyes see colours: all cones, or without those for long or for middle waves (Machado 2009). */
export const EYES = {
  all: (colour: Color) => colour,
  protanope: filterDeficiencyProt(1),
  deuteranope: filterDeficiencyDeuter(1),
} as const;
export type Eye = keyof typeof EYES;

const [LIGHT = "", DARK = ""] = css.split(':root[data-theme="dark"]');

/** A token of theme.css ("--worse"), or a colour, in a theme. */
export function colourIn(theme: Theme, name: string): Color {
  const rules = theme === "dark" ? [DARK, LIGHT] : [LIGHT];
  const text = name.startsWith("--") ? token(rules, name) : name;
  const colour = parse(text ?? "");
  if (!colour) throw new Error(`${name} is no colour: ${text}`);
  return colour;
}

function token(rules: readonly string[], name: string): string | undefined {
  const said = new RegExp(`${name}:\\s*([^;]+);`);
  return rules.flatMap((rule) => said.exec(rule)?.[1] ?? [])[0];
}

const between = differenceCiede2000();

/** CIEDE2000 between two colours, to these eyes. */
export function distance(one: Color, other: Color, eye: Eye): number {
  return between(EYES[eye](one), EYES[eye](other));
}

/** `share` (0…1) of a colour over an opaque ground, as CSS mixes opacity. */
export function over(colour: Color, ground: Color, share: number): Color {
  return interpolate([ground, colour], "rgb")(share);
}

export const contrast = wcagContrast;

/** A `color-mix(in oklab, …)` of two tokens, as `heatGround` writes it. */
export function mixed(theme: Theme, text: string): Color {
  const [, end = "", share = "", ground = ""] =
    /color-mix\(in oklab, var\((.*?)\) (\d+)%, var\((.*?)\)\)/.exec(text) ?? [];
  return interpolate([colourIn(theme, ground), colourIn(theme, end)], "oklab")(Number(share) / 100);
}
