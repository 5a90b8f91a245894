import assert from "node:assert/strict";
import { hashOf, Rng } from "lib/core/mod.ts";

const COUNT = 20_000;

function draws(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

function momentsOf(values: number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) /
    values.length;
  return { mean, variance };
}

Deno.test("Rng draws the same values from the same seed, others from another", () => {
  const of = (seed: number): number[] => {
    const rng = new Rng(seed);
    return draws(8, () => rng.uniform());
  };
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1), of(2));
});

Deno.test("Rng goes on from its state as if it had never stopped", () => {
  const rng = new Rng(3);
  draws(5, () => rng.normal());
  const resumed = new Rng(JSON.parse(JSON.stringify(rng.state)));
  assert.deepEqual(
    draws(5, () => resumed.uniform()),
    draws(5, () => rng.uniform()),
  );
});

Deno.test("Rng.fork() depends on the name and the state, and draws nothing", () => {
  const rng = new Rng(1);
  const before = rng.state;
  const encoder = rng.fork("encoder").uniform();
  assert.deepEqual(rng.state, before);
  assert.equal(rng.fork("encoder").uniform(), encoder);
  assert.notEqual(rng.fork("decoder").uniform(), encoder);
  assert.notEqual(new Rng(2).fork("encoder").uniform(), encoder);
  rng.uniform();
  assert.notEqual(rng.fork("encoder").uniform(), encoder);
});

Deno.test("Rng.uniform() lies in [0,1) with mean 1/2 and variance 1/12", () => {
  const rng = new Rng(4);
  const values = draws(COUNT, () => rng.uniform());
  assert.ok(values.every((x) => x >= 0 && x < 1));
  const { mean, variance } = momentsOf(values);
  // Five standard errors: 5 * sqrt(1 / 12 / 20000) = 0.0102.
  assert.ok(Math.abs(mean - 1 / 2) < 0.0102, `mean is ${mean}`);
  assert.ok(Math.abs(variance - 1 / 12) < 0.003, `variance is ${variance}`);
});

Deno.test("Rng.integer() takes every value below the limit about equally often", () => {
  const rng = new Rng(5);
  const counts = [0, 0, 0, 0, 0];
  for (let i = 0; i < COUNT; i++) counts[rng.integer(5)]!++;
  assert.equal(counts.length, 5);
  // Five standard deviations: 5 * sqrt(20000 * 0.2 * 0.8) = 283.
  for (const count of counts) {
    assert.ok(Math.abs(count - COUNT / 5) < 283, `counts are ${counts}`);
  }
});

Deno.test("Rng.pick() reaches every element of a list, and refuses an empty one", () => {
  const rng = new Rng(6);
  const picked = new Set(draws(100, () => rng.pick([10, 20, 30])));
  assert.deepEqual([...picked].sort(), [10, 20, 30]);
  assert.throws(() => rng.pick([]), {
    name: "RangeError",
    message: "Cannot pick from a list: it must not be empty",
  });
});

Deno.test("Rng.normal() and Rng.normals() have mean 0 and variance 1", () => {
  const rng = new Rng(7);
  const one = draws(COUNT, () => rng.normal());
  const many = [...rng.normals([COUNT / 4, 4]).data];
  for (const values of [one, many]) {
    assert.equal(values.length, COUNT);
    const { mean, variance } = momentsOf(values);
    // Five standard errors: 5 / sqrt(20000) and 5 * sqrt(2 / 20000).
    assert.ok(Math.abs(mean) < 0.0354, `mean is ${mean}`);
    assert.ok(Math.abs(variance - 1) < 0.05, `variance is ${variance}`);
    const within = values.filter((x) => Math.abs(x) < 1).length / COUNT;
    assert.ok(Math.abs(within - 0.6827) < 0.0165, `within 1 is ${within}`);
  }
});

Deno.test("Rng.normals() fills shapes of an odd size, and neighbours are uncorrelated", () => {
  const array = new Rng(8).normals([3, 3]);
  assert.deepEqual(array.shape, [3, 3]);
  assert.ok(array.data.every((x) => Number.isFinite(x) && x !== 0));
  const { data } = new Rng(9).normals([COUNT]);
  let sum = 0;
  for (let i = 0; i < COUNT; i += 2) sum += data[i]! * data[i + 1]!;
  // Five standard errors of a mean of 10000 products: 5 / sqrt(10000).
  assert.ok(Math.abs(sum / (COUNT / 2)) < 0.05, `correlation is ${sum}`);
});

Deno.test("hashOf() is a 32-bit number that similar texts do not share", () => {
  const texts = Array.from({ length: 1000 }, (_, i) => `layer ${i}`);
  const hashes = texts.map(hashOf);
  assert.equal(new Set(hashes).size, texts.length);
  assert.ok(hashes.every((x) => Number.isInteger(x) && x >= 0 && x < 2 ** 32));
  // From the same formula in Python.
  assert.equal(hashOf("cat"), 4028485276);
  assert.equal(hashOf(""), 2872998923);
});

Deno.test("first draws of neighbouring seeds are spread evenly", () => {
  const first = Array.from(
    { length: 1000 },
    (_, seed) => new Rng(seed).uniform(),
  );
  const mean = first.reduce((sum, x) => sum + x, 0) / first.length;
  assert.ok(Math.abs(mean - 0.5) < 0.03, `mean is ${mean}`);
  const low = first.filter((x) => x < 0.1).length;
  assert.ok(low > 70 && low < 130, `${low} of 1000 are below 0.1`);
  const forked = Array.from(
    { length: 1000 },
    (_, i) => new Rng(1).fork(`step ${i}`).uniform(),
  );
  const forkedLow = forked.filter((x) => x < 0.1).length;
  assert.ok(forkedLow > 70 && forkedLow < 130, `${forkedLow} forks`);
});
