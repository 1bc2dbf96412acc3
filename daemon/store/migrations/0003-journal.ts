import type { Migration } from './migration.ts';

/**
 * What has been committed and is not filed yet: each row is one small commit, the JSON of its operations. A row of it costs
 * a third of what the same operations cost in the trees of their own tables, where they are filed together, soon after.
 */
export const journal: Migration = {
  version: 3,
  name: 'journal',
  sql: `
    CREATE TABLE journal (
      id INTEGER NOT NULL PRIMARY KEY,
      operations TEXT NOT NULL
    ) STRICT;
  `,
};
