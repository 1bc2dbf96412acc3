import type Database from 'better-sqlite3';
import type { Capability, CapabilityKind, StartupFile } from '../../shared/model/template.ts';
import { fromJson } from './columns.ts';
import { Query } from './query.ts';

type CapabilityRow = {
  id: string;
  vm_id: string;
  kind: CapabilityKind;
  name: string;
  enabled: number;
  config: string;
};

/** The tables vm_capability and vm_startup_file. */
export class TemplateParts {
  readonly #putCapability: Query<CapabilityRow>;
  readonly #capabilities: Query<CapabilityRow>;
  readonly #deleteCapability: Query;
  readonly #insertStartupFile: Query;
  readonly #startupFiles: Query<StartupFile>;
  readonly #deleteStartupFile: Query;

  constructor(database: Database.Database) {
    const query = <Row = never>(sql: string): Query<Row> => new Query<Row>(database, sql);
    this.#putCapability = query(`INSERT INTO vm_capability VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (vm_id, kind, name) DO UPDATE SET enabled = excluded.enabled, config = excluded.config RETURNING *`);
    this.#capabilities = query('SELECT * FROM vm_capability WHERE vm_id = ? ORDER BY rowid');
    this.#deleteCapability = query('DELETE FROM vm_capability WHERE vm_id = ? AND id = ?');
    this.#insertStartupFile = query('INSERT INTO vm_startup_file VALUES (?, ?, ?, ?, ?)');
    this.#startupFiles = query('SELECT * FROM vm_startup_file WHERE vm_id = ? ORDER BY order_index, rowid');
    this.#deleteStartupFile = query('DELETE FROM vm_startup_file WHERE vm_id = ? AND id = ?');
  }

  putCapability(capability: Capability): Capability {
    const { id, vm_id, kind, name, enabled, config } = capability;
    const row = this.#putCapability.get(id, vm_id, kind, name, enabled ? 1 : 0, JSON.stringify(config));
    return row === undefined ? capability : toCapability(row);
  }

  capabilities(templateId: string): Capability[] {
    return this.#capabilities.all(templateId).map(toCapability);
  }

  deleteCapability(templateId: string, capabilityId: string): boolean {
    return this.#deleteCapability.run(templateId, capabilityId) > 0;
  }

  insertStartupFile({ id, vm_id, path, order_index, mode }: StartupFile): void {
    this.#insertStartupFile.run(id, vm_id, path, order_index, mode);
  }

  startupFiles(templateId: string): StartupFile[] {
    return this.#startupFiles.all(templateId);
  }

  deleteStartupFile(templateId: string, startupFileId: string): boolean {
    return this.#deleteStartupFile.run(templateId, startupFileId) > 0;
  }
}

function toCapability(row: CapabilityRow): Capability {
  return { ...row, enabled: row.enabled === 1, config: fromJson(row.config) };
}
