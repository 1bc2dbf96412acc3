/** Name of the global by which the script of a line tells its end; nobody types it. */
export const END_LINE = '\u012dline';

/** What stands before and behind a line that is one expression, to make it a script. */
export const BEFORE_LINE = `try{${END_LINE}((`;
export const AFTER_LINE = `\n))}catch(\u012de){${END_LINE}(\u012de,true)}`;

/** By how much the columns of such a script's first line are too high. */
export const LINE_COLUMN_OFFSET = -BEFORE_LINE.length;

/** Column of the script's statement, which V8 takes for that of many an error. The line itself begins at column 1. */
const STATEMENT_COLUMN = 'try{'.length + 1 + LINE_COLUMN_OFFSET;

export const STATEMENT_POSITION = `<repl>:1:${STATEMENT_COLUMN}`;
export const LINE_POSITION = '<repl>:1:1';
