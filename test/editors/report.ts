import type { Diagnostic, ServerCapabilities } from 'vscode-languageserver-protocol';

/** What a driver of an editor saw; printed as one line of JSON on its standard output. */
export type EditorReport = {
  /** What the server said that it can do. */
  capabilities: ServerCapabilities;
  /** The editor's labels after `config.` was typed. */
  completion: string[];
  hover: string;
  diagnostics: Pick<Diagnostic, 'message' | 'range'>[];
  /** Of the last run, which was a clean one. */
  diagnosticsLater: number;
  lenses: string[];
  /** How `daemon --stdio` ended after shutdown and exit. */
  exitCode: number | null;
};
