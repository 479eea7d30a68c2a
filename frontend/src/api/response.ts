/** What comes of a request, whoever answers it. */
import type { Models } from "../model/wire.gen";

/** The server cannot be reached, or what answers is not it. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** The server refused the request; its message says why. */
export class RefusedError extends Error {
  override readonly name: string = "RefusedError";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A report does not hold the answer. */
export class AbsentError extends RefusedError {
  override readonly name = "AbsentError";

  constructor(message: string) {
    super(404, message);
  }
}

/** A response with the ETag by which the next request finds out whether it changed. */
export interface Tagged<T> {
  data: T;
  etag: string | null;
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
