import assert from "node:assert/strict";
import { LANGUAGES, namePhrase } from "lib/dataset/captions/mod.ts";
import { sceneSpec } from "lib/dataset/synthetic/mod.ts";
import {
  type TextConfig,
  tokenisePrompts,
  tokenizerTable,
} from "lib/models/text/mod.ts";
import { wordsOf } from "lib/pipeline/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

/** Prints the arrays of the prompts in a file, which stands beside the table. */
const PROGRAM = "import json, sys; sys.path.insert(0, 'lib/recipes/export'); " +
  "from tokenizer import Tokenizer; folder = sys.argv[1]; " +
  "arrays = Tokenizer(folder + '/tokenizer.json')(json.load(open(folder + '/prompts.json'))); " +
  "print(json.dumps({name: array.ravel().tolist() for name, array in arrays.items()}))";

/** Runs Python by Deno's shell, since tests may start Deno alone. */
async function python(...args: string[]): Promise<string | undefined> {
  const line = ["python3", "-c", ...args].map((word) => `"${word}"`).join(" ");
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--eval", line],
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    stdin: "null",
    stderr: "null",
  }).output();
  return code === 0 ? new TextDecoder().decode(stdout) : undefined;
}

const HAS_NUMPY = await python("import numpy") !== undefined;
if (!HAS_NUMPY) {
  // deno-lint-ignore no-console -- a skipped test says why
  console.log("skipped: no python3 with numpy");
}

const STRANGE = [
  "",
  "A close-up of Anna's cat, 3.5 m: don't stop_me",
  "dolly zoom 👩‍👩‍👧‍👦 🇩🇪",
  "클로즈업은 고양이",
  "لَقْطَة قريبة",
  "İstanbul ΣΑΣ a.b a:b",
  `e${"\u0301".repeat(9)} zalgo \u200b x`,
  "word ".repeat(100),
  "a".repeat(300),
];

async function assertEqualIn(config: TextConfig): Promise<void> {
  const captions = await Promise.all(
    LANGUAGES.map((language, index) =>
      namePhrase(
        sceneSpec({ seed: 1, phase: 3, split: "train", index }).labels,
        language,
      )
    ),
  );
  const prompts = [...STRANGE, ...captions];
  const folder = await Deno.makeTempDir();
  const table = tokenizerTable(config, prompts.flatMap(wordsOf));
  await Deno.writeTextFile(`${folder}/tokenizer.json`, JSON.stringify(table));
  await Deno.writeTextFile(`${folder}/prompts.json`, JSON.stringify(prompts));
  const found = JSON.parse((await python(PROGRAM, folder))!);
  const { words, wordMask, ...rows } = tokenisePrompts(prompts, config);
  for (const [name, { data }] of Object.entries(rows)) {
    assert.deepEqual(found[name], [...data], name);
  }
  const { maxWords } = config;
  for (const [i, prompt] of prompts.entries()) {
    const own = (list: ArrayLike<number>) =>
      Array.from(list).slice(i * maxWords, (i + 1) * maxWords);
    // Chinese needs the frequencies of a dictionary.
    if (/\p{sc=Han}/u.test(prompt) && !/\p{sc=Hira}/u.test(prompt)) continue;
    assert.deepEqual(own(found["words/ids"]), own(words.data), prompt);
    assert.deepEqual(own(found["words/mask"]), own(wordMask.data), prompt);
  }
}

Deno.test({
  name: "tokenizer.py gives the rows of tokenisePrompts() in every language",
  ignore: !HAS_NUMPY,
  fn: () => assertEqualIn(PRESETS.tiny.text),
});

Deno.test({
  name: "tokenizer.py gives each character of Unicode the row that we give it",
  ignore: !HAS_NUMPY,
  fn: () => assertEqualIn(PRESETS.base.text),
});
