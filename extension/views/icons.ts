import * as vscode from 'vscode';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';

const icon = (name: string, colour?: string): vscode.ThemeIcon =>
  new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));

/** Form and colour both tell the state, so that it can be seen without colours too. */
export function sessionIcon({ status }: Session, running: boolean): vscode.ThemeIcon {
  if (running) return icon('loading~spin', 'charts.blue');
  switch (status) {
    case 'starting':
      return icon('loading~spin');
    case 'ready':
      return icon('vm-active', 'charts.green');
    case 'crashed':
      return icon('error', 'charts.red');
    case 'closed':
      return icon('vm-outline', 'disabledForeground');
  }
}

export function executionIcon({ status }: Execution): vscode.ThemeIcon {
  switch (status) {
    case 'running':
      return icon('loading~spin', 'charts.blue');
    case 'ok':
      return icon('pass', 'charts.green');
    case 'error':
      return icon('error', 'charts.red');
    case 'timeout':
      return icon('watch', 'charts.orange');
    case 'cancelled':
      return icon('circle-slash', 'charts.yellow');
  }
}
