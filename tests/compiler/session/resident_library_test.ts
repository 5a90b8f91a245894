import assert from "node:assert/strict";
import { residentFunction } from "lib/compiler/session/resident_library.ts";

Deno.test("residentFunction() gives the loader's reason for a library that is none", () => {
  assert.throws(() => residentFunction("/nowhere/lib.so", "f"), {
    name: "Error",
    message: /^Cannot load "\/nowhere\/lib\.so": .+/,
  });
});

Deno.test("residentFunction() gives a function that outlives the call", {
  ignore: Deno.build.os !== "linux",
}, () => {
  const abs = new Deno.UnsafeFnPointer(
    residentFunction("libc.so.6", "abs") as Deno.PointerObject<
      { parameters: ["i32"]; result: "i32" }
    >,
    { parameters: ["i32"], result: "i32" },
  );
  assert.equal(abs.call(-3), 3);
  assert.throws(() => residentFunction("libc.so.6", "no_such_function"), {
    name: "Error",
    message: /no_such_function/,
  });
});
