import * as z from "zod";

/** To be raised by every change that alters the analysis of a file. */
export const ANALYSIS_VERSION = 3;

const share = z.number().min(0).max(1);
const speed = z.number().min(0);
const seconds = z.number();
/** Absent in manifests that were written before these were counted. */
const count = z.number().int().min(0).default(0);

/** Scores of a shot. Speeds are in frame diagonals per second. */
export const scoresSchema = z.strictObject({
  motion: speed.describe("mean optical flow"),
  cameraMotion: speed.describe("root mean square flow caused by the camera"),
  panRight: z.number().describe(
    "diagonals per second the frame content moves right",
  ),
  panDown: z.number().describe(
    "diagonals per second the frame content moves down",
  ),
  zoom: z.number().describe("growth of the frame content per second"),
  roll: z.number().describe(
    "clockwise rotation of the frame content, radians per second",
  ),
  subjectMotion: speed.describe(
    "95th percentile of the flow relative to the camera's",
  ),
  movingShare: share.describe(
    "share of the frame that moves relative to the camera",
  ),
  subjects: z.number().min(0).describe(
    "regions that move relative to the camera",
  ),
  occlusion: share.describe("share of each frame without a match in the next"),
  sharpness: z.number().min(0).nullable().describe(
    "median variance of the Laplacian; null for very short shots",
  ),
  brightness: share.describe("mean luma"),
  contrast: share.describe("mean standard deviation of luma"),
  lightChange: share.describe("standard deviation of brightness over time"),
  overlay: share.nullable().describe(
    "share of the frame with static text",
  ),
});

/** Scores of a shot. */
export type Scores = z.infer<typeof scoresSchema>;

/** Properties of a video file. */
export const videoSchema = z.strictObject({
  width: z.number().describe("pixels as displayed"),
  height: z.number().describe("pixels as displayed"),
  fps: z.number().describe("frames per second on average"),
  durationSeconds: z.number().describe("seconds decoded"),
  pictures: z.number().int().describe("frames decoded"),
  codec: z.string().describe("FFmpeg's name of the codec"),
  isPicture: z.boolean().default(false).describe("a picture of one frame"),
  rotation: z.number().describe("clockwise rotation in the container, degrees"),
  isInterlaced: z.boolean(),
  isHighDynamicRange: z.boolean(),
  hasVariableRate: z.boolean(),
  damagedFrames: count.describe(
    "frames with decoding errors, or predicted from such frames",
  ),
  lostSeconds: z.number().min(0).default(0).describe(
    "seconds that the file lacks, as far as it states them",
  ),
  clockJumps: count.describe(
    "times at which the clock of the file restarts or jumps; seconds count on",
  ),
});

/** A shot between two cuts, or blank or damaged frames between shots. */
export const segmentSchema = z.strictObject({
  kind: z.enum(["shot", "blank", "damaged"]),
  startSeconds: seconds.describe("from the first frame shown"),
  endSeconds: seconds,
  pictures: z.number().int().min(0),
  startsAtCut: z.boolean(),
  endsAtCut: z.boolean(),
  part: z.number().int().min(1),
  parts: z.number().int().min(1),
  scores: scoresSchema.nullable().describe("null below two frames"),
  hash: z.string().nullable().describe("perceptual hash of the middle frame"),
  moments: z.string().nullable().describe(
    "luma of 8 frames spread over the shot, 8x8 each, base64",
  ),
});

/** A shot, or blank or damaged frames. */
export type Segment = z.infer<typeof segmentSchema>;

/** The analysis of a video file. */
export const analysisSchema = z.strictObject({
  video: videoSchema,
  damage: z.string().nullable().describe(
    "what of the file is lost, if anything",
  ),
  segments: z.array(segmentSchema),
});

/** The analysis of a video file. */
export type Analysis = z.infer<typeof analysisSchema>;
