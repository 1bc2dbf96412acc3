// Absent where the session's settings switch it off.
export const builtIn: object = (globalThis as { console?: object }).console ?? {};
