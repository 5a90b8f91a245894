/**
 * The long form of `resume_test.ts`, to run by hand:
 *
 *     deno run -A tests/trainer/run/kill_campaign.ts [kills] [seed]
 */
import { runCampaign } from "./_kill_campaign.ts";

const [kills = "20", seed = "1"] = Deno.args;
const folder = await Deno.makeTempDir();
try {
  await runCampaign({
    folder,
    kills: Number(kills),
    seed: Number(seed),
    maxSteps: 20,
    say: (line) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`)),
  });
  Deno.stdout.writeSync(new TextEncoder().encode("the same bits\n"));
} finally {
  await Deno.remove(folder, { recursive: true });
}
