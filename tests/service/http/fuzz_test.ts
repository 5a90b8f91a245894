import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import assert from "node:assert/strict";
import { createKey } from "lib/service/mod.ts";
import { type TestService, testService } from "../_service.ts";

/** Requests in all; `AIPROD_FUZZ=5000` for a long run. */
const REQUESTS = Number(Deno.env.get("AIPROD_FUZZ") ?? 400);

// deno-lint-ignore no-explicit-any -- a JSON document of any form
type Json = any;

const NASTY = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    ...["", "\0", "a\0b", "\ud800", "'; drop table jobs;--", "%00", "null"],
    ...["../../etc/passwd", "x".repeat(5000), "-1", "1e999", "\r\nx: y"],
  ),
);
const ANYTHING = fc.oneof(
  NASTY,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, [], {}, [1], { a: 1 }),
);

/** Values of fields whose rules the document cannot express. */
const KNOWN: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  model: fc.constant("stand-in"),
  frames: fc.integer({ min: 1, max: 16 }),
  size: fc.constantFrom("64x64", "32x128", "96x48"),
  priority: fc.integer({ min: 0, max: 5 }),
  seconds: fc.constantFrom(1, "2", 4),
  webhook_url: fc.constant("https://example.com/"),
  scopes: fc.constant(["read"]),
  expires_at: fc.constant("2999-01-01T00:00:00Z"),
};

/** Draws requests from a document of an API, and judges the answers by it. */
class Fuzzer {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<Json, ValidateFunction>();
  readonly #ids: string[] = ["job_none"];
  readonly faults = new Map<string, string>();
  readonly seen = new Map<string, number>();

  constructor(readonly document: Json, readonly test: TestService) {
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema({ $id: "doc", components: document.components });
  }

  /** Requests of one operation. */
  operation(path: string, method: string, operation: Json): fc.Arbitrary<Json> {
    const content = operation.requestBody?.content ?? {};
    const media = Object.keys(content);
    const schema = media.length > 0 ? content[media[0]!].schema : undefined;
    const valid = schema ? this.#valid(schema) : fc.constant(undefined);
    return fc.record({
      path: fc.constant(path),
      method: fc.constant(method),
      id: fc.oneof(fc.nat(), NASTY),
      query: fc.dictionary(
        fc.constantFrom(
          "after",
          "limit",
          "order",
          "status",
          "variant",
          "other",
        ),
        fc.oneof(NASTY, fc.constantFrom("1", "5", "asc", "queued")),
        { maxKeys: 3 },
      ),
      media: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...media, "application/json") },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            "",
            "text/plain",
            "application/json; charset=utf-16",
          ),
        },
      ),
      body: fc.oneof(
        {
          weight: 3,
          arbitrary: valid.map((value) => ({ value, isValid: true })),
        },
        {
          weight: 3,
          arbitrary: fc.tuple(valid, fc.string(), ANYTHING).map((
            [value, key, odd],
          ) => ({
            value: this.#spoilt(value, key, odd),
            isValid: false,
          })),
        },
        {
          weight: 1,
          arbitrary: ANYTHING.map((value) => ({ value, isValid: false })),
        },
      ),
      raw: fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        {
          weight: 1,
          arbitrary: fc.constantFrom("{", "[]", '"', "\xff", '{"prompt":'),
        },
      ),
      key: fc.constantFrom("good", "good", "good", "good", "wrong", ""),
      headers: fc.dictionary(
        fc.constantFrom(
          "idempotency-key",
          "range",
          "if-none-match",
          "last-event-id",
        ),
        fc.stringMatching(/^[\x20-\x7e]{0,40}$/),
        { maxKeys: 2 },
      ),
      hasBody: fc.constant(media.length > 0),
    });
  }

  #spoilt(value: Json, key: string, odd: Json): Json {
    if (value === null || typeof value !== "object") return odd;
    const keys = Object.keys(value);
    const at = keys.length > 0 ? keys[key.length % keys.length]! : key;
    return { ...value, [key.length % 3 === 0 ? key : at]: odd };
  }

  /** Values that a schema allows. */
  #valid(given: Json): fc.Arbitrary<Json> {
    const schema = this.#resolved(given);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const { minimum, maximum, minLength, maxLength, pattern } = schema;
    switch ([schema.type].flat()[0]) {
      case "integer":
        return fc.integer({ min: minimum ?? 0, max: maximum ?? 1e6 });
      case "number":
        return fc.double({
          min: schema.exclusiveMinimum !== undefined ? 0.125 : minimum ?? 0,
          max: maximum ?? 1e6,
          noNaN: true,
        });
      case "boolean":
        return fc.boolean();
      case "string":
        if (pattern) return fc.constantFrom("auto", "en");
        return fc.string({
          unit: "grapheme",
          minLength,
          maxLength: Math.min(maxLength ?? 50, 60),
        });
      case "array":
        return fc.array(this.#valid(schema.items), {
          minLength: schema.minItems,
          maxLength: 3,
        });
      case "object":
        return fc.record(
          Object.fromEntries(
            Object.entries<Json>(schema.properties ?? {}).map((
              [key, value],
            ) => [
              key,
              KNOWN[key] ?? this.#valid(value),
            ]),
          ),
          { requiredKeys: schema.required ?? [] },
        );
      default:
        return ANYTHING;
    }
  }

  #resolved(schema: Json): Json {
    if (!schema.$ref) return schema;
    return schema.$ref.slice(2).split("/").reduce(
      (at: Json, key: string) => at[key],
      this.document,
    );
  }

  /** Sends a request and notes what its answer breaks. */
  async send(request: Json): Promise<void> {
    const { path, method, query, media, body, raw, key, hasBody } = request;
    const id = typeof request.id === "number"
      ? this.#ids[request.id % this.#ids.length]!
      : request.id;
    const isOwn = path.startsWith("/v1/keys/{id}");
    const target = path.replace("{id}", isOwn ? "0123456789ab" : encoded(id));
    const pairs = Object.entries<string>(query)
      .map(([name, value]) => `${name}=${encoded(value)}`);
    const headers: Record<string, string> = { ...request.headers };
    let payload: BodyInit | undefined;
    if (hasBody && media.startsWith("multipart") && raw === undefined) {
      payload = formOf(body.value);
    } else if (hasBody) {
      payload = raw ?? JSON.stringify(body.value) ?? "";
      if (media !== "") headers["content-type"] = media;
    }
    const answer = await this.test.send(
      `${target}${
        method === "get" && pairs.length > 0 ? `?${pairs.join("&")}` : ""
      }`,
      {
        method: method.toUpperCase(),
        headers,
        body: payload,
        key: key === "good" ? this.test.ann.key : key === "" ? "" : "aip_wrong",
      },
    );
    const isStream = answer.headers.get("content-type") === "text/event-stream";
    if (isStream) await answer.body!.cancel();
    const text = isStream ? "" : await answer.text();
    const operation = this.document.paths[path][method];
    const name = `${method} ${path} ${answer.status}`;
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
    const fault = this.#faultOf(operation, answer, text, key);
    if (fault !== undefined) {
      this.faults.set(
        `${method} ${path}: ${fault}`,
        `${String(payload).slice(0, 200)} ${JSON.stringify(headers)} -> ${
          text.slice(0, 200)
        }`,
      );
    }
  }

  #faultOf(
    operation: Json,
    answer: Response,
    text: string,
    key: string,
  ): string | undefined {
    const { status } = answer;
    if (status >= 500) return `status ${status}`;
    const promised = operation.responses[status];
    if (promised === undefined) return `undocumented status ${status}`;
    if (key !== "good" && status !== 401) return `${status} without a key`;
    if (promised.content === undefined) {
      return text === "" ? undefined : `${status} with a body`;
    }
    const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
    const promise = promised.content[type];
    if (promise === undefined) return `undocumented type ${type} of ${status}`;
    if (!type.endsWith("json")) return undefined;
    const value = JSON.parse(text);
    if (value.object === "job" || value.object === "video") {
      this.#ids.push(value.id);
    }
    const validate = this.#validatorOf(promise.schema);
    return validate(value)
      ? undefined
      : `${status} of another form: ${this.#ajv.errorsText(validate.errors)}`;
  }

  #validatorOf(schema: Json): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known) return known;
    const linked = JSON.parse(
      JSON.stringify(schema).replaceAll('"#/components', '"doc#/components'),
    );
    const validate = this.#ajv.compile(linked);
    this.#validators.set(schema, validate);
    return validate;
  }
}

