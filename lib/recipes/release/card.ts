import { InputError } from "../../core/mod.ts";
import { type Comparison, metricText } from "./verdict.ts";

/** What a released model card says beyond the card of the checkpoint. */
export interface CardFacts {
  /** Of the model: `nano`. */
  readonly name: string;
  /** Of this project. */
  readonly version: string;
  readonly metrics: readonly Comparison[];
  readonly prompts: readonly string[];
}

/**
 * The model card of a release: the YAML header that model hubs read, how to use
 * the files, the metrics, and the card of the checkpoint.
 *
 * @param card Markdown that begins with a heading.
 * @throws {InputError} if the card has no heading, or a header of its own
 */
export function releaseCard(
  card: string,
  { name, version, metrics, prompts }: CardFacts,
): string {
  const [, heading, rest] = /^(# [^\n]+\n)([^]*)$/.exec(card) ?? [];
  if (heading === undefined || rest === undefined) {
    throw new InputError(
      "Cannot release: the model card must begin with a heading: README.md " +
        `begins with "${card.slice(0, 20).replace(/\n/g, " ")}"`,
    );
  }
  return [
    "---",
    "license: apache-2.0",
    "library_name: aiprod",
    "pipeline_tag: text-to-video",
    "tags:",
    ...["text-to-video", "rectified-flow", "safetensors", "onnx"]
      .map((tag) => `  - ${tag}`),
    "model-index:",
    `  - name: ${JSON.stringify(name)}`,
    "    results:",
    "      - task:",
    "          type: text-to-video",
    "        dataset:",
    "          name: held-out scenes of the synthetic world",
    "          type: synthetic",
    "        metrics:",
    ...metrics.flatMap(({ name, value }) => [
      `          - name: ${JSON.stringify(name)}`,
      `            type: ${JSON.stringify(name.split(", ").at(-1))}`,
      `            value: ${value}`,
    ]),
    "---",
    "",
    heading,
    `Released with version ${version} of AIPROD.`,
    "",
    "| folder | holds |",
    "| --- | --- |",
    "| `vae/`, `text_encoder/`, `transformer/` | configuration, weights as safetensors (float32), graphs as ONNX |",
    "| `tokenizer/` | prompts to the inputs of the models, in Python |",
    "| `scheduler/` | settings of the sampler |",
    "| `samples/` | videos, and the numbers of their noise and frames |",
    "| `twin.py` | the whole model in plain PyTorch |",
    "",
    "```sh",
    "pip install torch safetensors numpy",
    "python twin.py check                  # draws the samples again: equal to 1e-3",
    `python twin.py ${JSON.stringify(prompts[0])} clip.npy`,
    "sha256sum -c SHA256SUMS",
    "```",
    "",
    "![samples](samples/samples.png)",
    "",
    "| metric | this release | the release before |",
    "| --- | --- | --- |",
    ...metrics.map((metric) =>
      `| ${metric.name} | ${metricText(metric)} | ${
        metric.before ? metricText(metric.before) : "-"
      } |`
    ),
    "",
    "Half of a 95 % interval stands behind ±; figures without one are of the same",
    "clips and noise in each release.",
    "",
    rest.trim(),
    "",
  ].join("\n");
}
