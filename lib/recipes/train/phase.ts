import { Rng } from "../../core/mod.ts";
import type { SheetRow } from "../../dataset/encode/mod.ts";
import { checkpoint, type OnDevice } from "../../compiler/mod.ts";
import { tokenPositions } from "../../models/backbone/mod.ts";
import {
  REFERENCE_TOKENS,
  sampleTimesteps,
  timestepShift,
} from "../../models/diffusion/mod.ts";
import { tokenisePrompts } from "../../models/text/mod.ts";
import type { RotaryTable } from "../../models/layers/mod.ts";
import {
  denormaliseLatent,
  latentSizeOf,
  normaliseLatent,
  strideOf,
} from "../../models/vae/mod.ts";
import type { ClipSource } from "../../dataset/batches/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  clipShapeOf,
  type DiffusionBatch,
  diffusionTrainingLoss,
  type Evaluator,
  HELD_OUT_SIGMAS,
  type HeldOutClip,
  type HeldOutLoss,
  lossBySigma,
  openHeldOutLoss,
  openLatentCache,
  type Pass,
  type TrainState,
} from "../../trainer/mod.ts";
import { type DiffusionParameters } from "../../models/text_to_video/mod.ts";
import { latentSpaceOf, type Weights } from "../../pipeline/mod.ts";
import {
  type Codec,
  type LatentSampler,
  loadWeights,
  openCodec,
  samplerOf,
  saveWeights,
} from "../../pipeline/mod.ts";
import { stackArrays } from "../../core/mod.ts";
import type { VaeWeights } from "../../pipeline/mod.ts";
import { initModel } from "../../models/text_to_video/mod.ts";
import { type Stage, stageOf } from "./curriculum.ts";
import { givenDiffusion } from "./given_models.ts";
import { exists, type Run } from "./run.ts";
import { captionedLatents } from "./samples.ts";
import { phaseClips } from "./sources.ts";
import { planOf, trainingConfigOf } from "./plan.ts";
import { phaseBeforeMissing } from "./ready.ts";
import { endParameters, isDone, runStage } from "./stage.ts";
import { textPathOf } from "./text.ts";
import { shown, showSamples } from "./vae.ts";

/**
 * Towards noise, where what a prompt says is decided: half of a logit-normal's
 * sigmas are above 0.6 for latents of 32 channels, above 0.75 for those of 128.
 */
const SIGMA_SHIFT = 1.5;
/** Clips of a sample sheet, and how they are drawn. */
const SHEET = { clips: 8, steps: 24, guidance: 3 } as const;

/** Trains one phase of the curriculum to its end, or goes on with it. */
export async function trainPhaseOf(
  run: Run,
  phase: Phase,
  vae: Weights<VaeWeights>,
): Promise<void> {
  const { options, models, device, folder } = run;
  const { signal, progress } = run.host;
  const stage = stageOf(phase);
  const plan = planOf(options, stage);
  const shape = clipShapeOf(plan);
  const rng = new Rng(options.seed).fork(stage);
  const source = await phaseClips(options, phase, {
    split: "train",
    length: plan.samples,
    shape,
  });
  const origin = phase === options.startPhase
    ? await givenDiffusion(run)
    : undefined;
  const config = {
    models,
    plan,
    maxSteps: options.maxSteps,
    seed: options.seed,
    data: source.name,
    languages: options.languages,
    heldOut: options.heldOut,
    evaluateEvery: options.evaluateEvery,
    optimiser: options.optimiser,
    textLrScale: options.textLrScale,
    vae: latentSpaceOf(vae),
    ...(origin && { finetune: origin.digest }),
  };
  const weights = `${folder}/${stage}.safetensors`;
  if (await isDone(run, stage, config, weights)) return;
  const initial = await startOf(run, phase, origin?.parameters);
  const { statistics } = vae.tensors;
  // The same for all sizes of clips.
  const sigmaShift = SIGMA_SHIFT *
    timestepShift(REFERENCE_TOKENS, models.vae.latentChannels);
  const positions = tokenPositions(
    latentSizeOf(models.vae, shape),
    strideOf(models.vae),
    shape.fps,
    models.backbone.width / models.backbone.heads,
  );
  using codec = await openCodec(device, vae.tensors.parameters, models.vae);
  const cached = (source: ClipSource) =>
    openLatentCache({
      source,
      shape,
      seed: options.seed,
      codec,
      codecDigest: latentSpaceOf(vae),
      folder: `${folder}/latents`,
      progress,
      signal,
    });
  const latents = await cached(source);
  const heldOut = await cached(
    await phaseClips(options, phase, {
      split: "validation",
      length: options.heldOut,
      shape,
    }),
  );
  const captioned = captionedLatents(source, latents, {
    seed: options.seed,
    rng,
  });
  const sample = async (n: number) => {
    const { latent, caption } = await captioned(n);
    return { latent: normaliseLatent(latent, statistics), caption };
  };
  const heldOutClips: HeldOutClip[] = [];
  for (let i = 0; i < heldOut.length; i++) {
    heldOutClips.push({
      latent: normaliseLatent(await heldOut.latentAt(i), statistics),
      caption: (await heldOut.entryAt(i)).caption,
    });
  }
  using evaluator = phaseEvaluator(run, stage, {
    clips: heldOutClips,
    positions,
    codec,
    statistics,
    fps: shape.fps,
  });
  const trained = await runStage(run, stage, config, {
    config: trainingConfigOf(stage, plan, options),
    initial,
    lossOf: diffusionTrainingLoss(
      models,
      options.recompute ? { remat: checkpoint } : {},
    ),
    async batchAt(index: number) {
      const chosen = [];
      for (let i = 0; i < plan.batch; i++) {
        chosen.push(await sample(index * plan.batch + i));
      }
      const batch = stackArrays(chosen.map(({ latent }) => latent));
      const draw = rng.fork(`noise ${index}`);
      return {
        latents: batch,
        noise: draw.normals(batch.shape),
        sigmas: sampleTimesteps(draw, plan.batch, sigmaShift),
        prompts: tokenisePrompts(
          chosen.map(({ caption }) => caption),
          models.text,
        ),
        positions,
      };
    },
    measure: (passes: readonly Pass<DiffusionBatch>[]) => ({
      byLevel: lossBySigma(
        passes.flatMap(({ batch }) => [...batch.sigmas.data]),
        passes.flatMap(({ outputs }) => [...outputs.losses!.data]),
      ),
    }),
    evaluator,
  });
  await saveWeights(
    `${folder}/${stage}.safetensors`,
    trained.state.averages!.long,
    {
      kind: "Diffusion",
      config: {
        text: models.text,
        backbone: models.backbone,
        vae: latentSpaceOf(vae),
      },
      stage,
      step: trainingConfigOf(stage, plan, options).schedule.totalSteps,
      score: trained.best?.score,
      average: "long",
    },
  );
}

