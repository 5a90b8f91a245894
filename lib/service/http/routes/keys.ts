import { z } from "@hono/zod-openapi";
import {
  createKey,
  keyOf,
  type KeyRow,
  keysOf,
  type MadeKey,
  renewWebhookSecret,
  revokeKey,
  rotateKey,
  type Scope,
  SCOPE_NAMES,
} from "../../keys/mod.ts";
import type { App, Service } from "../context.ts";
import {
  idParams,
  pageOf,
  pageQuery,
  pageSchema,
  textField,
  timeText,
  wholeField,
} from "../fields.ts";
import { Fault, fieldFault } from "../problem.ts";
import { json, keyedRoute, problems } from "../route.ts";

const time = z.iso.datetime();

const keySchema = z.object({
  id: z.string(),
  object: z.literal("api_key"),
  name: z.string(),
  last4: z.string(),
  scopes: z.array(z.enum(SCOPE_NAMES)),
  created_at: time,
  last_used_at: time.nullable(),
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
}).openapi("ApiKey");

const madeKeySchema = keySchema.extend({
  key: z.string().openapi({ description: "shown this once" }),
}).openapi("CreatedApiKey");

const newKeySchema = z.strictObject({
  name: textField(100),
  scopes: z.array(z.enum(SCOPE_NAMES)).min(1).max(SCOPE_NAMES.length)
    .default(["read", "write"])
    .openapi({ description: "not more than the key that makes it has" }),
  expires_at: time.optional(),
}).openapi("NewApiKey");

const rotateSchema = z.strictObject({
  grace_seconds: wholeField(0, 7 * 86_400).default(0)
    .openapi({ description: "how long the old key stays valid" }),
}).openapi("KeyRotation");

const secretSchema = z.object({
  object: z.literal("webhook_secret"),
  secret: z.string().openapi({ description: "shown this once" }),
}).openapi("WebhookSecret");

const NOT_FOUND = problems({ 404: "there is no such key" });

function keyBody(row: KeyRow): z.infer<typeof keySchema> {
  return {
    id: row.id,
    object: "api_key",
    name: row.name,
    last4: row.last4,
    scopes: row.scopes as Scope[],
    created_at: timeText(row.created_at),
    last_used_at: timeText(row.last_used_at),
    expires_at: timeText(row.expires_at),
    revoked_at: timeText(row.revoked_at),
  };
}

const madeBody = ({ row, key }: MadeKey): z.infer<typeof madeKeySchema> => ({
  ...keyBody(row),
  key,
});

/** Keys of the user, and the secret that signs webhooks. */
export function keyRoutes(app: App, service: Service): void {
  const { database, now } = service;
  const notFound = (id: string): Fault =>
    new Fault(404, "key_not_found", `There is no key "${id}"`);
  app.openapi(
    keyedRoute(service, "keys", {
      method: "post",
      path: "/v1/keys",
      operationId: "createKey",
      summary: "Make a key",
      request: {
        body: {
          required: true,
          content: { "application/json": { schema: newKeySchema } },
        },
      },
      responses: { 201: json(madeKeySchema, "the key, shown this once") },
    }),
    async (c) => {
      const { name, scopes, expires_at } = c.req.valid("json");
      const identity = c.get("identity");
      const more = scopes.filter((scope) => !identity.scopes.includes(scope));
      if (more.length > 0) {
        throw fieldFault(
          "scopes",
          `must be among those of this key, ${identity.scopes.join(", ")}: ` +
            `current value has ${more.join(", ")}`,
        );
      }
      if (expires_at !== undefined && Date.parse(expires_at) <= now()) {
        throw fieldFault("expires_at", "must lie in the future");
      }
      const made = await createKey(database, {
        owner: identity.owner,
        name,
        scopes: [...new Set(scopes)],
        expiresAt: expires_at === undefined ? undefined : new Date(expires_at),
      });
      return c.json(madeBody(made), 201);
    },
  );
  app.openapi(
    keyedRoute(service, "keys", {
      method: "get",
      path: "/v1/keys",
      operationId: "listKeys",
      summary: "The keys of the user, without their secrets",
      request: { query: pageQuery },
      responses: { 200: json(pageSchema(keySchema, "ApiKeyList"), "a page") },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const rows = await keysOf(database, c.get("identity").owner, query);
      return c.json(pageOf(rows, query.limit, keyBody), 200);
    },
  );
  app.openapi(
    keyedRoute(service, "keys", {
      method: "delete",
      path: "/v1/keys/{id}",
      operationId: "revokeKey",
      summary: "Revoke a key",
      request: { params: idParams },
      responses: { 200: json(keySchema, "the revoked key"), ...NOT_FOUND },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const row = await revokeKey(database, c.get("identity").owner, id);
      if (row === undefined) throw notFound(id);
      return c.json(keyBody(row), 200);
    },
  );
  app.openapi(
    keyedRoute(service, "keys", {
      method: "post",
      path: "/v1/keys/{id}/rotate",
      operationId: "rotateKey",
      summary: "Make a key in the place of another, which expires",
      request: {
        params: idParams,
        body: {
          required: true,
          content: { "application/json": { schema: rotateSchema } },
        },
      },
      responses: {
        201: json(madeKeySchema, "the new key, shown this once"),
        ...NOT_FOUND,
        ...problems({ 409: "the key is revoked or expired" }),
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { owner, scopes } = c.get("identity");
      const old = await keyOf(database, owner, id);
      if (old === undefined) throw notFound(id);
      const more = old.scopes.filter((scope) =>
        !scopes.includes(scope as Scope)
      );
      if (more.length > 0) {
        throw new Fault(
          403,
          "missing_scope",
          `The key has scopes that this one lacks: ${more.join(", ")}`,
        );
      }
      const { grace_seconds } = c.req.valid("json");
      const made = await rotateKey(database, owner, id, grace_seconds);
      if (made === undefined) {
        throw new Fault(
          409,
          "key_not_valid",
          "A key that is revoked or expired cannot be rotated; make a new one",
        );
      }
      return c.json(madeBody(made), 201);
    },
  );
  app.openapi(
    keyedRoute(service, "keys", {
      method: "post",
      path: "/v1/webhook_secret",
      operationId: "renewWebhookSecret",
      summary:
        "Make the secret that signs webhooks; the old one signs for a day",
      responses: { 201: json(secretSchema, "the secret, shown this once") },
    }),
    async (c) =>
      c.json({
        object: "webhook_secret" as const,
        secret: await renewWebhookSecret(database, c.get("identity").owner),
      }, 201),
  );
}
