/** A module without parts: all models are the preset's. */
export default {};