/**
 * Parameters with which a phase begins: those the phase before ended with, and
 * at the beginning of a run fresh ones, or those it was given.
 */
async function startOf(
  run: Run,
  phase: Phase,
  given?: DiffusionParameters,
): Promise<DiffusionParameters> {
  const { models, options } = run;
  const rng = new Rng(options.seed).fork("diffusion");
  const fresh = {
    text: initModel("text", models, rng),
    backbone: initModel("backbone", models, rng),
  };
  if (phase === options.startPhase) {
    const initial = given ?? fresh;
    const text = await alignedText(run, fresh.text);
    if (text === undefined) return initial;
    // What reads the text begins anew: it knew another encoder's tokens.
    const { text: projection, promptMlp } = fresh.backbone;
    return {
      text,
      backbone: {
        ...initial.backbone,
        text: projection,
        ...(promptMlp && { promptMlp }),
      },
    };
  }
  const before = stageOf(phase - 1 as Phase);
  const ended = await endParameters(run, before, fresh);
  if (ended) return ended;
  throw phaseBeforeMissing(run.folder, phase);
}

/** The text encoder that the run has aligned on captions, if it has one. */
async function alignedText(
  { folder, models }: Run,
  form: DiffusionParameters["text"],
): Promise<DiffusionParameters["text"] | undefined> {
  const path = textPathOf(folder);
  if (!await exists(path)) return undefined;
  const { tensors } = await loadWeights(path, {
    kind: "MultilingualTextEncoder",
    config: models.text,
    form,
  });
  return tensors;
}

/** Held-out loss at fixed sigmas, and samples of fixed prompts and noise. */
function phaseEvaluator(
  run: Run,
  stage: Stage,
  { clips, positions, codec, statistics, fps }: {
    readonly clips: readonly HeldOutClip[];
    readonly positions: RotaryTable;
    readonly codec: Codec;
    readonly statistics: VaeWeights["statistics"];
    readonly fps: number;
  },
): Evaluator<DiffusionParameters> & Disposable {
  const { options, models, device } = run;
  let tools: { loss: HeldOutLoss; sampler: LatentSampler } | undefined;
  const fixed = clips.slice(0, SHEET.clips);
  const draw = async (sampler: LatentSampler): Promise<SheetRow[]> => {
    const noise = new Rng(options.seed).fork("sheet").normals([
      fixed.length,
      ...fixed[0]!.latent.shape,
    ]);
    const latents = await sampler.sample({
      prompts: fixed.map(({ caption }) => caption),
      noise,
      positions,
      steps: SHEET.steps,
      guidance: SHEET.guidance,
    });
    const drawn = await codec.decode(
      denormaliseLatent(latents, statistics),
      fps,
    );
    return drawn.map((clip, i) => ({
      label: fixed[i]!.caption,
      clip: shown(clip),
    }));
  };
  const open = (
    state: OnDevice<TrainState<DiffusionParameters>>,
  ) => {
    const parameters = state.averages!.long as OnDevice<DiffusionParameters>;
    return {
      loss: openHeldOutLoss(device, parameters, models, {
        clips,
        positions,
        seed: options.seed,
      }),
      sampler: samplerOf(device, parameters, models),
    };
  };
  return {
    every: options.evaluateEvery,
    async evaluate(state, step) {
      tools ??= open(state);
      const losses = await tools.loss.measure();
      const score = losses.reduce((sum, x) => sum + x, 0) / losses.length;
      await showSamples(run, {
        stage,
        step,
        rows: await draw(tools.sampler),
      });
      return {
        score,
        record: {
          heldOutLoss: score,
          heldOut: Object.fromEntries(
            HELD_OUT_SIGMAS.map((sigma, i) => [sigma, losses[i]!]),
          ),
        },
      };
    },
    [Symbol.dispose]() {
      tools?.loss[Symbol.dispose]();
      tools?.sampler[Symbol.dispose]();
    },
  };
}
