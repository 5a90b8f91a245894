import { alignColumns } from "../../core/mod.ts";
import {
  attentionNameAccount,
  blockFlops,
  blockTensors,
  CARD_BYTES,
  type Comparison,
  componentsOf,
  compressionOf,
  decisionsOf,
  FILE_PARTS,
  fileAccount,
  type Ltx2Config,
  memoryByPhase,
  type OwnModel,
  parametersByRole,
  ropeNumbers,
  tokensOfEqualShares,
  totalBytes,
  totalFlops,
  totalsOf,
} from "../../ltx2/mod.ts";

/** Video tokens at which the cost of a block is shown. */
const TOKENS = [1024, 6144, 28_672, 131_072];
/** Tokens of a prompt in that table. */
const TEXT = 1024;
/** Columns of texts in a terminal. */
const WIDTH = 88;
/** Most differences of a kind in the report of a file. */
const MOST_NAMED = 10;

/** The analysis of LTX-2 as text for a terminal. */
export function analysisText(config: Ltx2Config, own: OwnModel): string {
  return [
    ...inventory(config),
    ...attentionNames(config),
    ...blockCost(config),
    ...restOfLtx2(config),
    ...ownMemory(own),
    ...decisions(config, own),
  ].join("\n");
}

function inventory(config: Ltx2Config): string[] {
  const block = blockTensors(config);
  return [
    "LTX-2 19B, from its configuration alone",
    ...table([
      ["component", "tensors", "parameters", "float32 GB"],
      ...componentsOf(config)
        .filter(({ parameters }) => parameters > 0)
        .map(({ name, tensors, parameters }) => [
          name,
          tensors.length,
          parameters,
          (4 * parameters / 1e9).toFixed(2),
        ]),
    ]),
    `  a block of the transformer: ${block.length} tensors, ${
      whole(totalsOf(config).transformer.parametersPerBlock)
    } parameters; ${config.blocks} blocks`,
    "",
    "Parameters of the transformer by role",
    ...table(Object.entries(parametersByRole(config))),
    "",
  ];
}

function attentionNames(config: Ltx2Config): string[] {
  const { fp8 } = totalsOf(config);
  const account = attentionNameAccount(config, fp8.quantisedBlocks);
  const { modules, inBlocks, inConnectors, quantisedBlocks, scalesPerBlock } =
    account;
  const parts = fileAccount(config, quantisedBlocks);
  return [
    `The ${account.total} names with "attn" in the fp8 file`,
    ...table([
      [
        "tensors of the blocks' attentions",
        inBlocks,
        `${modules} modules x 10`,
      ],
      ["tensors of the connectors' attentions", inConnectors, "4 x 10"],
      [
        "scales of quantised attention layers",
        quantisedBlocks * scalesPerBlock,
        `${quantisedBlocks} of ${config.blocks} blocks x ${scalesPerBlock}`,
      ],
      ["together", account.total, ""],
    ]),
    "",
    `The bytes of the fp8 file, GB; the reported "${
      (parts.file / 2 ** 30).toFixed(2)
    } GB" are GiB`,
    ...table(FILE_PARTS.map(([part, meaning]) => [
      meaning,
      (parts[part] / 1e9).toFixed(3),
    ])),
    "",
  ];
}

function blockCost(config: Ltx2Config): string[] {
  const { width } = config.video;
  return [
    `One block, video only, ${TEXT} text tokens: ` +
    "28 D^2 N + 4 D^2 T + 4 N^2 D + 4 N T D",
    ...table([
      ["video tokens", "linear TFLOP", "attention TFLOP", "attention %"],
      ...TOKENS.map((video) => {
        const flops = blockFlops("cross", { width, cnnWidth: 0 }, {
          video,
          text: TEXT,
        });
        return [
          whole(video),
          (flops.linear / 1e12).toFixed(2),
          (flops.attention / 1e12).toFixed(2),
          (100 * flops.attention / totalFlops(flops)).toFixed(0),
        ];
      }),
    ]),
    `  without text both shares are equal at 7 D = ${
      whole(tokensOfEqualShares("cross", width))
    } tokens`,
    "",
  ];
}

function restOfLtx2(config: Ltx2Config): string[] {
  const { space, time, channels, ratio } = compressionOf(config.vae);
  const { frequenciesPerAxis, turned, left } = ropeNumbers(config);
  const { text, captionChannels, rope, timestepChannels } = config;
  return [
    "Besides",
    ...table([
      [
        "video VAE",
        `${space}x${space} pixels, ${time} frames in ${channels} channels, ${ratio}:1; 1 + ${time} k frames`,
      ],
      [
        "RoPE",
        `${frequenciesPerAxis} frequencies x ${rope.axes} axes turn ${turned} features, ${left} stay`,
      ],
      [
        "text",
        `${text.hiddenStates} hidden states x ${text.hiddenWidth} = ${
          whole(text.hiddenStates * text.hiddenWidth)
        } to ${captionChannels}, two connectors of ${text.layers} layers`,
      ],
      [
        "timestep",
        `a sinusoid of ${timestepChannels} channels; it is no text embedding`,
      ],
    ]),
    "",
  ];
}

