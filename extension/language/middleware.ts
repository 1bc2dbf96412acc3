import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { editorUri } from '../folders.ts';

/** What is different here from what the library does with the daemon's answers. */
export const middleware: Middleware = {
  // `RunLens` gives it, also when there is no daemon yet.
  provideCodeLenses: () => [],
  // The daemon knows files by their real paths; the editor may have opened the folder by a symbolic link.
  handleDiagnostics: (uri, diagnostics, next) => {
    next(editorUri(uri.fsPath) ?? uri, diagnostics.map(withEditorUris));
  },
};

function withEditorUris(diagnostic: vscode.Diagnostic): vscode.Diagnostic {
  const related = diagnostic.relatedInformation?.map(
    ({ location, message }) =>
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(editorUri(location.uri.fsPath) ?? location.uri, location.range),
        message,
      ),
  );
  return related === undefined ? diagnostic : Object.assign(diagnostic, { relatedInformation: related });
}
