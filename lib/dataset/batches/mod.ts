export type { CaptionedClip, ClipShape, ClipSource } from "./clip_source.ts";
