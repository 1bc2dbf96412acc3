import * as vscode from 'vscode';
import { editorUri } from '../folders.ts';
import { OUTPUT_LANGUAGE } from './output-language.ts';

/** Places in stack traces, as V8 writes them: `file:///folder/file.js:12:3`. */
const PLACE = /(file:\/\/\/[^\s()]+?):(\d+):(\d+)/g;

/** Only the end of a long output is searched: links are wanted where somebody looks, and each line that comes asks again. */
const SEARCHED_CHARS = 500_000;

/** Makes places in stack traces of the output, and of documents like it, links to them. */
export class FrameLinks implements vscode.DocumentLinkProvider, vscode.Disposable {
  readonly #registration = vscode.languages.registerDocumentLinkProvider({ language: OUTPUT_LANGUAGE }, this);

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const text = document.getText();
    const from = Math.max(0, text.length - SEARCHED_CHARS);
    return [...text.slice(from).matchAll(PLACE)].flatMap((match) => {
      const [whole, url = '', line = '1', column = '1'] = match;
      const file = toFile(url);
      if (file === undefined) return [];
      const start = from + match.index;
      const range = new vscode.Range(document.positionAt(start), document.positionAt(start + whole.length));
      return [new vscode.DocumentLink(range, file.with({ fragment: `L${line},${column}` }))];
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function toFile(url: string): vscode.Uri | undefined {
  try {
    const uri = vscode.Uri.parse(url, true);
    return editorUri(uri.fsPath) ?? uri;
  } catch {
    // Code can print whatever it likes.
    return undefined;
  }
}
