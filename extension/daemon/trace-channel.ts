import * as vscode from 'vscode';
import { traceLevel } from '../settings.ts';

/**
 * Where the protocol's trace goes: into the log, when the setting `vmSystem.trace.server` asks for it. The language client
 * decides by the log level of this channel, so that it is the setting's.
 */
export function traceChannel(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const levelChanged = new vscode.EventEmitter<vscode.LogLevel>();
  const level = (): vscode.LogLevel => (traceLevel() === 'off' ? vscode.LogLevel.Off : vscode.LogLevel.Trace);
  const subscription = vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('vmSystem.trace')) levelChanged.fire(level());
  });
  const write = (message: string): void => {
    log.info(message);
  };
  return {
    name: log.name,
    get logLevel() {
      return level();
    },
    onDidChangeLogLevel: levelChanged.event,
    trace: write,
    debug: write,
    info: write,
    warn: write,
    error: (error) => {
      write(String(error));
    },
    append: write,
    appendLine: write,
    replace: write,
    clear: () => undefined,
    // The log is shown by a command of ours, and by nothing else.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- one of its two overloads is
    show: () => undefined,
    hide: () => undefined,
    dispose: () => {
      subscription.dispose();
      levelChanged.dispose();
    },
  };
}
