/**
 * Stands in the place of `client.ts` in a report: what a server would be asked for is looked up
 * among the answers that the file holds. Nothing is requested.
 */
import { absentWords } from "../model/report/absent";
import type { Models, Report } from "../model/wire.gen";
import { differencesAddress, imageAddress } from "./addresses";
import { answerKey } from "./answer_key";
import { AbsentError, RefusedError, withOnlyLoggedNames, type Tagged } from "./response";

/** As `tensorboard_cnc/reports/answers.py` writes it: base64 of gzipped JSON, and data URLs. */
interface Written {
  readonly index: string;
  readonly bodies: readonly string[];
}

interface Index {
  /** Where in the bodies the answer of each key is. */
  readonly at: Readonly<Record<string, number>>;
  /** Why a route refuses what it is asked, by key. */
  readonly refused: Readonly<Record<string, string>>;
}

const MODELS = "models";
const ETAG = "report";

let said: Report | null = null;
let written: Written | null = null;
let index: Index | null = null;
let models: Models | null = null;

/** What the report says of itself. */
export function report(): Report {
  return (said ??= parsed<Report>("cnc-report"));
}

/** The thumbnail of an instance; null where it is not inside. */
export function imageSource(dataset: string, id: string | number): string | null {
  const at = index?.at[answerKey(imageAddress(dataset, id))];
  return at === undefined ? null : (answers().bodies[at] ?? null);
}

/** A report does not give away where it was made. */
export function fetchLogdir(): Promise<string | null> {
  return Promise.resolve(null);
}

/** All models; null where they are known already. */
export async function fetchModels(known: string | null): Promise<Tagged<Models> | null> {
  if (known === ETAG) return null;
  models ??= withOnlyLoggedNames(await fetchWhole<Models>(MODELS));
  return { data: models, etag: ETAG };
}

/** The answer at `address`. */
export async function fetchWhole<T>(address: string): Promise<T> {
  const { at, refused } = (index ??= await unpacked<Index>(answers().index));
  const key = answerKey(named(address));
  const why = own(refused, key);
  if (why !== undefined) throw new RefusedError(404, why);
  const body = answers().bodies[own(at, key) ?? -1];
  if (body === undefined) {
    tellOfMiss(key);
    throw new AbsentError(absentWords(address, report(), models?.models ?? []));
  }
  return unpacked<T>(body);
}

/** Tests listen for what was asked for in vain. */
function tellOfMiss(key: string): void {
  document.dispatchEvent(new CustomEvent("cnc-absent", { detail: key }));
}

/** The same question, with the models that it names instead of those that it leaves out. */
function named(address: string): string {
  const [, left] = /^differences\?except=(.*)$/.exec(address) ?? [];
  if (left === undefined) return address;
  const out = new Set(left.split(","));
  const logged = (models?.models ?? []).filter(({ status }) => status !== "missing");
  return differencesAddress(
    logged.map(({ key }) => key).filter((key) => !out.has(key)),
    [],
  );
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function answers(): Written {
  return (written ??= parsed<Written>("cnc-answers"));
}

function parsed<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? "") as T;
}

async function unpacked<T>(text: string): Promise<T> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as T;
}
