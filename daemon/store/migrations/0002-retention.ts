import type { Migration } from './migration.ts';

/** How long what a template's sessions did is kept, and the way from a template to them. */
export const retention: Migration = {
  version: 2,
  name: 'retention',
  sql: `
    ALTER TABLE vm_settings ADD COLUMN retention TEXT NOT NULL DEFAULT '{}';
    CREATE INDEX vm_session_vm ON vm_session (vm_id, id);
  `,
};
