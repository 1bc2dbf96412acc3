import type Database from 'better-sqlite3';
import { VmError } from '../../shared/errors/vm-error.ts';
import { DEFAULT_SETTINGS, type RetentionSettings, type SettingsBody } from '../../shared/model/settings.ts';
import type { Capability, StartupFile, Template } from '../../shared/model/template.ts';
import { fromJson, toMs, toTimestamp } from './columns.ts';
import { Query } from './query.ts';
import { guarded, violates } from './storage-failure.ts';
import type { TemplateStore } from './store.ts';
import { TemplateParts } from './template-parts.ts';

type TemplateRow = {
  id: string;
  name: string;
  engine: string;
  is_active: number;
  exposed_modules: string;
  libraries: string;
  created_at: number;
  updated_at: number;
};
type SettingsRow = { limits: string; resolver: string; runtime: string; retention: string };

/** The tables vm and vm_settings; those of a template's parts are with TemplateParts. */
export class TemplateRows implements TemplateStore {
  readonly #insert: Query;
  readonly #update: Query;
  readonly #delete: Query;
  readonly #list: Query<TemplateRow>;
  readonly #get: Query<TemplateRow>;
  readonly #byName: Query<TemplateRow>;
  readonly #settings: Query<SettingsRow>;
  readonly #putSettings: Query;
  readonly #parts: TemplateParts;
  readonly #insertBoth: (template: Template, settings: SettingsBody) => void;

  constructor(database: Database.Database) {
    const query = <Row = never>(sql: string): Query<Row> => new Query<Row>(database, sql);
    this.#insert = query('INSERT INTO vm VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#update = query(`UPDATE vm SET name = ?, engine = ?, is_active = ?, exposed_modules = ?, libraries = ?,
      created_at = ?, updated_at = ? WHERE id = ?`);
    this.#delete = query('DELETE FROM vm WHERE id = ?');
    this.#list = query('SELECT * FROM vm ORDER BY created_at, rowid');
    this.#get = query('SELECT * FROM vm WHERE id = ?');
    this.#byName = query('SELECT * FROM vm WHERE name = ?');
    this.#settings = query('SELECT limits, resolver, runtime, retention FROM vm_settings WHERE vm_id = ?');
    this.#putSettings = query('INSERT OR REPLACE INTO vm_settings VALUES (?, ?, ?, ?, ?)');
    this.#parts = new TemplateParts(database);
    const insertBoth = database.transaction((template: Template, settings: SettingsBody) => {
      this.#insert.run(template.id, ...columnsOf(template));
      this.#putSettings.run(template.id, ...settingsColumns(settings));
    });
    this.#insertBoth = (template, settings) => {
      insertBoth.immediate(template, settings);
    };
  }

  insert(template: Template, settings: SettingsBody): void {
    orNameTaken(template.name, () => {
      this.#insertBoth(template, settings);
    });
  }

  list(): Template[] {
    return this.#list.all().map(toTemplate);
  }

  get(id: string): Template | undefined {
    const row = this.#get.get(id);
    return row && toTemplate(row);
  }

  findByName(name: string): Template | undefined {
    const row = this.#byName.get(name);
    return row && toTemplate(row);
  }

  update(template: Template): void {
    orNameTaken(template.name, () => this.#update.run(...columnsOf(template), template.id));
  }

  delete(id: string): boolean {
    return this.#delete.run(id) > 0;
  }

  settings(id: string): SettingsBody | undefined {
    const row = this.#settings.get(id);
    if (row === undefined) return undefined;
    return {
      limits: fromJson(row.limits),
      resolver: fromJson(row.resolver),
      runtime: fromJson(row.runtime),
      // Rows from before there was such a setting have none.
      retention: { ...DEFAULT_SETTINGS.retention, ...fromJson<Partial<RetentionSettings>>(row.retention) },
    };
  }

  setSettings(id: string, settings: SettingsBody): void {
    orTemplateMissing(id, () => this.#putSettings.run(id, ...settingsColumns(settings)));
  }

  putCapability(capability: Capability): Capability {
    return orTemplateMissing(capability.vm_id, () => this.#parts.putCapability(capability));
  }

  capabilities(templateId: string): Capability[] {
    return this.#parts.capabilities(templateId);
  }

  deleteCapability(templateId: string, capabilityId: string): boolean {
    return this.#parts.deleteCapability(templateId, capabilityId);
  }

  insertStartupFile(file: StartupFile): void {
    orTemplateMissing(file.vm_id, () => {
      this.#parts.insertStartupFile(file);
    });
  }

  startupFiles(templateId: string): StartupFile[] {
    return this.#parts.startupFiles(templateId);
  }

  deleteStartupFile(templateId: string, startupFileId: string): boolean {
    return this.#parts.deleteStartupFile(templateId, startupFileId);
  }
}

/** In the order of the table's columns, without the id. */
function columnsOf(template: Template): (string | number)[] {
  return [
    template.name,
    template.engine,
    template.is_active ? 1 : 0,
    JSON.stringify(template.exposed_modules),
    JSON.stringify(template.libraries),
    toMs(template.created_at),
    toMs(template.updated_at),
  ];
}

function settingsColumns({ limits, resolver, runtime, retention }: SettingsBody): string[] {
  return [limits, resolver, runtime, retention].map((part) => JSON.stringify(part));
}

function toTemplate(row: TemplateRow): Template {
  return {
    ...row,
    is_active: row.is_active === 1,
    exposed_modules: fromJson(row.exposed_modules),
    libraries: fromJson(row.libraries),
    created_at: toTimestamp(row.created_at),
    updated_at: toTimestamp(row.updated_at),
  };
}

function orNameTaken(name: string, write: () => unknown): void {
  try {
    guarded(write);
  } catch (error) {
    if (!violates(error, 'UNIQUE')) throw error;
    const message = `Another template is named "${name}"; choose another name.`;
    throw new VmError('TEMPLATE_NAME_TAKEN', message, { name }, { cause: error });
  }
}

/** A part of a template that is gone: its deletion came first. */
function orTemplateMissing<T>(templateId: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!violates(error, 'FOREIGNKEY')) throw error;
    const message = `No template has the id ${templateId}.`;
    throw new VmError('TEMPLATE_NOT_FOUND', message, { template_id: templateId }, { cause: error });
  }
}
