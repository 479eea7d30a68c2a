import { counted } from "../format/counted";
import { bytesText } from "./size";
import type { LayerScheme } from "../wire.gen";

/** How a tensor is quantized, in words: "8 bits · per channel (axis 0) · symmetric · 64 scales, 512 B". */
export function schemeWords(scheme: LayerScheme, shape: readonly number[] | null): string {
  const { bits, algorithm, symmetric, group, axis, scales, overhead_bytes, saturated } = scheme;
  const perChannel = axis !== null && (group === null || scales === shape?.[axis]);
  const extent = perChannel
    ? `per channel (axis ${axis})`
    : group !== null
      ? `groups of ${group.toLocaleString("en")}`
      : "per tensor";
  const parts = [
    `${Number(bits.toFixed(2))} bits`,
    algorithm,
    extent,
    symmetric === null ? "" : symmetric ? "symmetric" : "asymmetric",
    scales ? `${counted(scales, "scale")}, ${bytesText(overhead_bytes)}` : "",
    saturated === null ? "" : `${saturated.toLocaleString("en")} saturated`,
  ];
  return parts.filter(Boolean).join(" · ");
}
