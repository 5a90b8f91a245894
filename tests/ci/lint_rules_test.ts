import assert from "node:assert/strict";
import rules, { LONGEST_TEST_NAME } from "../../.ci/lint_rules.ts";

function lint(source: string): Deno.lint.Diagnostic[] {
  return Deno.lint.runPlugin(rules, "a_test.ts", source);
}

const LONG = "x".repeat(LONGEST_TEST_NAME + 1);

Deno.test("a test's name may have 80 characters, and 81 are reported", () => {
  assert.deepEqual(lint(`Deno.test("${LONG.slice(1)}", () => {});`), []);
  const [diagnostic] = lint(`Deno.test("${LONG}", () => {});`);
  assert.equal(diagnostic?.id, "house/test-name");
  assert.equal(
    diagnostic?.message,
    "The name of a test must have at most 80 characters: it has 81",
  );
});

for (
  const [form, source] of Object.entries({
    "a step": `await t.step("${LONG}", () => {});`,
    "an object": `Deno.test({ ignore: true, name: "${LONG}", fn() {} });`,
    "a template": "Deno.test(`" + LONG + "${x}`, () => {});",
    "a sum": `Deno.test("${LONG.slice(3)}" + "123", () => {});`,
    "a test left out": `Deno.test.ignore("${LONG}", () => {});`,
  })
) {
  Deno.test(`the name of ${form} is measured too`, () => {
    assert.equal(lint(source).length, 1);
  });
}

Deno.test("the value in a template does not count, nor do other calls", () => {
  assert.deepEqual(
    lint("Deno.test(`${" + LONG + "} holds`, () => {});" + `print("${LONG}");`),
    [],
  );
});