function ownMemory(own: OwnModel): string[] {
  const rows = memoryByPhase(own);
  const plans = [...new Set(rows.map(({ plan }) => plan))];
  const phases = [...new Set(rows.map(({ phase }) => phase))];
  const card = CARD_BYTES / 1e9;
  return [
    "A training step of preset base, GB of float32, estimated; * does not fit " +
    `${card.toFixed(2)} GB (8 GiB)`,
    ...table([
      ["phase", ...plans],
      ...phases.map((phase) => [
        phase,
        ...plans.map((plan) => {
          const { memory } = rows.find((row) =>
            row.phase === phase && row.plan === plan
          )!;
          const gb = totalBytes(memory) / 1e9;
          return `${gb.toFixed(2)}${gb > card ? "*" : " "}`;
        }),
      ]),
    ]),
    "",
  ];
}

function decisions(config: Ltx2Config, own: OwnModel): string[] {
  return [
    "The five decisions, and what each saves",
    ...decisionsOf(own, config).flatMap(
      ({ name, ltx2, ours, reason, saves }, i) => [
        `  ${i + 1}. ${name}`,
        ...wrapped("     LTX-2:  ", ltx2),
        ...wrapped("     here:   ", ours),
        ...wrapped("     reason: ", reason),
        ...wrapped(
          "     saves:  ",
          `${saves.what}: ${saves.before.toPrecision(3)} to ${
            saves.after.toPrecision(3)
          } ${saves.unit}, ${
            (saves.before / saves.after).toPrecision(3)
          } times`,
        ),
      ],
    ),
  ];
}

/** The comparison of a file as text for a terminal. */
export function comparisonText(name: string, compared: Comparison): string {
  const { missing, extra, wrongShape, outside, quantisedBlocks } = compared;
  return [
    "",
    `${name}: ${whole(compared.tensors)} tensors, ${
      whole(compared.attnNames)
    } names with "attn"`,
    ...table(compared.components.map(({ name, prefix, tensors, expected }) => [
      name,
      `${tensors} of ${expected}`,
      prefix === "" ? "no prefix" : prefix,
    ])),
    ...table(
      Object.entries(compared.bytes).map(([dtype, bytes]) => [
        dtype,
        bytes,
        "bytes",
      ]),
    ),
    ...(quantisedBlocks.length > 0
      ? [`  quantised blocks: ${quantisedBlocks.length}`]
      : []),
    ...Object.entries(outside).map(([model, count]) =>
      `  not in the inventory: ${model}, ${count} tensors`
    ),
    ...list("missing", missing.map(quoted)),
    ...list("extra", extra.map(quoted)),
    ...list(
      "wrong shape",
      wrongShape.map(({ name, expected, found }) =>
        `${quoted(name)}: [${expected}] expected, [${found}] found`
      ),
    ),
    compared.matches
      ? "  the file matches the configuration"
      : "  the file differs from the configuration",
  ].join("\n");
}

function list(kind: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - MOST_NAMED;
  return [
    `  ${kind}: ${names.length}`,
    ...names.slice(0, MOST_NAMED).map((name) => `    ${name}`),
    ...(more > 0 ? [`    and ${more} more; --json lists all`] : []),
  ];
}

/** Names of a file, quoted so that they cannot control a terminal. */
function quoted(name: string): string {
  return JSON.stringify(name);
}

/** Rows with their columns aligned: the first to the left, numbers to the right. */
function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const texts = rows.map((row) =>
    row.map((cell) => typeof cell === "number" ? whole(cell) : cell)
  );
  const isNumber = (cell: string | undefined): boolean =>
    /^[\d,.*%]+ ?$/.test(cell ?? "");
  // The first row may be one of headings, aligned as the numbers below them.
  const isRight = (column: number, row: number): boolean =>
    column > 0 && (isNumber(texts[row]![column]) ||
      row === 0 && isNumber(texts[1]?.[column]));
  return alignColumns(texts, isRight).map((line) => `  ${line}`);
}

/** A text after a label, in lines of the same indent. */
function wrapped(label: string, text: string): string[] {
  const lines = [label];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line.length + word.length > WIDTH) {
      lines.push(`${" ".repeat(label.length)}${word} `);
    } else {
      lines[lines.length - 1] = `${line}${word} `;
    }
  }
  return lines.map((line) => line.trimEnd());
}

function whole(value: number): string {
  return value.toLocaleString("en");
}
