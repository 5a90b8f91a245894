import type { Ltx2Config } from "../configuration.ts";
import { parametersOf, type TensorSpec } from "../inventory/tensor.ts";
import { transformerTensors } from "../inventory/transformer.ts";
import type { AttentionNameAccount } from "../quantisation.ts";
import { axisOf, COLOURS, type Figure, layoutOf } from "./figure.ts";

/** Roles of the transformer's tensors, by name; the first match counts. */
const ROLES: readonly (readonly [role: string, names: RegExp])[] = [
  ["video: self-attention", /\.attn1\./],
  ["video: attention to text", /\.attn2\./],
  ["video: feed-forward", /\.ff\./],
  ["between the streams", /\.(audio_to_video|video_to_audio)_attn\./],
  ["audio: all three", /\.audio_(attn1|attn2|ff)\./],
  ["timestep, captions, projections", /./],
];

/** Parameters of the transformer by role. */
export function parametersByRole(config: Ltx2Config): Record<string, number> {
  const byRole = new Map<string, TensorSpec[]>(
    ROLES.map(([role]) => [role, []]),
  );
  for (const tensor of transformerTensors(config)) {
    const [role] = ROLES.find(([, names]) => names.test(tensor.name))!;
    byRole.get(role)!.push(tensor);
  }
  return Object.fromEntries(
    [...byRole].map(([role, tensors]) => [role, parametersOf(tensors)]),
  );
}

/** Figure of the transformer's parameters by role. */
export function parametersFigure(config: Ltx2Config): Figure {
  const roles = Object.entries(parametersByRole(config)).reverse();
  const total = roles.reduce((sum, [, count]) => sum + count, 0);
  return {
    data: [{
      type: "bar",
      orientation: "h",
      y: roles.map(([role]) => role),
      x: roles.map(([, count]) => count / 1e9),
      text: roles.map(([, count]) =>
        `${(count / 1e9).toFixed(2)} (${(100 * count / total).toFixed(0)} %)`
      ),
      textposition: "outside",
      cliponaxis: false,
      marker: { color: COLOURS.blue },
    }],
    layout: layoutOf("Parameters of LTX-2's transformer", {
      height: 340,
      margin: { l: 230, r: 110, t: 60, b: 50 },
      xaxis: axisOf("parameters, billions"),
      yaxis: axisOf("role", { automargin: true }),
    }),
  };
}

/** Figure of how 288 attention modules become 4936 names. */
export function attentionNamesFigure(account: AttentionNameAccount): Figure {
  const { modules, inBlocks, inConnectors, quantisedBlocks, scalesPerBlock } =
    account;
  const rows = [
    ["attention modules", modules],
    ["tensors of these modules", inBlocks],
    ["tensors of the text connectors' attention", inConnectors],
    [
      `scales: ${quantisedBlocks} blocks x ${scalesPerBlock}`,
      quantisedBlocks * scalesPerBlock,
    ],
    ['names with "attn"', account.total],
  ].reverse() as [string, number][];
  // A waterfall: each part begins where the previous one ends.
  const begins = [0, inBlocks + inConnectors, inBlocks, 0, 0];
  const colours = [
    COLOURS.grey,
    COLOURS.orange,
    COLOURS.purple,
    COLOURS.blue,
    COLOURS.green,
  ];
  return {
    data: [{
      type: "bar",
      orientation: "h",
      y: rows.map(([name]) => name),
      x: rows.map(([, count]) => count),
      base: begins,
      text: rows.map(([, count]) => String(count)),
      textposition: "outside",
      cliponaxis: false,
      marker: { color: colours },
    }],
    layout: layoutOf('"4936 attention layers" are names, not layers', {
      height: 320,
      margin: { l: 280, r: 60, t: 60, b: 50 },
      xaxis: axisOf("modules, tensors or names", {
        range: [0, 1.08 * account.total],
      }),
      yaxis: axisOf("part of the count", { automargin: true }),
    }),
  };
}
