/**
 * The only file that fetches. Addresses are relative to the frame's base, `data/plugin/cnc/`. In a
 * report `report_file.ts` stands in its place.
 */
import type { Models, Report, RequestError } from "../model/wire.gen";
import { imageAddress } from "./addresses";
import { RefusedError, UnreachableError, withOnlyLoggedNames, type Tagged } from "./response";

/** What the report says of itself; null: this is none, and a server answers. */
export function report(): Report | null {
  return null;
}

/** Where the thumbnail of an instance is; null: nowhere. */
export function imageSource(dataset: string, id: string | number): string | null {
  return imageAddress(dataset, id);
}

/** The log directory as it was given to TensorBoard; null where that does not tell. */
export async function fetchLogdir(signal?: AbortSignal): Promise<string | null> {
  const answer = await getJson<{ data_location?: unknown }>(HOST_FACTS, null, signal);
  const place = answer?.data.data_location;
  return typeof place === "string" && place !== "" ? place : null;
}

/** TensorBoard's own route, beside those of its plugins. */
const HOST_FACTS = "../../environment";

/** All models, or null where the response still has the ETag `known`. */
export async function fetchModels(
  known: string | null,
  signal?: AbortSignal,
): Promise<Tagged<Models> | null> {
  const response = await getJson<Models>("models", known, signal);
  return response && { ...response, data: withOnlyLoggedNames(response.data) };
}

/** The response at `address`, always whole. */
export async function fetchWhole<T>(address: string, signal?: AbortSignal): Promise<T> {
  const response = await getJson<T>(address, null, signal);
  if (!response) throw new UnreachableError("TensorBoard sent an empty response.");
  return response.data;
}

async function getJson<T>(
  address: string,
  known: string | null,
  signal?: AbortSignal,
): Promise<Tagged<T> | null> {
  const response = await get(address, known, signal);
  if (response.status === 304) {
    // A response whose body nobody reads counts as an aborted request.
    await response.arrayBuffer();
    return null;
  }
  if (!response.ok) {
    const message = (await refusal(response)) ?? `${response.status} ${response.statusText}`;
    throw new RefusedError(response.status, message);
  }
  try {
    return { data: (await response.json()) as T, etag: response.headers.get("etag") };
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new UnreachableError(`The response to ${address} is not JSON.`);
  }
}

async function get(address: string, known: string | null, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, {
      signal: signal ?? null,
      headers: known === null ? {} : { "If-None-Match": known },
      // The browser's own cache would turn a 304 into the whole response again.
      cache: "no-store",
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new UnreachableError("TensorBoard does not respond.");
  }
}

async function refusal(response: Response): Promise<string | null> {
  try {
    const body = (await response.json()) as Partial<RequestError>;
    return typeof body.error === "string" ? body.error : null;
  } catch {
    return null;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
