/** Real clips without which sets of clips cannot be compared. */
export const LEAST_CLIPS = 4;
