import assert from "node:assert/strict";
import { type CodeCell, newNotebook } from "lib/formats/notebook/mod.ts";
import { type Message } from "lib/notebook/kernel/mod.ts";
import { changeOf, Outputs } from "lib/notebook/runner/outputs.ts";

const NOTEBOOK = newNotebook([
  { cell_type: "code", source: "1" },
  { cell_type: "code", source: "2" },
]);

function message(msg_type: string, content: Message["content"]): Message {
  return {
    header: { msg_id: "1", msg_type },
    parent_header: {},
    metadata: {},
    content,
  };
}

const text = (text: string, name = "stdout"): Message =>
  message("stream", { name, text });
const shown = (text: string, id?: string): Message =>
  message("display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: id === undefined ? {} : { display_id: id },
  });
const updated = (text: string, id: string): Message =>
  message("update_display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: { display_id: id },
  });

/** What both cells show after messages, each for a cell. */
function after(...messages: [cell: number, Message][]): unknown[] {
  const outputs = new Outputs(NOTEBOOK);
  for (const [cell, one] of messages) {
    const change = changeOf(one);
    if (change !== undefined) outputs.apply(cell, change);
  }
  return outputs.of(NOTEBOOK).cells.map((cell) => (cell as CodeCell).outputs);
}

const stream = (lines: string[], name = "stdout"): unknown => ({
  name,
  output_type: "stream",
  text: lines,
});
const display = (text: string): unknown => ({
  data: { "text/plain": text },
  metadata: {},
  output_type: "display_data",
});

Deno.test("Outputs joins what one stream prints, and keeps the turns of two", () => {
  assert.deepEqual(
    after(
      [0, text("a")],
      [0, text("b\nc")],
      [0, text("e", "stderr")],
      [0, text("d")],
    )[0],
    [stream(["ab\n", "c"]), stream(["e"], "stderr"), stream(["d"])],
  );
});

Deno.test("Outputs changes a display wherever its id stands, also from another cell", () => {
  assert.deepEqual(
    after(
      [0, shown("one", "x")],
      [1, shown("two", "x")],
      [1, shown("other", "y")],
      [1, updated("new", "x")],
    ),
    [[display("new")], [display("new"), display("other")]],
  );
});

Deno.test("Outputs clears at once, or when the next output comes", () => {
  assert.deepEqual(
    after([0, text("a")], [0, message("clear_output", { wait: false })]),
    [[], []],
  );
  const wait = message("clear_output", { wait: true });
  assert.deepEqual(after([0, text("a")], [0, wait])[0], [stream(["a"])]);
  assert.deepEqual(
    after([0, text("a")], [0, wait], [0, text("b")], [0, text("c")])[0],
    [stream(["bc"])],
  );
});

Deno.test("Outputs keeps results and errors as notebooks store them", () => {
  assert.deepEqual(
    after(
      [
        0,
        message("execute_result", {
          data: { "text/plain": "2" },
          execution_count: 4,
          metadata: {},
          transient: {},
        }),
      ],
      [
        0,
        message("error", { ename: "E", evalue: "bad", traceback: ["E: bad"] }),
      ],
      [0, message("status", { execution_state: "idle" })],
    )[0],
    [
      {
        data: { "text/plain": "2" },
        execution_count: 4,
        metadata: {},
        output_type: "execute_result",
      },
      {
        ename: "E",
        evalue: "bad",
        output_type: "error",
        traceback: ["E: bad"],
      },
    ],
  );
});

Deno.test("Outputs counts bytes cell by cell; an update counts as what it leaves", () => {
  const outputs = new Outputs(NOTEBOOK);
  const apply = (cell: number, one: Message): void =>
    outputs.apply(cell, changeOf(one)!);
  apply(0, shown("short", "x"));
  const before = outputs.bytes(0);
  for (let i = 0; i < 100; i++) apply(1, updated(`longer ${i % 10}`, "x"));
  assert.equal(outputs.bytes(0), before + "longer 9".length - "short".length);
  assert.equal(outputs.bytes(1), 0);
  apply(0, message("clear_output", { wait: false }));
  assert.equal(outputs.bytes(0), 0);
});
