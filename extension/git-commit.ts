import * as vscode from 'vscode';

/** What we use of the Git extension's interface, version 1. */
type GitExports = {
  getAPI(version: 1): { getRepository(uri: vscode.Uri): { state: { HEAD?: { commit?: string } } } | null };
};

/** The commit that is checked out in a folder, from the Git extension; undefined without a repository. */
export async function headCommit(folder: vscode.Uri): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<GitExports>('vscode.git');
  if (extension === undefined) return undefined;
  try {
    const git = extension.isActive ? extension.exports : await extension.activate();
    return git.getAPI(1).getRepository(folder)?.state.HEAD?.commit;
  } catch {
    // Git can be disabled in the settings: then it refuses to give its interface, and there is no commit to name.
    return undefined;
  }
}
