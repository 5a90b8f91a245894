import { CASES } from "./tests/compiler/conformance/_cases.ts";
import { checkGradients, checkValues } from "./tests/compiler/conformance/_harness.ts";
import { RuntimeDevice } from "lib/compiler/device/runtime_device.ts";
import { CardMemory } from "lib/compiler/device/memory.ts";
const i64 = Deno.args[0] === "1";
const provider = { name: "WebGPU" as const, options: i64 ? {"ep.webgpuexecutionprovider.enableInt64": "1"} : {} };
const device = new RuntimeDevice("webgpu", "x", await CardMemory.open(provider), { provider });
const dir = Deno.makeTempDirSync();
const seen = new Map<string, Set<string>>();
let n = 0;
for (const c of CASES) for (const kind of ["values", "gradients"]) {
  if (kind === "gradients" && c.gradient === "none") continue;
  const prefix = `${dir}/p${n++}`;
  try { await (kind === "values" ? checkValues : checkGradients)(c, { device, session: { profile: prefix } }); } catch (e) { if (/ERROR|assigned|Fail|not/.test((e as Error).message)) console.log("RT", c.name, kind, (e as Error).message.slice(0,200)); }
  for (const f of Deno.readDirSync(dir)) {
    const path = `${dir}/${f.name}`;
    const events = JSON.parse(Deno.readTextFileSync(path));
    for (const e of events) if (e.cat === "Node" && e.args?.provider === "CPUExecutionProvider") {
      const key = `${e.args.op_name} ${JSON.stringify((e.args.input_type_shape??[]).map((o: object)=>Object.keys(o)[0]))}`;
      if (!seen.has(key)) seen.set(key, new Set()); seen.get(key)!.add(c.name);
    }
    Deno.removeSync(path);
  }
}
for (const [k, v] of seen) console.log(k, "<-", [...v].slice(0, 4).join("; "));
