import { describe, expect, test } from "vitest";

import { decisionWords, furtherWords } from "../../src/model/claims/decision";
import { replicatesOf } from "../../src/model/metrics/estimate";
import {
  costWords,
  decide,
  decisionFacts,
  furtherFacts,
  type DecisionQuestion,
} from "../../src/model/tradeoffs/decision";
import type { Model } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { goal: "max", format: ".1%", low: 0, high: 1 });
const size = spec("size_bytes", { goal: "min", unit: "B" });
const latency = spec("latency_ms", { goal: "min", unit: "ms" });

const made = (id: string, quality: number, bytes: number, given: Partial<Model> = {}): Model =>
  model(id, { metrics: { accuracy: metric(quality), size_bytes: metric(bytes) }, ...given });

const seed = (id: string, quality: number): Model => made(id, quality, 1e5, { replicate_group: 0 });

function ask(models: readonly Model[], given: Partial<DecisionQuestion> = {}): DecisionQuestion {
  return {
    candidates: models,
    base: models[0]!,
    quality: accuracy,
    cost: size,
    replicates: replicatesOf(models),
    ...given,
  };
}

function say(question: DecisionQuestion): string {
  const decision = decide(question);
  if (!decision) return "";
  const facts = furtherFacts(decision, question);
  const words = [decisionWords(decisionFacts(decision, question)), facts && furtherWords(facts)];
  return words
    .filter(Boolean)
    .join(". ")
    .replace(/\u202f/g, " ")
    .replace(/\.0+(?= (kB|%|pt))/g, "");
}

const seeds = [seed("dense", 0.99), seed("s1", 0.988), seed("s2", 0.994), seed("s3", 0.98)];

describe("the decision", () => {
  test("counts numbers measured once as exact, and says so", () => {
    const models = [made("dense", 0.9, 1e5), made("a", 0.9, 5e4), made("b", 0.91, 7e4)];
    expect(say(ask([...models, made("c", 0.8999, 1e4)]))).toBe(
      "Smallest model whose accuracy is no worse than that of dense by the numbers, measured once: a, 50 kB (−50 %)",
    );
  });

  test("is open where noise alone may make the difference, with the loss that is not ruled out", () => {
    const words = say(ask([...seeds, made("small", 0.979, 1e4), made("broken", 0.2, 1e3)]));
    expect(words).toMatch(
      /^Smallest model not known to be worse than dense by accuracy: small, 10 kB/,
    );
    expect(words).toMatch(/a loss of up to \d\.\d+ pt is not ruled out$/);
  });

  test("says no worse only of what is told above the base, and names what is smaller and open", () => {
    const low = seeds.map((one, at) => ({
      ...one,
      metrics: { ...one.metrics, accuracy: metric(0.5 + at / 1e4) },
    }));
    const words = say(ask([...low, made("good", 0.9, 5e4), made("unsure", 0.5, 1e4)]));
    expect(words).toMatch(
      /^Smallest model no worse than dense by accuracy: good, 50 kB \(−50 %\); accuracy \+40/,
    );
    expect(words).toMatch(/Smaller and not known to be worse: unsure, 10 kB \(−90 %\)$/);
  });

  test("names what comes nearest where every smaller model is worse", () => {
    const models = [made("dense", 0.9, 1e5), made("a", 0.7, 1e4), made("b", 0.89, 5e4)];
    expect(say(ask(models))).toBe(
      "By the numbers, measured once, every model that is smaller than dense is worse by accuracy; least so: b, 50 kB (−50 %); accuracy −1 pt",
    );
  });

  test("is asked of candidates alone, and never of replicates, failures, or what costs more", () => {
    const failed = made("x", 0.99, 10, { status: "failed" });
    const others = [made("large", 0.99, 2e5), failed, seed("s4", 0.99)];
    expect(decide(ask([...seeds, ...others]))).toBeNull();
    const models = [made("dense", 0.9, 1e5), made("a", 0.9, 5e4), made("b", 0.9, 7e4)];
    expect(decide(ask(models, { candidates: models.slice(2) }))?.model.id).toBe("b");
  });

  test("needs goals, one unit, and both numbers of the base", () => {
    const models = [made("dense", 0.9, 1e5), made("a", 0.9, 5e4)];
    expect(decide(ask(models))).not.toBeNull();
    expect(decide(ask(models, { quality: { ...accuracy, goal: null } }))).toBeNull();
    expect(decide(ask(models, { cost: { ...size, mixed: "B, kB" } }))).toBeNull();
    expect(decide(ask([model("bare"), models[1]!]))).toBeNull();
  });

  test("a latency of one process is no lower cost until it is halved", () => {
    const timed = (id: string, ms: number): Model =>
      model(id, { metrics: { accuracy: metric(0.9), latency_ms: metric(ms) } });
    const models = [timed("dense", 8), timed("a", 5), timed("b", 3)];
    expect(decide(ask(models, { cost: latency }))?.model.id).toBe("b");
    expect(decide(ask(models.slice(0, 2), { cost: latency }))).toBeNull();
  });

  test("a lower loss is a higher quality", () => {
    const loss = spec("loss", { goal: "min" });
    const lossy = (id: string, value: number, bytes: number): Model =>
      model(id, { metrics: { loss: metric(value), size_bytes: metric(bytes) } });
    const models = [lossy("dense", 1, 1e5), lossy("a", 1.1, 1e4), lossy("b", 0.9, 5e4)];
    expect(decide(ask(models, { quality: loss }))?.model.id).toBe("b");
  });
});

test("what the cheapest is called", () => {
  expect(costWords(size)).toEqual({ title: "Smallest model", less: "smaller" });
  expect(costWords(latency).title).toBe("Fastest model");
  expect(costWords(spec("energy", { goal: "min" })).title).toBe("Model of the lowest energy");
  expect(costWords(spec("throughput", { goal: "max" })).less).toBe("higher in throughput");
});
