import { AV_LOG_QUIET } from "node-av/constants";
import { Log } from "node-av/lib";

// FFmpeg logs to the terminal. Errors reach the user as one line of ours, so the
// log is silenced before any other call: import FFmpeg's classes from here, never
// from "node-av".
Log.setLevel(AV_LOG_QUIET);

export {
  avGetCodecName,
  avGetPixFmtName,
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FilterGraph,
  FormatContext,
  Frame,
  InputFormat,
  Packet,
  Rational,
} from "node-av/lib";
export type { FilterContext, Stream } from "node-av/lib";
