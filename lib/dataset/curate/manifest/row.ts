import * as z from "zod";
import { PHASES } from "../../vocabulary/mod.ts";
import { scoresSchema, segmentSchema, videoSchema } from "../analysis.ts";

/** To be raised by every change that breaks readers of older manifests. */
export const MANIFEST_VERSION = 1;

const text = z.string().min(1);

/** A description of a shot. */
const captionSchema = z.strictObject({
  text,
  language: text.describe("BCP 47 tag; und if unknown"),
});

/** A description of a shot. */
export type Caption = z.infer<typeof captionSchema>;

/** Names of the rules that drop shots or files. */
export const DROP_RULES = [
  "unreadable",
  "no_video",
  "crashed",
  "stuck",
  "same_file",
  "blank",
  "damaged",
  "too_short",
  "too_small",
  "still",
  "blurred",
  "overlay",
  "duplicate",
] as const;

const source = z.strictObject({
  path: text.describe(
    "relative to the folder of the manifest; / between folders",
  ),
  sha256: z.string().nullable().describe("of the whole file; null if unread"),
  bytes: z.number().int().min(0).nullable(),
});

const shot = segmentSchema.pick({
  startSeconds: true,
  endSeconds: true,
  pictures: true,
  startsAtCut: true,
  endsAtCut: true,
  part: true,
  parts: true,
});

const common = {
  version: z.literal(MANIFEST_VERSION),
  id: text.describe("derived from the file contents"),
  source,
  hash: z.string().nullable(),
  captions: z.array(captionSchema),
  labels: z.record(text, text).optional().describe(
    "further columns of a table of captions, by their names",
  ),
  notes: z.array(z.string()).describe("warnings for the user"),
};

const keptRowSchema = z.strictObject({
  status: z.literal("kept"),
  phase: z.literal(PHASES),
  phaseReason: text,
  split: z.enum(["train", "validation"]),
  ...common,
  video: videoSchema,
  shot,
  scores: scoresSchema,
});

const droppedRowSchema = z.strictObject({
  status: z.literal("dropped"),
  rule: z.enum(DROP_RULES),
  reason: text,
  ...common,
  video: videoSchema.nullable(),
  shot: shot.nullable().describe("null if the whole file is dropped"),
  scores: scoresSchema.nullable(),
});

/** A row of a manifest. */
export const manifestRowSchema = z.discriminatedUnion("status", [
  keptRowSchema,
  droppedRowSchema,
]);

/** A shot to train or validate on. */
export type KeptRow = z.infer<typeof keptRowSchema>;
/** A row of a manifest. */
export type ManifestRow = z.infer<typeof manifestRowSchema>;
/** Name of a rule that drops shots or files. */
export type DropRule = typeof DROP_RULES[number];
