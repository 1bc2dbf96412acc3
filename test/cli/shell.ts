import { join } from 'node:path';
import { execa } from 'execa';
import type { DaemonProcess } from '../helpers/daemon-process.ts';

const root = join(import.meta.dirname, '..', '..');

export type ShellResult = { exitCode: number | undefined; stdout: string; stderr: string };

/** Runs shell lines in the project's folder, as a user types them, against a daemon. Never throws for exit codes. */
export async function shell(daemon: Pick<DaemonProcess, 'url' | 'folder'>, script: string): Promise<ShellResult> {
  const env = { VM_SYSTEM_SERVER_URL: daemon.url, VM_SYSTEM_DATA_DIR: daemon.folder.path, NO_COLOR: '1' };
  const { exitCode, stdout, stderr } = await execa('bash', ['-c', script], { cwd: root, reject: false, env });
  return { exitCode, stdout, stderr };
}
