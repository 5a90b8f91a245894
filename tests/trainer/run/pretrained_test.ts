import assert from "node:assert/strict";
import { InputError, Rng, zeros } from "lib/core/mod.ts";
import { readTrainedModels } from "lib/pipeline/mod.ts";
import type { ModelConfig } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import {
  pretrainedDiffusion,
  pretrainedText,
  pretrainedVae,
} from "lib/trainer/run/pretrained.ts";
import type { RunConfig } from "lib/trainer/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { untrainedFolder } from "../../recipes/generate/_trained.ts";

const { tiny } = PRESETS;

function withChannels(latentChannels: number): ModelConfig {
  return { ...tiny, vae: { ...tiny.vae, latentChannels } };
}

async function withModels(
  body: (
    run: (models?: ModelConfig) => RunConfig,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const finetune = await untrainedFolder();
  try {
    const options = runConfigOf(trainFlags.parse({ preset: "tiny", finetune }));
    await body((models = tiny) => ({ ...options, models }), finetune);
  } finally {
    await Deno.remove(finetune, { recursive: true });
  }
}

Deno.test("pretrained models of the same configuration stay unchanged", async () => {
  await withModels(async (run, folder) => {
    const { vae, diffusion, digests } = await readTrainedModels(folder);
    assert.deepEqual(await pretrainedVae(run(), new Rng(0)), {
      parameters: vae,
      digest: digests.vae,
    });
    const given = { digest: digests.diffusion };
    assert.deepEqual(await pretrainedText(run()), {
      ...given,
      parameters: diffusion.text,
    });
    assert.deepEqual(await pretrainedDiffusion(run()), {
      ...given,
      parameters: diffusion,
    });
  });
});

Deno.test("pretrained models are widened for latents of more channels", async () => {
  await withModels(async (run, folder) => {
    const wide = run(withChannels(12));
    const { digests } = await readTrainedModels(folder);
    const vae = await pretrainedVae(wide, new Rng(0));
    assert.deepEqual(
      vae!.parameters.encoder.output.weight.shape,
      [1, 1, 1, 32, 24],
    );
    assert.equal(vae!.digest, digests.vae);
    const diffusion = await pretrainedDiffusion(wide);
    assert.deepEqual(diffusion!.parameters.backbone.input.weight.shape, [
      12,
      tiny.backbone.width,
    ]);
  });
});

Deno.test("a backbone with another prediction gets a zero output layer", async () => {
  await withModels(async (run, folder) => {
    const { diffusion } = await readTrainedModels(folder);
    const backbone = { ...tiny.backbone, prediction: "x0" } as const;
    const given = await pretrainedDiffusion(run({ ...tiny, backbone }));
    const { output, ...rest } = given!.parameters.backbone;
    const { output: before, ...expected } = diffusion.backbone;
    assert.deepEqual(rest, expected);
    assert.deepEqual(output.weight, zeros(before.weight.shape));
    assert.deepEqual(output.bias, zeros(before.bias.shape));
  });
});

Deno.test("a backbone without pooled context tokens gets a new prompt MLP", async () => {
  await withModels(async (run, folder) => {
    const { diffusion } = await readTrainedModels(folder);
    const backbone = { ...tiny.backbone, pooledContextTokens: 2 };
    const given = await pretrainedDiffusion(run({ ...tiny, backbone }));
    const { promptMlp, ...rest } = given!.parameters.backbone;
    assert.deepEqual(rest, diffusion.backbone);
    assert.deepEqual(promptMlp!.proj.weight.shape, [
      tiny.text.outputWidth,
      2 * backbone.width,
    ]);
    assert.ok(promptMlp!.proj.weight.data.some((value) => value !== 0));
  });
});

Deno.test("without --finetune there are no pretrained models", async () => {
  const run = runConfigOf(trainFlags.parse({ preset: "tiny" }));
  assert.equal(await pretrainedVae(run, new Rng(0)), undefined);
  assert.equal(await pretrainedText(run), undefined);
  assert.equal(await pretrainedDiffusion(run), undefined);
});

Deno.test("--finetune and --freeze-encoder exclude each other for the VAE", async () => {
  const options = runConfigOf(
    trainFlags.parse({ finetune: "a", freezeEncoder: "b" }),
  );
  await assert.rejects(
    pretrainedVae({ ...options, models: tiny }, new Rng(0)),
    /--finetune or from --freeze-encoder, not both: current values are "a" and "b"/,
  );
});

Deno.test("other models are refused by the field that differs", async () => {
  await withModels(async (run) => {
    const narrow = run(withChannels(4));
    const rule = /the latents must have 8 channels or more: current value is 4/;
    const wider = run({
      vae: { ...tiny.vae, widths: [8, 16, 64] },
      text: { ...tiny.text, layers: 2 },
      backbone: { ...tiny.backbone, cnnWidth: 24 },
    });
    const refused: [() => Promise<unknown>, RegExp][] = [
      [() => pretrainedVae(narrow, new Rng(0)), rule],
      [() => pretrainedDiffusion(narrow), rule],
      [
        () => pretrainedVae(wider, new Rng(0)),
        /vae\.safetensors": widths of the model must be that of the weights, \[8,16,32\]: current value is \[8,16,64\]/,
      ],
      [
        () => pretrainedText(wider),
        /text\.layers of the model must be .*, 1: .* 2/,
      ],
      [() => pretrainedDiffusion(wider), /text\.layers of the model must be/],
    ];
    for (const [call, message] of refused) {
      await assert.rejects(
        call,
        (error) => error instanceof InputError && message.test(error.message),
      );
    }
  });
});
