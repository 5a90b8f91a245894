/**
 * Writes NOTICE: the licences of all packages that `deno.lock` names, read from
 * the packages themselves, and of the pictures, names, fonts, programs and
 * weights inside of them.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product

/** A package of `deno.lock`, without its peers. */
export interface PackageLicence {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its package.json has it. */
  readonly licence: string;
}

/** What its package.json leaves out; each was read in the package. */
const READ_IN_PACKAGE: Readonly<Record<string, string>> = {
  "@shinyoshiaki/jspack": "BSD-3-Clause",
  "dejavu-fonts-ttf": "Bitstream-Vera AND Public-Domain",
};

/** Parts with a licence of their own, by the package that must be there. */
const PARTS: readonly (readonly [where: string, text: string])[] = [
  [
    "@seydx/node-av-linux-x64",
    "FFmpeg with libx264 and others, built with --enable-gpl and " +
    "--enable-version3: GPL-3.0-or-later, also in the builds for other " +
    "systems. It decodes and writes videos. Who passes this program on " +
    "together with it, as in a container image, has to follow the GPL for it",
  ],
  [
    "onnxruntime-node",
    "ONNX Runtime, MIT (Microsoft Corporation); its parts are in " +
    "ThirdPartyNotices.txt of its repository",
  ],
  ["@electric-sql/pglite", "PostgreSQL as WebAssembly, PostgreSQL licence"],
  [
    "@twemoji/svg",
    "the graphics: CC-BY-4.0 (Twitter, Inc and other contributors). Clips of " +
    "the synthetic world show them, and the shipped models were trained on " +
    "them. Publications of such clips must credit Twemoji",
  ],
  [
    "cldr-annotations-full",
    "names in 104 languages: Unicode-3.0 (Unicode, Inc.)",
  ],
  [
    "dejavu-fonts-ttf",
    "DejaVu Sans on contact sheets: Bitstream Vera licence",
  ],
  [
    "nsfwjs",
    "weights of MobileNetV2 and InceptionV3, trained from Keras' ImageNet " +
    "weights: MIT (Infinite Red, Inc.)",
  ],
];

/** What this repository ships beside its code and its weights. */
const OWN: readonly string[] = [
  "docs/*.png: pictures that this repository drew, of clips of the synthetic " +
  "world or of shipped models",
  "tests/**/*.safetensors: numbers that tests compare with, made by this " +
  "repository or by PyTorch from random weights; no weights of others",
];

/** The section "Licence" of each model card in `checkpoints/`. */
async function weightsShipped(): Promise<string[]> {
  const names = Array.from(Deno.readDirSync("checkpoints"), ({ name }) => name);
  return await Promise.all(
    names.sort().map(async (name) => {
      const card = await Deno.readTextFile(`checkpoints/${name}/README.md`);
      const [, licence = "its card has no section Licence"] =
        /^## Licence\n\n([^#]+?)\.?\n*(?=\n#|$(?![^]))/m.exec(card) ?? [];
      return `checkpoints/${name}: ${licence.replace(/\s+/g, " ")}`;
    }),
  );
}

/**
 * The packages in the text of a `deno.lock`, by name and version. Builds of one
 * package for a system and processor other than Linux on x64 are left out.
 */
export function packagesIn(
  lock: string,
): readonly Omit<PackageLicence, "licence">[] {
  const { npm } = JSON.parse(lock) as {
    npm: Record<string, { os?: string[]; cpu?: string[] }>;
  };
  const found = new Map<string, Omit<PackageLicence, "licence">>();
  for (const [key, { os, cpu }] of Object.entries(npm)) {
    if (os && !os.includes("linux") || cpu && !cpu.includes("x64")) continue;
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
    if (!name || !version) throw new Error(`deno.lock: no package: ${key}`);
    found.set(`${name}@${version}`, { name, version });
  }
  return [...found.values()].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0
  );
}

/** Reads the licence of a package that is installed in `node_modules`. */
async function licenceOf(
  { name, version }: Omit<PackageLicence, "licence">,
): Promise<string> {
  const folder = `${name.replace("/", "+")}@${version}`;
  const path = `node_modules/.deno/${folder}/node_modules/${name}/package.json`;
  const { license } = JSON.parse(await Deno.readTextFile(path));
  const licence = READ_IN_PACKAGE[name] ?? license;
  if (typeof licence !== "string") {
    throw new Error(
      `${path}: it names no licence; read it in the package and add it to ` +
        "READ_IN_PACKAGE of .ci/write_notice.ts",
    );
  }
  return licence.replace(/^\((.*)\)$/, "$1");
}

/** The text of NOTICE. */
export function noticeText(
  packages: readonly PackageLicence[],
  weights: readonly string[],
): string {
  const names = new Set(packages.map(({ name }) => name));
  const gone = PARTS.filter(([name]) => !names.has(name));
  if (gone.length > 0) {
    throw new Error(
      `no package ${gone[0]![0]}: take it out of PARTS of .ci/write_notice.ts`,
    );
  }
  const groups = Object.entries(
    Object.groupBy(packages, ({ licence }) => licence),
  ).sort(([a], [b]) => a < b ? -1 : 1);
  return [
    "AIPROD",
    "Copyright 2026 The AIPROD authors. Apache License 2.0, see LICENSE.",
    "",
    "Made by `deno task notice` from deno.lock and the packages it names. The",
    "text of each licence is in its package below node_modules/.deno.",
    "",
    "== Parts with a licence of their own ==",
    "",
    ...PARTS.flatMap(([name, text]) => wrapped(`${name}: ${text}.`)),
    "",
    "== What this repository ships beside its code ==",
    "",
    ...[...weights, ...OWN].flatMap((text) => wrapped(`${text}.`)),
    "",
    "Real video, imported weights and models of others keep their licences;",
    "none are part of this repository.",
    "",
    "== Packages of npm ==",
    ...groups.flatMap(([licence, members = []]) => [
      "",
      `${licence}:`,
      ...members.map(({ name, version }) => `  ${name} ${version}`),
    ]),
    "",
  ].join("\n");
}

/** Lines of at most 80 characters, as an item of a list. */
function wrapped(text: string): string[] {
  const lines = ["-"];
  for (const word of text.split(" ")) {
    if (lines.at(-1)!.length + word.length + 1 > 80) lines.push(" ");
    lines.push(`${lines.pop()} ${word}`);
  }
  return lines;
}

/** The text that NOTICE must have. */
export async function presentNotice(): Promise<string> {
  const packages = packagesIn(await Deno.readTextFile("deno.lock"));
  return noticeText(
    await Promise.all(
      packages.map(async (one) => ({ ...one, licence: await licenceOf(one) })),
    ),
    await weightsShipped(),
  );
}

if (import.meta.main) {
  await Deno.writeTextFile("NOTICE", await presentNotice());
  console.log("NOTICE is written");
}
