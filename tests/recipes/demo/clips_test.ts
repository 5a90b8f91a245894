import assert from "node:assert/strict";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { psnr } from "lib/evaluation/mod.ts";
import { otherClips, renderedClip, videoClip } from "lib/recipes/demo/clips.ts";
import { demoPlan } from "lib/recipes/demo/plan.ts";

const plan = demoPlan("tiny");

async function withFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("renderedClip() renders once: a run goes on with the very same clip", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/rendered.mp4`;
    const first = await renderedClip(path, undefined, plan);
    const file = await Deno.readFile(path);
    // More than once, for an encoder may happen to give the same file again.
    for (let i = 0; i < 5; i++) {
      assert.deepEqual(await renderedClip(path, undefined, plan), first);
      assert.deepEqual(await Deno.readFile(path), file);
    }
    assert.equal(
      first.caption,
      "a blue heart moves up and a red circle moves right",
    );
    assert.ok(psnr(first.clip, await renderScene(demoScene, plan.clip)) > 30);
  });
});

Deno.test("renderedClip() takes a caption of one's own", async () => {
  await withFolder(async (folder) => {
    const { caption } = await renderedClip(`${folder}/a.mp4`, "dawn", plan);
    assert.equal(caption, "dawn");
  });
});

Deno.test("videoClip() captions a video by its file name if it is given none", async () => {
  await withFolder(async (folder) => {
    const cases: [file: string, caption: string][] = [
      ["red_kite-2.mp4", "red kite 2"],
      ["My.Holiday (1).mp4", "My Holiday (1)"],
      ["___.mp4", "a video"],
    ];
    for (const [file, caption] of cases) {
      const path = `${folder}/${file}`;
      await writeMp4(path, await renderScene(demoScene, plan.clip));
      const captioned = await videoClip(path, undefined, plan);
      assert.equal(captioned.caption, caption);
      const { frames, height, width, fps } = captioned.clip;
      assert.deepEqual({ frames, height, width, fps }, plan.clip);
      assert.equal((await videoClip(path, "mine", plan)).caption, "mine");
    }
  });
});

Deno.test("otherClips() are the same in every run, and differ from each other", async () => {
  const others = await otherClips(plan);
  assert.equal(others.length, plan.others);
  assert.deepEqual(await otherClips(plan), others);
  assert.equal(new Set(others.map(({ caption }) => caption)).size, plan.others);
});
