import fc from "fast-check";
import { readAlertConfig } from "lib/trainer/alerts/mod.ts";
import { readFlags } from "lib/recipes/command_line/mod.ts";
import { flagsWithDefaults } from "lib/recipes/train/config_file.ts";
import { trainFlags } from "lib/recipes/train/options.ts";
import {
  damagedBytes,
  damagedValue,
  forAny,
  oddText,
  valueOrInputError,
} from "../../_any_input.ts";

const CONFIG = {
  preset: "tiny",
  batch: 4,
  learningRate: 1e-3,
  recompute: true,
  startPhase: 2,
  saveEvery: 0,
  data: "data/mine",
};

const ALERTS = {
  email: { smtp: "smtp://a:25", from: "a@b", to: "c@d" },
  webhook: { url: "https://a/b", headers: { x: "y" } },
};

/** The texts of files that should hold a JSON object. */
function textsLike(valid: unknown): fc.Arbitrary<string> {
  const text = JSON.stringify(valid);
  return fc.oneof(
    damagedValue(valid).map((value) => JSON.stringify(value)),
    damagedBytes(new TextEncoder().encode(text))
      .map((bytes) => new TextDecoder().decode(bytes)),
    oddText,
  );
}

Deno.test("any file of --config gives options or an InputError", async () => {
  await forAny(textsLike(CONFIG), async (text) => {
    await valueOrInputError(() =>
      readFlags(flagsWithDefaults(trainFlags, text, "run.json"), [])
    );
  }, 500);
});

Deno.test("any file of --alerts, and any variables, are read or refused", async () => {
  await forAny(textsLike(ALERTS), async (text) => {
    await valueOrInputError(() => readAlertConfig(text, "alerts.json", {}));
  }, 300);
  const environment = fc.dictionary(
    fc.constantFrom("SMTP", "FROM", "TO", "WEBHOOK", "X")
      .map((name) => `ALERT_${name}`),
    oddText,
  );
  await forAny(environment, async (variables) => {
    await valueOrInputError(() => readAlertConfig(undefined, "", variables));
  });
});
