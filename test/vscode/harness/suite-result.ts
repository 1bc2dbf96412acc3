/** What a test inside of the extension host came to; the suite writes a list of them, the outer test reads it. */
export type SuiteResult = { title: string[]; error?: string; ms: number };

/** Variable with the path of the file to write them to. */
export const RESULTS_FILE = 'VM_SYSTEM_SUITE_RESULTS';

/** Variable with a part of the titles of the tests to run; all when it is not set. */
export const GREP = 'VM_SYSTEM_SUITE_GREP';
