import * as vscode from 'vscode';

type Questions = Pick<
  typeof vscode.window,
  'showInputBox' | 'showQuickPick' | 'showWarningMessage' | 'showErrorMessage' | 'showInformationMessage'
>;

/** What was asked while `work` ran: titles and messages, in order. */
export type Asked = { question: string; items: string[] }[];

/**
 * Answers the extension's questions in the user's place, in order: an input with the text, a pick with the item whose label
 * has the text, a message with its button; `undefined` leaves a question unanswered, as Escape does.
 */
export async function answering(
  answers: readonly (string | undefined)[],
  work: () => Promise<unknown>,
): Promise<Asked> {
  const asked: Asked = [];
  const left = [...answers];
  const window = vscode.window as Questions;
  const { showInputBox, showQuickPick, showWarningMessage, showErrorMessage, showInformationMessage } = window;
  const input = async (options?: vscode.InputBoxOptions): Promise<string | undefined> => {
    asked.push({ question: options?.title ?? '', items: [] });
    const answer = left.shift();
    const problem = answer === undefined ? undefined : await options?.validateInput?.(answer);
    if (problem !== undefined && problem !== null)
      throw new Error(typeof problem === 'string' ? problem : problem.message);
    return answer;
  };
  const pick = async (
    given: readonly unknown[] | Thenable<readonly unknown[]>,
    options?: vscode.QuickPickOptions,
  ): Promise<unknown> => {
    const items = await given;
    const labels = items.map((item) => (typeof item === 'string' ? item : (item as vscode.QuickPickItem).label));
    asked.push({ question: options?.title ?? '', items: labels });
    const answer = left.shift();
    return answer === undefined ? undefined : items[labels.findIndex((label) => label.includes(answer))];
  };
  const message = (text: string, ...rest: unknown[]): Promise<string | undefined> => {
    asked.push({ question: text, items: rest.filter((item) => typeof item === 'string') });
    return Promise.resolve(left.shift());
  };
  Object.assign(window, {
    showInputBox: input,
    showQuickPick: pick,
    showWarningMessage: message,
    showErrorMessage: message,
    showInformationMessage: message,
  });
  try {
    await work();
    return asked;
  } finally {
    Object.assign(window, {
      showInputBox,
      showQuickPick,
      showWarningMessage,
      showErrorMessage,
      showInformationMessage,
    });
  }
}
