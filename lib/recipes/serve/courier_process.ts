import * as z from "zod";
import { runCourier } from "../../service/webhooks/courier.ts";
import { sendMessage } from "../../service/webhooks/send.ts";
import { print, runProgram } from "../command_line/mod.ts";

const flags = z.strictObject({
  rule: z.enum(["public", "any"]).default("public")
    .describe("which addresses messages may go to"),
});

if (import.meta.main) {
  await runProgram({
    usage: "deno task serve",
    purpose: "The process that sends webhooks, which deno task serve starts.",
    flags,
    async run({ rule }) {
      await runCourier(
        Deno.stdin.readable,
        (line) => Promise.resolve(print(line)),
        (message) => sendMessage(message, rule),
      );
      return 0;
    },
  });
}
