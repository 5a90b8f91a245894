/** The weights that are shipped. */
export const SHIPPED = "checkpoints/nano";
