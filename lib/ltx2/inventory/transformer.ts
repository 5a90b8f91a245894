import type { Ltx2Config } from "../configuration.ts";
import {
  attentionTensors,
  evenAttentionTensors,
  feedForwardTensors,
} from "./attention.ts";
import { linear, type TensorSpec, withPrefix } from "./tensor.ts";

/** Attention modules of a block: self, text and the other stream, for each stream. */
export const ATTENTIONS_PER_BLOCK = 6;

/** AdaLN vectors of a stream in a block: shift, scale and gate, twice. */
const BLOCK_VECTORS = 6;
/** AdaLN vectors of attention between the streams: two shifts and scales, a gate. */
const CROSS_VECTORS = 5;
/** The shifts and scales follow the timestep of one stream ... */
const CROSS_SCALE_SHIFTS = 4;
/** ... and the gate that of the other, hence a module of its own. */
const CROSS_GATES = 1;

/** Tensors of one block of the transformer. */
export function blockTensors({ video, audio }: Ltx2Config): TensorSpec[] {
  const v = video.width;
  const a = audio.width;
  return [
    ...evenAttentionTensors("attn1", v),
    ...evenAttentionTensors("attn2", v),
    ...feedForwardTensors("ff", v),
    ...evenAttentionTensors("audio_attn1", a),
    ...evenAttentionTensors("audio_attn2", a),
    ...feedForwardTensors("audio_ff", a),
    // Both directions have the audio stream's width inside.
    ...attentionTensors("audio_to_video_attn", {
      query: v,
      context: a,
      inner: a,
    }),
    ...attentionTensors("video_to_audio_attn", {
      query: a,
      context: v,
      inner: a,
    }),
    { name: "scale_shift_table", shape: [BLOCK_VECTORS, v] },
    { name: "audio_scale_shift_table", shape: [BLOCK_VECTORS, a] },
    { name: "scale_shift_table_a2v_ca_video", shape: [CROSS_VECTORS, v] },
    { name: "scale_shift_table_a2v_ca_audio", shape: [CROSS_VECTORS, a] },
  ];
}

/** Tensors of the whole transformer: its blocks and the shared layers. */
export function transformerTensors(config: Ltx2Config): TensorSpec[] {
  const { blocks, video, audio, timestepChannels } = config;
  const adaLn = (name: string, width: number, vectors: number): TensorSpec[] =>
    adaLnTensors(name, timestepChannels, width, vectors);
  const block = blockTensors(config);
  return [
    ...streamTensors("", config, "video"),
    ...streamTensors("audio_", config, "audio"),
    ...adaLn(
      "av_ca_video_scale_shift_adaln_single",
      video.width,
      CROSS_SCALE_SHIFTS,
    ),
    ...adaLn(
      "av_ca_audio_scale_shift_adaln_single",
      audio.width,
      CROSS_SCALE_SHIFTS,
    ),
    ...adaLn("av_ca_a2v_gate_adaln_single", video.width, CROSS_GATES),
    ...adaLn("av_ca_v2a_gate_adaln_single", audio.width, CROSS_GATES),
    ...Array.from(
      { length: blocks },
      (_, i) => withPrefix(`transformer_blocks.${i}`, block),
    ).flat(),
  ];
}

/** Layers shared by all blocks of one stream. */
function streamTensors(
  prefix: string,
  config: Ltx2Config,
  stream: "video" | "audio",
): TensorSpec[] {
  const { width, channels } = config[stream];
  return [
    ...linear(`${prefix}patchify_proj`, channels, width),
    ...adaLnTensors(
      `${prefix}adaln_single`,
      config.timestepChannels,
      width,
      BLOCK_VECTORS,
    ),
    ...linear(
      `${prefix}caption_projection.linear_1`,
      config.captionChannels,
      width,
    ),
    ...linear(`${prefix}caption_projection.linear_2`, width, width),
    { name: `${prefix}scale_shift_table`, shape: [2, width] },
    ...linear(`${prefix}proj_out`, width, channels),
  ];
}

/** From the timestep embedding to the modulation of the blocks (adaLN-single). */
function adaLnTensors(
  name: string,
  timestepChannels: number,
  width: number,
  vectors: number,
): TensorSpec[] {
  const embedder = `${name}.emb.timestep_embedder`;
  return [
    ...linear(`${embedder}.linear_1`, timestepChannels, width),
    ...linear(`${embedder}.linear_2`, width, width),
    ...linear(`${name}.linear`, width, vectors * width),
  ];
}
