import assert from "node:assert/strict";
import {
  evaluateFlags,
  evaluateVideo,
  videoDataOf,
} from "lib/recipes/evaluate/mod.ts";
import { silentHost } from "../../trainer/_silent_host.ts";
import { temporaryFolder } from "../../dataset/_video_fixture.ts";
import { writeData } from "../../trainer/_video_data.ts";
import { untrainedFolder } from "../generate/_trained.ts";

Deno.test("evaluateVideo() refuses too few held-out clips before it draws", async () => {
  await using folder = await temporaryFolder();
  const checkpoint = await untrainedFolder();
  const data = await writeData(folder.file("data"), [
    { seconds: 2 },
    { seconds: 2 },
    { seconds: 2, split: "validation" },
  ]);
  const lines: string[] = [];
  const options = evaluateFlags.parse({
    checkpoint,
    data,
    device: "cpu",
    out: folder.file("out"),
  });
  const video = (await videoDataOf(options))!;
  const host = { ...silentHost, log: (line: string) => void lines.push(line) };
  await assert.rejects(() => evaluateVideo(options, video, host), {
    name: "InputError",
    message:
      /^Cannot evaluate ".*" on held-out clips: there must be at least 4 of one shape: there are 2; hold out more of ".*data" \(deno task ingest \.\.\. --validation 0\.3\), ingest more video, or name other video with --data$/,
  });
  assert.deepEqual(lines, []); // no device was opened
  await Deno.remove(checkpoint, { recursive: true });
});
