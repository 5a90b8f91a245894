/**
 * Where a thing is in a frame, and how it is seen there: that of an upright
 * square that is turned afterwards.
 */
export interface Pose {
  /** Of its middle from that of the picture, to the right and down, in pixels. */
  readonly x: number;
  readonly y: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Clockwise, in radians. */
  readonly turn: number;
  /** How much brighter than by day it is; below 0: darker. */
  readonly light: number;
  /** How much of it is seen, in [0,1]: less in fog. */
  readonly presence: number;
}
