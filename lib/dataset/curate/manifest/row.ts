import * as z from "zod";
import { scoresSchema, segmentSchema, videoSchema } from "../analysis.ts";

/** Changes whenever a reader of older manifests would misread a row. */
export const MANIFEST_VERSION = 1;

const text = z.string().min(1);

/** A sentence that says what a shot shows. */
export const captionSchema = z.strictObject({
  text,
  language: text.describe("BCP 47 tag; und where it is not known"),
});

/** The same as a type. */
export type Caption = z.infer<typeof captionSchema>;

/** Why a shot or a file was dropped. */
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
  path: text.describe("from the folder of the manifest; / between folders"),
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
  id: text.describe("the same contents, the same name"),
  source,
  hash: z.string().nullable(),
  captions: z.array(captionSchema),
  notes: z.array(z.string()).describe("what a person should know"),
};

/** A shot to train or validate on. */
export const keptRowSchema = z.strictObject({
  status: z.literal("kept"),
  phase: z.literal([1, 2, 3, 4, 5]),
  phaseReason: text,
  split: z.enum(["train", "validation"]),
  ...common,
  video: videoSchema,
  shot,
  scores: scoresSchema,
});

/** A shot, or a whole file, that is not used, and why. */
export const droppedRowSchema = z.strictObject({
  status: z.literal("dropped"),
  rule: z.enum(DROP_RULES),
  reason: text,
  ...common,
  video: videoSchema.nullable(),
  shot: shot.nullable().describe("null if the whole file is dropped"),
  scores: scoresSchema.nullable(),
});

/** A line of a manifest. */
export const manifestRowSchema = z.discriminatedUnion("status", [
  keptRowSchema,
  droppedRowSchema,
]);

/** A shot to train or validate on. */
export type KeptRow = z.infer<typeof keptRowSchema>;
/** A shot, or a whole file, that is not used, and why. */
export type DroppedRow = z.infer<typeof droppedRowSchema>;
/** A line of a manifest. */
export type ManifestRow = z.infer<typeof manifestRowSchema>;
/** Name of a reason to drop. */
export type DropRule = DroppedRow["rule"];
