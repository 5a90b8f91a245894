import { writeTinyVae } from "../_tiny_vae.ts";
import { runCampaign } from "./_kill_campaign.ts";

Deno.test("a run killed at random moments equals an unbroken one, bit for bit", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const vae = `${folder}/vae.safetensors`;
    await writeTinyVae(vae);
    await runCampaign({
      folder,
      kills: 2,
      seed: 1,
      maxSteps: 4,
      vae,
      say() {},
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
