import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';

/** What the extension writes when its key is pressed. */
export const FLOOR_LINE = 'mark floor';

const MANIFEST = {
  name: 'output-floor',
  publisher: 'vm-system',
  version: '0.0.1',
  license: 'MIT',
  engines: { vscode: '^1.91.0' },
  main: './extension.js',
  activationEvents: ['onLanguage:javascript'],
  contributes: {
    commands: [{ command: 'floor.write', title: 'Floor: Write One Line' }],
    keybindings: [{ command: 'floor.write', key: 'ctrl+alt+enter' }],
  },
};

const CODE = `
const vscode = require('vscode');
exports.activate = (context) => {
  context.subscriptions.push(
    vscode.languages.registerCodeLensProvider({ language: 'javascript' }, {
      provideCodeLenses: () => [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title: 'Write', command: 'floor.write' })],
    }),
    vscode.commands.registerCommand('floor.write', () => {
      const channel = vscode.window.createOutputChannel('Floor');
      channel.show(true);
      channel.appendLine(' ${FLOOR_LINE}');
    }),
  );
};
`;

/** The least that an extension can do between a key and a line in a new output channel: the rest of the time is the editor's. */
export async function packFloor(folder: string): Promise<string> {
  const staged = await mkdtemp(join(tmpdir(), 'vm-floor-'));
  try {
    await writeFile(join(staged, 'package.json'), JSON.stringify(MANIFEST));
    await writeFile(join(staged, 'README.md'), 'One line in an output channel.');
    await writeFile(join(staged, 'LICENSE'), 'MIT');
    await writeFile(join(staged, 'extension.js'), CODE);
    const packagePath = join(folder, 'floor.vsix');
    await createVSIX({ cwd: staged, packagePath, allowMissingRepository: true, dependencies: false });
    return packagePath;
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}
