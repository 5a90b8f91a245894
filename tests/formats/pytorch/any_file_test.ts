import { openStateDict } from "lib/formats/pytorch/mod.ts";
import { damagedBytes, forAny, valueOrInputError } from "../../_any_input.ts";

Deno.test("any file of PyTorch is read or refused", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.pt`;
  try {
    for (const name of ["today.pt", "before_1_6.pth", "compressed.pt"]) {
      const valid = await Deno.readFile(
        new URL(`files/${name}`, import.meta.url),
      );
      await forAny(damagedBytes(valid), async (bytes) => {
        await Deno.writeFile(path, bytes);
        await valueOrInputError(async () => {
          using state = await openStateDict(path);
          for (const tensor of state.tensors.values()) tensor.read();
        });
      }, 300);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
