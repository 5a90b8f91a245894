import { temporaryFolder } from "../../dataset/_video_fixture.ts";
import { writeTinyVae } from "../_tiny_vae.ts";
import { writeData } from "../_video_data.ts";
import { runCampaign } from "./_kill_campaign.ts";

Deno.test("a run killed at random moments equals an unbroken one, bit for bit", async () => {
  await using folder = await temporaryFolder();
  const vae = folder.file("vae.safetensors");
  await writeTinyVae(vae);
  await runCampaign({
    ...{ folder: folder.path, kills: 2, seed: 1, maxSteps: 4, vae },
    say() {},
  });
});

Deno.test("so does one on real video of two shapes", async () => {
  await using folder = await temporaryFolder();
  const vae = folder.file("vae.safetensors");
  await writeTinyVae(vae);
  const data = await writeData(folder.file("data"), [
    { size: [128, 96], caption: "It gets lighter. It is wide." },
    { size: [96, 128], caption: "It gets lighter. It is high." },
    { size: [128, 96], caption: "grey", split: "validation" },
  ]);
  await runCampaign({
    ...{ folder: folder.path, kills: 2, seed: 2, maxSteps: 6, vae, data },
    say() {},
  });
});