/** A path or query part; what cannot be one is sent as its bytes. */
function encoded(text: string): string {
  const part = text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
  return part === "" || part === "." || part === ".." ? "x" : part;
}

function formOf(value: Json): FormData {
  const form = new FormData();
  if (value === null || typeof value !== "object") return form;
  for (const [name, field] of Object.entries(value)) {
    form.append(name.toWellFormed(), String(field).toWellFormed());
  }
  return form;
}

Deno.test("requests drawn from the document get answers that it promises", async () => {
  await using test = await testService();
  await test.database.updateTable("users").set({ max_unfinished: 1_000_000 })
    .execute();
  // A key without `operator`, so that the fuzzer cannot end its own.
  await createKey(test.database, {
    owner: test.ann.id,
    name: "spare",
    scopes: ["read"],
  });
  const document = await (await test.send("/openapi.json")).json();
  const fuzzer = new Fuzzer(document, test);
  const operations = Object.entries<Json>(document.paths).flatMap((
    [path, methods],
  ) =>
    Object.entries<Json>(methods).map(([method, operation]) =>
      fuzzer.operation(path, method, operation)
    )
  );
  const seed = Number(Deno.env.get("AIPROD_FUZZ_SEED") ?? 7);
  const each = Math.ceil(REQUESTS / operations.length);
  for (const [index, requests] of operations.entries()) {
    // The operations that make jobs come first; those after them find videos.
    if (index === 4) await test.drain();
    for (const request of fc.sample(requests, { numRuns: each, seed })) {
      await fuzzer.send(request);
    }
  }
  const count = [...fuzzer.seen.values()].reduce((sum, n) => sum + n, 0);
  assert.equal(count, each * operations.length);
  assert.deepEqual([...fuzzer.faults], []);
  const succeeded = [...fuzzer.seen.keys()].filter((name) =>
    / 2\d\d$/.test(name)
  );
  assert.ok(succeeded.length >= 10, succeeded.join(", "));
  if (Deno.env.has("AIPROD_FUZZ")) {
    // deno-lint-ignore no-console -- a long run is looked at
    console.log(
      [...fuzzer.seen].map(([name, n]) => `${name}: ${n}`).join("\n"),
      count,
    );
  }
});
