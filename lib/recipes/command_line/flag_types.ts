import * as z from "zod";
// Their front doors would load TensorFlow.js for commands that compute nothing.
import { DEVICE_CHOICES } from "../../compiler/device/device.ts";
import { decimalNumber } from "../../core/mod.ts";
import { SAMPLER_NAMES } from "../../models/diffusion/samplers.ts";

/** Which numbers a flag takes. */
export interface NumberRule {
  /** Smallest value; none without it. */
  readonly least?: number;
  /** Largest value; none without it. */
  readonly most?: number;
  /** The value is larger than this. */
  readonly above?: number;
  /** Whole numbers alone. */
  readonly whole?: boolean;
}

/**
 * A flag that takes a finite number: decimal text on the command line, also a
 * number in a file of `--config` or a knob of a notebook.
 *
 * @example
 * ```ts
 * import { numberFlag } from "lib/recipes/command_line/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const share = numberFlag({ least: 0, most: 1 });
 * assert.equal(share.parse("2.5e-1"), 0.25);
 * assert.throws(() => share.parse(""), /must be a number from 0 to 1/);
 * ```
 */
export function numberFlag(rule: NumberRule = {}): z.ZodType<number> {
  const error = `must be ${ruleText(rule)}`;
  const { least = -Infinity, most = Infinity, above = -Infinity } = rule;
  const number = z.number({ error }).min(least, { error }).max(most, { error })
    .gt(above, { error });
  // zod's own coercion reads "" as 0 and "0x10" as 16.
  return z.preprocess(
    (value) => typeof value === "string" ? decimalNumber(value) : value,
    rule.whole ? number.int({ error }) : number,
  ).meta({ range: rangeText(rule) });
}

/** The range of a flag for its help, such as `0 to 1`; empty for an open one. */
function rangeText({ least, above, most }: NumberRule): string {
  if (most === undefined) return above === undefined ? "" : `above ${above}`;
  if (least !== undefined) return `${least} to ${most}`;
  return above === undefined
    ? `up to ${most}`
    : `above ${above}, up to ${most}`;
}

/** A flag that takes a whole number of at least `least`, and of at most `most`. */
export function wholeNumber(least: number, most?: number): z.ZodType<number> {
  return numberFlag({
    whole: true,
    least,
    ...(most !== undefined && { most }),
  });
}

function ruleText({ whole, least, above, most }: NumberRule): string {
  return [
    `a ${whole ? "whole " : ""}number`,
    ...(least === undefined ? [] : [`from ${least}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(most === undefined
      ? []
      : [`${least === undefined ? "up to" : "to"} ${most}`]),
  ].join(" ");
}

/** A flag that takes a text that is not empty: a path, a name. */
export function textFlag(): z.ZodString {
  return z.string().min(1, "must not be empty");
}

/** The flag `--device` of commands that compute. */
export const deviceFlag = z.enum(DEVICE_CHOICES, {
  error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
}).default("cpu").describe("where to compute");

/** The flag `--sampler`; a model's own where left out. */
export const samplerFlag = z.enum(SAMPLER_NAMES, {
  error: `must be one of ${SAMPLER_NAMES.join(", ")}`,
}).optional();

/** The flag `--overwrite` of commands that write results. */
export const overwriteFlag: z.ZodDefault<z.ZodBoolean> = z.boolean()
  .default(false).describe("replace results that exist");
