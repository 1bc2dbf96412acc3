import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, PublishDiagnosticsParams } from 'vscode-languageserver-protocol';
import { waitUntil } from '../helpers/wait-until.ts';
import { SharedFolder } from '../process/shared-daemon.ts';
import type { Received } from '../transport/stdio/rpc-client.ts';
import { Editor } from './editor.ts';

function messageOf(diagnostic: Diagnostic | undefined): string {
  return typeof diagnostic?.message === 'string' ? diagnostic.message : '';
}

for (const flags of [[], ['--own']]) {
  describe(`exceptions of files in an editor, ${flags.length === 0 ? 'relayed' : 'with a daemon of its own'}`, function () {
    this.timeout(60_000);
    let folder: SharedFolder;
    let editor: Editor;

    before(async () => {
      folder = await SharedFolder.make();
      const client = await folder.client(...flags);
      editor = await Editor.open(client, await folder.session(client));
    });
    after(async () => {
      await folder.remove();
    });

    it('appear where it was thrown, and clear with the next clean run', async () => {
      const text = 'const x = 1;\n\nif (x) {\n  missing(x);\n}\n';
      await editor.save('a.js', text);
      await editor.show('a.js', text);
      const { id } = await editor.run('a.js');
      const [diagnostic] = await editor.waitForDiagnostics('a.js', 1);
      assert.deepEqual(diagnostic, {
        range: { start: { line: 3, character: 2 }, end: { line: 3, character: 9 } },
        severity: 1,
        source: 'vm-system',
        message: 'ReferenceError: missing is not defined',
        data: { session_id: editor.session.id, execution_id: id },
      });
      await editor.repl('1');
      await editor.save('a.js', 'const x = 1; x');
      await editor.run('a.js');
      await editor.waitForDiagnostics('a.js', 0);
    });

    it('appear in the file that was imported, with the way there', async () => {
      await mkdir(join(editor.folder, 'lib'), { recursive: true });
      await editor.save('lib/part.mjs', 'export function part() {\n  throw new RangeError("too far");\n}\n');
      await editor.save('main.mjs', 'import { part } from "./lib/part.mjs";\n\npart();\n');
      await editor.bind('main.mjs');
      await editor.run('main.mjs');
      const [diagnostic] = await editor.waitForDiagnostics('lib/part.mjs', 1);
      assert.equal(diagnostic?.message, 'RangeError: too far');
      assert.deepEqual(diagnostic.range.start, { line: 1, character: 8 });
      assert.deepEqual(diagnostic.relatedInformation, [
        {
          location: {
            uri: editor.uri('main.mjs'),
            range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } },
          },
          message: 'called from here',
        },
      ]);
      assert.equal(editor.diagnostics('main.mjs'), undefined);
      await editor.save('lib/part.mjs', 'export function part() {}\n');
      await editor.run('main.mjs');
      await editor.waitForDiagnostics('lib/part.mjs', 0);
    });

    it('move with the exception', async () => {
      await editor.save('moves.js', 'throw new Error("first")');
      await editor.bind('moves.js');
      await editor.run('moves.js');
      await editor.waitForDiagnostics('moves.js', 1);
      await editor.save('moves.js', '\n\n  throw new Error("second")');
      await editor.run('moves.js');
      await editor.rpc.hear('vm/execution/changed', ({ execution }) => execution.error?.message === 'Error: second');
      const [diagnostic, ...others] = await editor.waitForDiagnostics('moves.js', 1);
      assert.deepEqual(others, []);
      assert.equal(diagnostic?.message, 'Error: second');
      assert.deepEqual(diagnostic.range.start, { line: 2, character: 8 });
      await editor.save('moves.js', '1');
      await editor.run('moves.js');
      await editor.waitForDiagnostics('moves.js', 0);
    });

    it('stand in TypeScript where they stand in the source', async () => {
      const text =
        'type A = { b: number };\nfunction f<T extends A>(a: T): number { return (a as any).c.d; }\nf({ b: 1 });\n';
      await editor.save('t.ts', text);
      await editor.show('t.ts', text, { languageId: 'typescript' });
      await editor.run('t.ts');
      const [diagnostic] = await editor.waitForDiagnostics('t.ts', 1);
      assert.match(messageOf(diagnostic), /^TypeError: Cannot read properties of undefined/);
      const { line, character } = diagnostic?.range.start ?? { line: 0, character: 0 };
      assert.equal(text.split('\n')[line]?.slice(character), 'd; }');
    });

    it('stand at a syntax error, in a file with a name that URLs escape', async () => {
      await editor.save('with space ü.js', 'let a = 1;\nlet b = ;\n');
      await editor.bind('with space ü.js');
      await editor.run('with space ü.js');
      const [diagnostic] = await editor.waitForDiagnostics('with space ü.js', 1);
      assert.match(messageOf(diagnostic), /^SyntaxError/);
      assert.equal(diagnostic?.range.start.line, 1);
    });

    it('stand at the beginning of the file when nobody knows where', async () => {
      await editor.save('value.js', '\n\nthrow "just text"');
      await editor.bind('value.js');
      await editor.run('value.js');
      const [diagnostic] = await editor.waitForDiagnostics('value.js', 1);
      assert.match(messageOf(diagnostic), /just text/);
    });

    it('stay when a run was stopped, and when another file ran', async () => {
      await editor.save('stays.js', 'throw new Error("stays")');
      await editor.save('other.js', '1');
      await editor.bind('stays.js');
      await editor.run('stays.js');
      await editor.waitForDiagnostics('stays.js', 1);
      await editor.run('other.js');
      await editor.save('stays.js', 'for (;;) {}');
      const { session_id, id } = await editor.rpc.request('vm/execution/runFile', {
        session_id: editor.session.id,
        path: 'stays.js',
        wait: false,
      });
      await editor.rpc.request('vm/execution/cancel', { execution_id: id });
      assert.equal(session_id, editor.session.id);
      await editor.save('next.js', 'throw new Error("next")');
      await editor.run('next.js');
      await editor.waitForDiagnostics('next.js', 1);
      assert.equal(editor.diagnostics('stays.js')?.length, 1);
    });
  });
}

