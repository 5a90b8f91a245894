import { z } from "@hono/zod-openapi";

/**
 * A text that PostgreSQL can keep: its `text` holds no NUL, its `jsonb` no half
 * of a surrogate pair.
 */
export function textField(
  max: number,
  min = 1,
): ReturnType<z.ZodString["refine"]> {
  return z.string().min(min).max(max).refine(
    (text) => !text.includes("\0") && text.isWellFormed(),
    "must be well-formed text without NUL",
  );
}

/** A whole number within limits, both included. */
export function wholeField(min: number, max: number): z.ZodInt {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A number within limits, both included. */
export function numberField(min: number, max: number): z.ZodNumber {
  const error = `must be a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** Ids of jobs and keys: what else could be in a path is no id. */
export const ID = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be an id");

/** The id in a path. */
export const idParams = z.object({
  id: ID.openapi({ param: { name: "id", in: "path" }, example: "job_0199" }),
});

/** Query of a list: ids in order, a page after an id. */
export const pageQuery = z.strictObject({
  after: ID.optional().openapi({
    description: "the last id of the page before",
  }),
  limit: z.coerce.number().int().min(1).max(100).default(20)
    .openapi({ type: "integer" }),
  order: z.enum(["asc", "desc"]).default("desc"),
});

/** A page of a list. */
export function pageSchema<T extends z.ZodType>(
  item: T,
  name: string,
): z.ZodObject<{
  object: z.ZodLiteral<"list">;
  data: z.ZodArray<T>;
  first_id: z.ZodNullable<z.ZodString>;
  last_id: z.ZodNullable<z.ZodString>;
  has_more: z.ZodBoolean;
}> {
  return z.object({
    object: z.literal("list"),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  }).openapi(name);
}

/** A page of rows, of which one more than asked for was read. */
export function pageOf<Row, Item extends { readonly id: string }>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
): {
  object: "list";
  data: Item[];
  first_id: string | null;
  last_id: string | null;
  has_more: boolean;
} {
  const data = rows.slice(0, limit).map(itemOf);
  return {
    object: "list",
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: rows.length > limit,
  };
}

/** ISO 8601, or null. */
export function timeText(time: Date): string;
export function timeText(time: Date | null): string | null;
export function timeText(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
