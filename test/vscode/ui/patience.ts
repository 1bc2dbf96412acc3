/** What a person would wait before calling it broken; a busy machine of two cores needs some of it. */
export const PATIENCE_MS = 30_000;
