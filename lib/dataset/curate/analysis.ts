import * as z from "zod";

/** Changes whenever the same file would be analysed to other numbers. */
export const ANALYSIS_VERSION = 1;

const share = z.number().min(0).max(1);
const speed = z.number().min(0);
const seconds = z.number();

/** Scores of a shot. Speeds are diagonals of the picture per second. */
export const scoresSchema = z.strictObject({
  motion: speed.describe("mean speed of all places, by optical flow"),
  cameraMotion: speed.describe("speed that the camera gives them"),
  panRight: z.number().describe("diagonals per second the picture moves right"),
  panDown: z.number().describe("diagonals per second the picture moves down"),
  zoom: z.number().describe("growth of the picture per second"),
  roll: z.number().describe("clockwise turn of the picture, radians a second"),
  subjectMotion: speed.describe(
    "speed that 19 of 20 places stay below, camera apart",
  ),
  movingShare: share.describe("share of the picture that moves by itself"),
  subjects: z.number().min(0).describe("regions that move by themselves"),
  occlusion: share.describe("share of each picture that the next hides"),
  sharpness: z.number().min(0).nullable().describe(
    "median variance of the Laplacian; null for very short shots",
  ),
  brightness: share.describe("mean luma"),
  contrast: share.describe("mean standard deviation of luma"),
  lightChange: share.describe("standard deviation of brightness over time"),
  overlay: share.nullable().describe(
    "share of the picture that looks like writing and stays",
  ),
});

/** The same as a type. */
export type Scores = z.infer<typeof scoresSchema>;

/** What a video file is like. */
export const videoSchema = z.strictObject({
  width: z.number().describe("pixels as displayed"),
  height: z.number().describe("pixels as displayed"),
  fps: z.number().describe("frames per second on average"),
  durationSeconds: z.number().describe("seconds that could be decoded"),
  pictures: z.number().int().describe("pictures that could be decoded"),
  codec: z.string().describe("FFmpeg's name"),
  rotation: z.number().describe("degrees that the file asks to be turned"),
  isInterlaced: z.boolean(),
  isHighDynamicRange: z.boolean(),
  hasVariableRate: z.boolean(),
});

/** A run of pictures between two cuts, or what lies between shots. */
export const segmentSchema = z.strictObject({
  kind: z.enum(["shot", "blank", "damaged"]),
  startSeconds: seconds.describe("from the first picture of the stream"),
  endSeconds: seconds,
  pictures: z.number().int().min(0),
  startsAtCut: z.boolean(),
  endsAtCut: z.boolean(),
  part: z.number().int().min(1),
  parts: z.number().int().min(1),
  scores: scoresSchema.nullable().describe("null below two pictures"),
  hash: z.string().nullable().describe("perceptual hash of the middle picture"),
  moments: z.string().nullable().describe(
    "8 pictures of 8x8 luma spread over the shot, base64",
  ),
});

/** The same as a type. */
export type Segment = z.infer<typeof segmentSchema>;

/** All that ingesting needs to know of a file's contents: decoding it once is enough. */
export const analysisSchema = z.strictObject({
  video: videoSchema,
  damage: z.string().nullable().describe("what broke the file off, if it did"),
  segments: z.array(segmentSchema),
});

/** The same as a type. */
export type Analysis = z.infer<typeof analysisSchema>;
