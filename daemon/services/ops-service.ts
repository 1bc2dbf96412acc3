import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { VmError } from '../../shared/errors/vm-error.ts';
import type { Backup, BackupRequest, GcRequest, GcResult, LogLevelSetting } from '../../shared/model/ops.ts';
import type { LogLevel } from '../../shared/model/log-levels.ts';
import type { Maintenance } from '../store/store.ts';

/** A log whose level may be changed while it is in use. */
export type LogLevelHolder = { level: string };

/** Care of the database and the log while they are in use. */
export class OpsService {
  readonly #maintenance: Maintenance;
  readonly #log: LogLevelHolder;

  constructor(maintenance: Maintenance, log: LogLevelHolder) {
    this.#maintenance = maintenance;
    this.#log = log;
  }

  /** The least important that is logged now. */
  logLevel(): LogLevelSetting {
    return { level: this.#log.level as LogLevel };
  }

  /** For as long as this daemon runs. */
  setLogLevel({ level }: LogLevelSetting): LogLevelSetting {
    this.#log.level = level;
    return { level };
  }

  /** Never overwrites. Throws VALIDATION_ERROR, STORAGE_UNAVAILABLE. */
  async backup({ path }: BackupRequest): Promise<Backup> {
    if (!isAbsolute(path) || path.includes('\0')) throw badPath(path, 'must be absolute');
    if (existsSync(path)) throw badPath(path, 'exists already; choose another name');
    if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw badPath(path, 'must be in an existing folder');
    }
    return { path, ...(await this.#maintenance.backup(path)) };
  }

  /** Deletes executions that ended long ago; live sessions stay. Throws STORAGE_UNAVAILABLE. */
  async gc({ older_than_ms, dry_run = false }: GcRequest): Promise<GcResult> {
    const pruned = await this.#maintenance.prune({ ended_before_ms: Date.now() - older_than_ms, dry_run });
    return { ...pruned, dry_run };
  }
}

function badPath(path: string, why: string): VmError {
  return new VmError('VALIDATION_ERROR', `path ${why}.`, { field: 'path', path });
}
