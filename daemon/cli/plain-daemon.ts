import { LOG_LEVELS } from '../../shared/model/log-levels.ts';
import { DEFAULT_IDLE, idleTime, type DaemonFlags } from './daemon-start.ts';

const VALUES = { '--data-dir': 'dataDir', '--db': 'db', '--log-level': 'logLevel' } as const;

/**
 * The command line by which editors reach the daemon, and by which that is started, read without the rest of the command
 * line: loading that takes longer than connecting. Undefined for any other spelling, and for anything to complain about.
 *
 * @param words after the program's name
 */
export function readPlainDaemon([command, mode, ...words]: readonly string[]): DaemonFlags | undefined {
  if (command !== 'daemon' || (mode !== '--stdio' && mode !== '--detached')) return undefined;
  const idleExit = idleTime(DEFAULT_IDLE) ?? 'never';
  const flags: DaemonFlags = { idleExit, ...(mode === '--stdio' ? { stdio: true } : { detached: true }) };
  const [first, ...others] = words;
  const joins = mode === '--stdio' && first === '--no-start';
  if (joins) flags.start = false;
  const options = joins ? others : words;
  for (let i = 0; i < options.length; i += 2) {
    const [name = '', value = ''] = options.slice(i, i + 2);
    if (value === '' || value.startsWith('-') || !take(flags, name, value)) return undefined;
  }
  return flags;
}

/** Whether the option is one of these, with a value that makes sense. */
function take(flags: DaemonFlags, name: string, value: string): boolean {
  if (name === '--idle-exit') {
    const time = idleTime(value);
    if (time !== undefined) flags.idleExit = time;
    return time !== undefined;
  }
  if (!(name in VALUES)) return false;
  if (name === '--log-level' && !isLogLevel(value)) return false;
  flags[VALUES[name as keyof typeof VALUES]] = value;
  return true;
}

function isLogLevel(value: string): boolean {
  return (LOG_LEVELS as readonly string[]).includes(value);
}
