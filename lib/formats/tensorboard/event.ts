import { Message } from "./_message.ts";
import type { Histogram } from "./histogram.ts";

/** A value of a step. */
export type SummaryValue =
  | {
    readonly kind: "scalar";
    /** Its place on the page: `loss`, or `held-out/0.5` in a group. */
    readonly tag: string;
    readonly value: number;
  }
  | {
    readonly kind: "histogram";
    readonly tag: string;
    readonly value: Histogram;
  }
  | {
    /** PNG, JPEG or GIF; TensorBoard has no videos, but a GIF moves. */
    readonly kind: "image";
    readonly tag: string;
    readonly bytes: Uint8Array;
    readonly width: number;
    readonly height: number;
  };

/** A record of an event file. */
export type TensorboardEvent =
  & {
    /** Seconds since 1970. */
    readonly wallTime: number;
    /** A whole number from 0. */
    readonly step: number;
  }
  & (
    | {
      readonly kind: "summary";
      readonly values: readonly SummaryValue[];
    }
    | {
      /** A resumed run: earlier records from this step on are void. */
      readonly kind: "restart";
    }
    /** The first event of every file. */
    | { readonly kind: "version" }
  );

/** Version of the format; since 2 a restart voids the records that it overtakes. */
const VERSION = "brain.Event:2";
/** `SessionLog.START`. */
const START = 1;
/** `Summary.Image.colorspace` of RGB. */
const RGB = 3;

/**
 * Encodes an event as TensorFlow's `Event` message (`core/util/event.proto`,
 * `core/framework/summary.proto`).
 *
 * @example
 * ```ts
 * import { encodeEvent } from "lib/formats/tensorboard/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = encodeEvent({ kind: "version", wallTime: 0, step: 0 });
 * assert.match(new TextDecoder().decode(bytes), /brain\.Event:2$/);
 * ```
 */
export function encodeEvent(event: TensorboardEvent): Uint8Array {
  const message = new Message().double(1, event.wallTime);
  if (event.step > 0) message.integer(2, event.step);
  switch (event.kind) {
    case "version":
      return message.text(3, VERSION).encode();
    case "restart":
      return message.message(7, new Message().integer(1, START)).encode();
    case "summary": {
      const summary = new Message();
      for (const value of event.values) summary.message(1, summaryOf(value));
      return message.message(5, summary).encode();
    }
  }
}

function summaryOf(value: SummaryValue): Message {
  const message = new Message().text(1, value.tag);
  switch (value.kind) {
    case "scalar":
      return message.float(2, value.value);
    case "image":
      return message.message(
        4,
        new Message().integer(1, value.height).integer(2, value.width)
          .integer(3, RGB).bytes(4, value.bytes),
      );
    case "histogram": {
      const { min, max, count, sum, sumOfSquares, limits, counts } =
        value.value;
      return message.message(
        5,
        new Message().double(1, min).double(2, max).double(3, count)
          .double(4, sum).double(5, sumOfSquares).doubles(6, limits)
          .doubles(7, counts),
      );
    }
  }
}
