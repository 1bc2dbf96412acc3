import * as vscode from 'vscode';

/** Documents that sessions can run, as the menus in package.json have them too. */
export const SCRIPTS: readonly { scheme: 'file'; language: string }[] = [
  { scheme: 'file', language: 'javascript' },
  { scheme: 'file', language: 'typescript' },
];

export function isScript(document: vscode.TextDocument): boolean {
  return vscode.languages.match(SCRIPTS, document) > 0;
}
