import assert from "node:assert/strict";
import { assignPhase } from "lib/dataset/curate/manifest/rules.ts";
import type { Scores } from "lib/dataset/curate/mod.ts";
import { CALM } from "../_rows.ts";

const CASES: [
  name: string,
  changes: Partial<Scores>,
  phase: number,
  reason: RegExp,
][] = [
  [
    "one subject before a still camera",
    {},
    1,
    /^still camera \(cameraMotion 0\.001\), at most one subject \(subjects 1\)$/,
  ],
  [
    "two subjects",
    { subjects: 2 },
    2,
    /^several subjects \(subjects 2 >= 2\)$/,
  ],
  [
    "a camera that moves gently",
    { cameraMotion: 0.1 },
    2,
    /^moving camera \(cameraMotion 0\.1 >= 0\.025\)$/,
  ],
  [
    "fast subjects",
    { subjectMotion: 0.8, subjects: 3 },
    3,
    /^fast subjects \(subjectMotion 0\.8 >= 0\.5\)$/,
  ],
  ["a fast camera", { cameraMotion: 0.5 }, 3, /^fast camera/],
  ["occlusion", { occlusion: 0.06 }, 3, /^occlusion/],
  [
    "zooming out",
    { zoom: -0.25 },
    3,
    /^changing perspective \(zoom 0\.25 >= 0\.2\)$/,
  ],
  [
    "night",
    { brightness: 0.1, subjects: 2 },
    4,
    /^dark \(brightness 0\.1 <= 0\.15\)$/,
  ],
  ["snow", { brightness: 0.9 }, 4, /^very bright/],
  ["fog", { contrast: 0.03 }, 4, /^hazy/],
  ["flickering light", { lightChange: 0.2 }, 4, /^changing light/],
  [
    "a rolling camera",
    { roll: -0.3 },
    4,
    /^rolling camera \(roll 0\.3 >= 0\.2\)$/,
  ],
  [
    "fast action at night",
    { subjectMotion: 1, brightness: 0.05 },
    5,
    /^fast subjects .*, dark /,
  ],
];

for (const [name, changes, phase, reason] of CASES) {
  Deno.test(`assignPhase() puts ${name} in phase ${phase}, with the reason`, () => {
    const found = assignPhase({ ...CALM, ...changes });
    assert.equal(found.phase, phase);
    assert.match(found.reason, reason);
  });
}

Deno.test("assignPhase() counts a score on the limit as beyond it", () => {
  assert.equal(assignPhase({ ...CALM, subjectMotion: 0.5 }).phase, 3);
  assert.equal(assignPhase({ ...CALM, subjectMotion: 0.4999 }).phase, 1);
  assert.equal(assignPhase({ ...CALM, brightness: 0.15 }).phase, 4);
});
