import "lib/compiler/eager.ts";
import { describeDevice, openDevice } from "lib/compiler/mod.ts";
for (const name of ["cpu", "webgpu","auto","cuda"] as const) {
  try {
    const t = performance.now();
    using d = await openDevice(name, { allowSoftware: Deno.env.has("SOFT") });
    console.log("open", Math.round(performance.now()-t), "ms");
    console.log(await describeDevice(d), Math.round(performance.now()-t), "ms");
  } catch (e) { console.log(name, "->", (e as Error).name, (e as Error).message); }
}
