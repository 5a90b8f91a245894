import { z } from "@hono/zod-openapi";
import type { JobRequest } from "../database/mod.ts";
import { SAMPLER_NAMES } from "../../models/diffusion/mod.ts";
import type { Catalogue, OfferedModel } from "../models/mod.ts";
import { addressProblem, type WebhookRule } from "../webhooks/mod.ts";
import { numberField, textField, wholeField } from "./fields.ts";
import { fieldFault } from "./problem.ts";

/** Ceilings that bound the memory and the time of a job. */
const MAX_PROMPT = 2000;
const MAX_FRAMES = 64;
const MAX_SIZE = 256;
const MAX_STEPS = 100;
/** Pixels of all frames: 32 frames of 256x256. */
const MAX_PIXELS = 32 * MAX_SIZE ** 2;

const SIZE_RULE =
  `must be WIDTHxHEIGHT in pixels, such as 80x64, or the side of a square, from 16 to ${MAX_SIZE}`;

/** The body of `POST /v1/jobs`: what `deno task generate` takes, and how to run it. */
export const generateSchema = z.strictObject({
  prompt: textField(MAX_PROMPT, 0).openapi({
    description: "what to show, in any language; empty lets the model choose",
    example: "a red circle moves right",
  }),
  model: textField(100).optional()
    .openapi({ description: "one of /v1/models; the first where left out" }),
  language: z.string().regex(/^[A-Za-z0-9-]{1,35}$/, "must be a BCP 47 tag")
    .default("auto"),
  seed: wholeField(0, 2 ** 31 - 1).default(1),
  size: z.union(
    [
      wholeField(16, MAX_SIZE),
      z.string().regex(/^\d{1,4}x\d{1,4}$/, SIZE_RULE),
    ],
    { error: SIZE_RULE },
  ).optional().openapi({
    description:
      "WIDTHxHEIGHT in pixels, or the side of a square; the model's own where left out",
    example: "64x64",
  }),
  frames: wholeField(1, MAX_FRAMES).optional()
    .openapi({ description: "the model's own where left out" }),
  fps: numberField(1, 60).optional()
    .openapi({ description: "the model's own where left out" }),
  steps: wholeField(1, MAX_STEPS).default(20),
  guidance: numberField(0, 100).optional().openapi({
    description:
      "how strongly the prompt steers; the model's own where left out",
  }),
  rescale: numberField(0, 1).default(0),
  sampler: z.enum(SAMPLER_NAMES).optional().openapi({
    description: "the model's own where left out",
  }),
  priority: wholeField(0, 9).default(5)
    .openapi({ description: "9 before 0; up to that of the user" }),
  webhook_url: z.url().max(2000).optional().openapi({
    description: "https address that is told how the job ends",
  }),
}).openapi("GenerateRequest");

/** A body of `POST /v1/jobs`, checked. */
export type GenerateBody = z.infer<typeof generateSchema>;

/**
 * Checks what the schema alone cannot: the model, its strides, the pixels of
 * all frames, the address of the webhook.
 *
 * @throws {Fault} naming the field
 */
export function checkedRequest(
  body: GenerateBody,
  { catalogue, webhooks }: {
    readonly catalogue: Catalogue;
    readonly webhooks: WebhookRule;
  },
): { readonly model: OfferedModel; readonly request: JobRequest } {
  const { model: name, size, priority: _, webhook_url, ...asked } = body;
  const model = offeredModel(catalogue, name);
  const { guidance = model.guidance, sampler = model.sampler } = asked;
  const { frames = model.clip.frames, fps = model.clip.fps } = asked;
  const { width, height } = size === undefined ? model.clip : sidesOf(size);
  const request = { ...asked, guidance, sampler, width, height, frames, fps };
  checkPixels(request);
  const problem = model.problemOf(request);
  if (problem !== undefined) throw fieldFault(problem.field, problem.message);
  const refused = webhook_url === undefined
    ? undefined
    : addressProblem(webhook_url, webhooks);
  if (refused !== undefined) throw fieldFault("webhook_url", refused);
  return { model, request };
}

/**
 * The model of a name, or the first.
 *
 * @throws {Fault} if there is none
 */
export function offeredModel(
  catalogue: Catalogue,
  name: string | undefined,
): OfferedModel {
  const [first] = catalogue.values();
  const model = name === undefined ? first : catalogue.get(name);
  if (model !== undefined) return model;
  const names = [...catalogue.keys()].join(", ");
  throw fieldFault("model", `must be one of ${names}`);
}

function sidesOf(
  size: string | number,
): { readonly width: number; readonly height: number } {
  const [width, height = width] = String(size).split("x").map(Number);
  const isLegal = [width!, height!].every((side) =>
    side >= 16 && side <= MAX_SIZE
  );
  if (isLegal) return { width: width!, height: height! };
  throw fieldFault("size", `${SIZE_RULE}: current value is ${size}`);
}

function checkPixels(
  { frames, width, height }: Pick<JobRequest, "frames" | "width" | "height">,
): void {
  const most = Math.floor(MAX_PIXELS / (width * height));
  if (frames <= most) return;
  throw fieldFault(
    "frames",
    `must be at most ${most} at ${width}x${height}: current value is ${frames}`,
  );
}
