/** Lines that the run makes, slowly, so that the window is away in the middle of it. */
export const LINES = 60;
