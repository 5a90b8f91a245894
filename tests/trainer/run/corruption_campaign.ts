/**
 * The long form of `corruption_test.ts`, to run by hand:
 *
 *     deno run -A tests/trainer/run/corruption_campaign.ts [cases] [seed]
 */
import { alignColumns } from "lib/core/mod.ts";
import { type Outcome, runCorruptions } from "./_corruption_campaign.ts";

const [cases = "200", seed = "1"] = Deno.args;
const folder = await Deno.makeTempDir();
const say = (line: string): void =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
try {
  const seen = await runCorruptions({
    folder,
    cases: Number(cases),
    seed: Number(seed),
    startPhase: 4,
    say,
  });
  const outcomes: Outcome[] = ["same losses", "named error"];
  const rows = [
    ["file, damage", ...outcomes],
    ...[...seen].sort().map(([row, counts]) => [
      row,
      ...outcomes.map((outcome) => String(counts.get(outcome) ?? 0)),
    ]),
  ];
  for (const line of alignColumns(rows, (column) => column > 0)) say(line);
} finally {
  await Deno.remove(folder, { recursive: true });
}
