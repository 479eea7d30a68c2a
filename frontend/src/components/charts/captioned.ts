import { laidCaption, MARGIN, type Caption, type CaptionText } from "../../model/charts/caption";

const SVG = "http://www.w3.org/2000/svg";

/** Puts title, legend and notes around the drawing `chart` of `width` × `height` px, with margins. */
export function captioned(
  chart: SVGSVGElement,
  caption: Caption,
  width: number,
  height: number,
  inks: { ink: string; muted: string },
): { svg: SVGSVGElement; width: number; height: number } {
  const { above, below, ramp } = laidCaption(caption, width);
  const whole = {
    width: width + 2 * MARGIN,
    height: height + above.height + below.height + 2 * MARGIN,
  };
  const svg = made("svg", { width: whole.width, height: whole.height }) as SVGSVGElement;
  const top = MARGIN + above.height;
  chart.setAttribute("x", String(MARGIN));
  chart.setAttribute("y", String(top));
  // Another typeface than the page's may need more room.
  chart.setAttribute("overflow", "visible");
  svg.append(
    ...above.texts.flatMap((text) => written(text, MARGIN, inks)),
    chart,
    ...below.texts.flatMap((text) => written(text, top + height, inks)),
  );
  if (caption.ramp && ramp) {
    const { stops } = caption.ramp;
    const step = ramp.width / stops.length;
    svg.append(
      ...stops.map((fill, at) =>
        made("rect", {
          x: MARGIN + ramp.x + at * step,
          y: top + height + ramp.y,
          width: step + 0.5,
          height: 10,
          fill,
        }),
      ),
    );
  }
  return { svg, ...whole };
}

function written(
  { x, y, text, size, strong, mark }: CaptionText,
  top: number,
  { ink, muted }: { ink: string; muted: string },
): Element[] {
  const element = made("text", {
    x: MARGIN + x,
    y: top + y,
    fill: strong || mark ? ink : muted,
    "font-size": size,
    "font-weight": strong ? 500 : 400,
  });
  element.textContent = text;
  if (!mark) return [element];
  const place = `translate(${MARGIN + x - 9},${top + y - 4})`;
  return [made("path", { d: mark.path, fill: mark.colour, transform: place }), element];
}

function made(name: string, attributes: Record<string, string | number>): Element {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, String(value));
  }
  return element;
}