describe('exceptions of files in editors that share a daemon', function () {
  this.timeout(60_000);
  let folder: SharedFolder;
  let first: Editor;

  before(async () => {
    folder = await SharedFolder.make();
    const client = await folder.client();
    first = await Editor.open(client, await folder.session(client));
    await first.save('a.js', 'throw new Error("of a")');
    await first.run('a.js');
  });
  after(async () => {
    await folder.remove();
  });

  it('are told to one that comes later, as soon as a document of it belongs to the session', async () => {
    const later = await Editor.open(await folder.client(), first.session);
    await later.bind('another.js');
    const [diagnostic] = await later.waitForDiagnostics('a.js', 1);
    assert.equal(diagnostic?.message, 'Error: of a');
    assert.equal(first.diagnostics('a.js'), undefined, 'none of its documents belongs to the session');
    await later.bind('another.js', null);
    await later.waitForDiagnostics('a.js', 0);
  });

  it('are told to one that named its session when it connected', async () => {
    const started = folder.spawn();
    await started.rpc.initialize({ session_id: first.session.id });
    const simple = await Editor.open(started, first.session);
    await simple.waitForDiagnostics('a.js', 1);
    await simple.repl('let known = 1');
    await simple.show('b.js', 'known', { isBound: false });
    await waitUntil(async () => (await simple.hover({ line: 0, character: 0 }, 'b.js')) !== null, 'a value');
  });

  it('clear when another session runs the file without an exception', async () => {
    const one = await Editor.open(await folder.client(), first.session);
    await one.bind('a.js');
    await one.waitForDiagnostics('a.js', 1);
    const { template_id, worktree_path, workspace_id, base_commit_oid } = first.session;
    const body = { template_id, worktree_path, workspace_id, base_commit_oid };
    const other = await one.rpc.request('vm/session/create', body);
    await one.save('a.js', '1');
    await one.run('a.js', other.id);
    await one.waitForDiagnostics('a.js', 0);
  });

  it('have the names that the editor knows, where the folder is behind a symlink', async () => {
    const linked = join(folder.path, 'linked');
    await mkdir(join(folder.path, 'real'));
    await symlink(join(folder.path, 'real'), linked);
    const one = await folder.client();
    const { template_id, workspace_id, base_commit_oid } = first.session;
    const body = { template_id, workspace_id, base_commit_oid, worktree_path: linked };
    const session = await one.rpc.request('vm/session/create', body);
    await writeFile(join(linked, 'x.js'), 'throw new Error("behind")');
    const uri = pathToFileURL(join(linked, 'x.js')).href;
    await one.rpc.request('vm/document/bind', { uri, session_id: session.id });
    await one.rpc.request('vm/execution/runFile', { session_id: session.id, path: 'x.js' });
    const isTold = ({ method, params }: Received): boolean =>
      method === 'textDocument/publishDiagnostics' && (params as PublishDiagnosticsParams).uri === uri;
    await waitUntil(() => one.rpc.received.some(isTold), 'a diagnostic behind the symlink');
  });
});
