/** The only file that fetches. Addresses are relative to the frame's base, `data/plugin/cnc/`. */
import type { Models, RequestError } from "../model/wire.gen";

/** The server cannot be reached, or what answers is not it. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** The server refused the request; its message says why. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A response with the ETag by which the next request finds out whether it changed. */
export interface Tagged<T> {
  data: T;
  etag: string | null;
}

/** All models, or null where the response still has the ETag `known`. */
export async function fetchModels(
  known: string | null,
  signal?: AbortSignal,
): Promise<Tagged<Models> | null> {
  const response = await getJson<Models>("models", known, signal);
  return response && { ...response, data: withOnlyLoggedNames(response.data) };
}

/** Where TensorBoard reads the logs, as it was told; null where it does not say. */
export async function fetchDataLocation(): Promise<string | null> {
  try {
    const response = await get("../../environment", null);
    const found = (await response.json()) as { data_location?: unknown };
    return typeof found.data_location === "string" && found.data_location !== ""
      ? found.data_location
      : null;
  } catch {
    return null;
  }
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

/**
 * The same response, whose metrics and parameters hold nothing but what was logged: names come from
 * logs, and on an ordinary object "constructor" and "toString" are there without having been.
 */
export function withOnlyLoggedNames(models: Models): Models {
  for (const { metrics, operation } of models.models) {
    Object.setPrototypeOf(metrics, null);
    if (operation) Object.setPrototypeOf(operation.parameters, null);
  }
  return models;
}
