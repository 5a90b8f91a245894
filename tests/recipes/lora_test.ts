import assert from "node:assert/strict";
import {
  loraConfigOf,
  loraFilesFlag,
  loraFilesOf,
  loraFlag,
} from "lib/recipes/lora.ts";

Deno.test("loraConfigOf() reads rank and targets, and scales by alpha over the rank", () => {
  assert.deepEqual(loraConfigOf(loraFlag.parse("8")), {
    rank: 8,
    alpha: 8,
    targets: ["blocks"],
  });
  assert.deepEqual(loraConfigOf(loraFlag.parse("4:text,backbone/output"), 16), {
    rank: 4,
    alpha: 16,
    targets: ["text", "backbone/output"],
  });
  for (const text of ["0", "08", "4:", "4:a,", "attention", "-1", "2.5", ""]) {
    assert.match(
      loraFlag.safeParse(text).error!.issues[0]!.message,
      /^must be RANK or RANK:TARGETS with a rank from 1, such as 8 or 8:attention,feedForward$/,
    );
  }
});

Deno.test("loraFilesOf() reads files and their scales", () => {
  assert.deepEqual(
    loraFilesOf(loraFilesFlag.parse(["a.safetensors", "b:c:-0.5"])),
    [{ path: "a.safetensors", scale: 1 }, { path: "b:c", scale: -0.5 }],
  );
  assert.deepEqual(loraFilesFlag.parse(undefined), []);
  for (const text of ["", ":2", "a:1.2.3"]) {
    assert.match(
      loraFilesFlag.safeParse([text]).error!.issues[0]!.message,
      /^must be FILE or FILE:SCALE, such as a\.lora\.safetensors:0\.5$/,
    );
  }
});
