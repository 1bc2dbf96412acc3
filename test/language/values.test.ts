import assert from 'node:assert/strict';
import type { Hover } from 'vscode-languageserver-protocol';
import { waitUntil } from '../helpers/wait-until.ts';
import { SharedFolder } from '../process/shared-daemon.ts';
import { Editor } from './editor.ts';

const onConfig = { line: 0, character: 3 };

for (const flags of [[], ['--own']]) {
  describe(`values of a session in an editor, ${flags.length === 0 ? 'relayed' : 'with a daemon of its own'}`, function () {
    this.timeout(60_000);
    let folder: SharedFolder;
    let editor: Editor;

    before(async () => {
      folder = await SharedFolder.make();
      const client = await folder.client(...flags);
      editor = await Editor.open(client, await folder.session(client));
      await editor.repl(
        `let config = { mode: 'test', deep: { er: 1 }, list: [{ n: 7 }] }; var text = "it's";
         function greet() {} class Shape { area() {} }
         globalThis.ran = 0;
         const pure = { get quiet() { return { inner: 1 } }, get loud() { ran++; return { inner: 1 } } };
         Object.defineProperty(globalThis, 'danger', { get() { ran++; return {} } });
         Object.defineProperty(globalThis, 'endless', { get() { for (;;); } });`,
      );
      // What a host needs for its first completion is loaded by it: that one may be too late.
      await waitUntil(async () => (await editor.labelsAt('conf|')).length > 0, 'a completion');
    });
    after(async () => {
      await folder.remove();
    });

    it('completes variables of the session, and no keywords', async () => {
      assert.deepEqual(await editor.labelsAt('conf|'), ['config']);
      assert.deepEqual(await editor.labelsAt('const x = 1\n\nfoo(gre|)'), ['greet']);
      assert.deepEqual(await editor.labelsAt('whi|'), []);
    });

    it('completes members, and replaces what was typed of them', async () => {
      const position = await editor.at('const a = "ü𝒳"; config.deep.e|');
      const list = await editor.list(position);
      assert.equal(list.isIncomplete, false);
      assert.deepEqual(list.items[0], {
        label: 'er',
        kind: 10,
        sortText: '0000',
        data: { session_id: editor.session.id, path: ['config', 'deep', 'er'] },
        textEdit: {
          range: { start: { line: 0, character: 29 }, end: { line: 0, character: 30 } },
          newText: 'er',
        },
      });
      assert.deepEqual(await editor.labelsAt('config["li|'), ['list']);
      assert.deepEqual(await editor.labelsAt('new Shape.proto|'), ['prototype']);
    });

    it('completes in TypeScript', async () => {
      const text = '@decorated()\nclass A<T> { x!: T; private y?: string }\nlet z: A<number> = config.mo|';
      assert.deepEqual(await editor.labelsAt(text, 'b.ts'), ['mode']);
    });

    it('keeps the order of the session', async () => {
      const { items } = await editor.list(await editor.at('config.|'));
      const sorted = items.toSorted((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1));
      assert.deepEqual(sorted.slice(0, 3).map(({ label }) => label), ['deep', 'list', 'mode']); // prettier-ignore
      assert.deepEqual(items, sorted);
    });

    it('tells the value of an item when it is resolved, as it is then', async () => {
      const { items } = await editor.list(await editor.at('config.mo|'));
      const [item] = items;
      assert.ok(item);
      assert.equal(item.detail, undefined);
      assert.equal(item.documentation, undefined);
      await editor.repl('config.mode = "changed"');
      const resolved = await editor.resolve(item);
      assert.equal(resolved.detail, 'string');
      assert.deepEqual(resolved.documentation, { kind: 'plaintext', value: "config.mode: string = 'changed'" });
      assert.deepEqual(resolved.textEdit, item.textEdit);
      await editor.repl('config.mode = "test"');
    });

    it('shows the value under the cursor', async () => {
      for (const [text, shown] of [
        ['con|fig', "config: object = { mode: 'test', deep: [Object], list: [Array(1)] }"],
        ['|config.mode', "config: object = { mode: 'test', deep: [Object], list: [Array(1)] }"],
        ['f(1, config.mo|de)', "config.mode: string = 'test'"],
        ['config?.deep\n  .er|', 'config.deep.er: number = 1'],
        ['config.list[0].|n', 'config.list[0].n: number = 7'],
        ['config["deep"].|er', 'config.deep.er: number = 1'],
        ['`${te|xt}`', 'text: string = "it\'s"'],
        ['te|xt.length', 'text: string = "it\'s"'],
        ['text.len|gth', 'text.length: number = 4'],
        ['greet|()', 'greet: function = [Function: greet]'],
        ['new Sha|pe()', 'Shape: class = [class Shape]'],
        ['if (x) { te|xt }', 'text: string = "it\'s"'],
        ['x ? te|xt : 1', 'text: string = "it\'s"'],
      ] as const) {
        assert.equal(await editor.hoverAt(text), shown, text);
      }
      const typed = 'let y: Map<string, number> = config.de|ep as any';
      assert.equal(await editor.hoverAt(typed, 'b.ts'), 'config.deep: object = { er: 1 }');
    });

    it('says where the expression stands', async () => {
      const position = await editor.at('x;\n  config.deep.e|r;');
      let hover: Hover | null = null;
      await waitUntil(async () => (hover = await editor.hover(position)) !== null, 'an answer in time');
      assert.deepEqual((hover as Hover | null)?.range, {
        start: { line: 1, character: 2 },
        end: { line: 1, character: 16 },
      });
    });

    it('shows nothing where no value of the session stands', async () => {
      for (const text of ['// te|xt', '/* te|xt */', '"te|xt"', 'greet().le|ngth', 'unknow|n', '({ te|xt: 1 })', 'x.te|xt', '|', ' | ', 'whi|le (1) {}', 'this.te|xt', '(config).mo|de']) {
        assert.equal(await editor.hoverAt(text), undefined, text);
      } // prettier-ignore
    });

    it('runs no getter', async () => {
      assert.equal(await editor.hoverAt('dang|er'), 'danger: accessor = [Getter]');
      assert.equal(await editor.hoverAt('endles|s'), 'endless: accessor = [Getter]');
      assert.equal(await editor.hoverAt('pure.qui|et'), 'pure.quiet: accessor = [Getter]');
      assert.equal(await editor.hoverAt('pure.quiet.inn|er'), undefined);
      assert.equal(await editor.hoverAt('pure.loud.inn|er'), undefined);
      assert.deepEqual(await editor.labelsAt('danger.|'), []);
      assert.deepEqual(await editor.labelsAt('pure.loud.|'), []);
      const { items } = await editor.list(await editor.at('pure.l|'));
      assert.deepEqual(items.map(({ label }) => label), ['loud']); // prettier-ignore
      const [resolved] = await Promise.all(items.map((item) => editor.resolve(item)));
      assert.equal(resolved?.detail, 'accessor');
      const { result } = await editor.repl('ran');
      assert.equal(result?.preview, '0');
    });

    it('follows what is typed', async () => {
      await editor.show('typed.js', 'one\nco\nthree');
      const at = (line: number, character: number) => ({ line, character });
      await editor.edit('typed.js', [
        { range: { start: at(1, 2), end: at(1, 2) }, text: 'nfig.mo' },
        { range: { start: at(0, 0), end: at(1, 0) }, text: '' },
      ]);
      const labels = async (): Promise<string[]> =>
        (await editor.list(at(0, 9), 'typed.js')).items.map(({ label }) => label);
      assert.deepEqual(await labels(), ['mode']);
      await editor.edit('typed.js', [{ text: 'config.de' }]);
      assert.deepEqual(await labels(), ['deep']);
      await editor.close('typed.js');
      assert.deepEqual(await labels(), []);
    });

    it('asks the session that the document is bound to, or none', async () => {
      await editor.show('free.js', 'config', { isBound: false });
      assert.equal(await editor.hover({ line: 0, character: 2 }, 'free.js'), null);
      await editor.bind('free.js');
      await waitUntil(async () => (await editor.hover({ line: 0, character: 2 }, 'free.js')) !== null, 'a value');
      await editor.bind('free.js', null);
      assert.equal(await editor.hover({ line: 0, character: 2 }, 'free.js'), null);
      const gone = '01900000-0000-7000-8000-000000000000';
      await editor.rpc.refused('SESSION_NOT_FOUND', 'vm/document/bind', { uri: 'file:///x.js', session_id: gone });
    });

    it('offers to run what can be run', async () => {
      const titles = async (name: string): Promise<(string | undefined)[]> =>
        (await editor.codeLenses(name)).map(({ command }) => command?.title);
      await editor.show('run.mts', 'x', { isBound: false, languageId: 'typescript' });
      assert.deepEqual(await editor.codeLenses('run.mts'), [
        {
          range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
          command: { title: 'Run in session', command: 'vmSystem.runFile', arguments: [editor.uri('run.mts')] },
        },
      ]);
      await editor.show('data.json', '{}', { isBound: false, languageId: 'json' });
      assert.deepEqual(await titles('data.json'), []);
      await editor.show('script', 'x', { isBound: true, languageId: 'plaintext' });
      assert.deepEqual(await titles('script'), ['Run in session']);
    });

    it('answers in time, with nothing, while the session is busy, and does not disturb it', async () => {
      const position = await editor.at('config.mo|');
      const run = editor.repl('let n = 0; const end = Date.now() + 1500; while (Date.now() < end) n++; "undisturbed"');
      await editor.rpc.hear('vm/execution/changed', ({ execution }) => {
        return execution.status === 'running' && execution.input?.endsWith('"undisturbed"') === true;
      });
      const times: number[] = [];
      for (let i = 0; i < 20; i++) {
        const started = performance.now();
        assert.deepEqual(await editor.completion(position), { isIncomplete: true, items: [] });
        assert.equal(await editor.hover(onConfig), null);
        times.push((performance.now() - started) / 2);
      }
      const median = times.toSorted((a, b) => a - b)[10] ?? Infinity;
      assert.ok(median < 50, `it took ${times.join(', ')} ms`);
      const { status, result } = await run;
      assert.equal(status, 'ok');
      assert.equal(result?.preview, 'undisturbed');
      await waitUntil(async () => (await editor.hover(onConfig)) !== null, 'the session to be idle again');
    });

    it('answers in time while a timer of the session keeps it busy', async () => {
      await editor.at('config|');
      await editor.repl('setTimeout(() => { const end = Date.now() + 700; while (Date.now() < end); }, 0); 1');
      const started = performance.now();
      await Promise.all(Array.from({ length: 20 }, () => editor.hover(onConfig)));
      const took = performance.now() - started;
      assert.ok(took < 600, `20 at once took ${took} ms`);
      await waitUntil(async () => (await editor.hover(onConfig)) !== null, 'the session to be idle again');
    });

    it('shows nothing of a session that has ended', async () => {
      const other = await editor.rpc.request('vm/session/create', {
        template_id: editor.session.template_id,
        workspace_id: 'test',
        base_commit_oid: 'none',
        worktree_path: folder.path,
      });
      await editor.show('ended.js', 'console.lo');
      await editor.bind('ended.js', other.id);
      await editor.rpc.request('vm/session/close', { session_id: other.id });
      const position = { line: 0, character: 10 };
      assert.deepEqual(await editor.completion(position, 'ended.js'), { isIncomplete: true, items: [] });
      assert.equal(await editor.hover(position, 'ended.js'), null);
    });

    it('refuses what is not LSP, and serves on', async () => {
      const textDocument = { uri: editor.uri('a.js') };
      await editor.rpc.refused('VALIDATION_ERROR', 'textDocument/hover', { textDocument, position: { line: -1 } });
      await editor.rpc.refused('VALIDATION_ERROR', 'textDocument/completion', { textDocument });
      await editor.rpc.refused('VALIDATION_ERROR', 'completionItem/resolve', { label: 'x', data: { path: 1 } });
      for (const params of [
        {},
        { textDocument },
        { textDocument: { ...textDocument, version: 1 }, contentChanges: [{}] },
      ]) {
        for (const name of ['didOpen', 'didChange', 'didClose']) {
          await editor.rpc.connection.sendNotification(`textDocument/${name}`, params);
        }
      }
      assert.deepEqual(await editor.labelsAt('conf|'), ['config']);
    });
  });
}
