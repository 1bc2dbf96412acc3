import assert from 'node:assert/strict';
import path from 'node:path';
import { findCycles, importsOf, readImportGraph, type ImportGraph } from './import-graph.ts';
import { findViolations } from './layers.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('imports', () => {
  const graph = readImportGraph(root, ['daemon', 'shared', 'extension']);

  it('point down only, as the picture of the layers has it', () => {
    assert.ok(graph.size > 0, 'no source was found');
    assert.deepEqual(findViolations(graph), []);
  });

  it('have no cycles, type imports included', () => {
    assert.deepEqual(findCycles(graph), []);
  });
});

describe('the check of the imports', () => {
  const graphOf = (imports: Record<string, string[]>): ImportGraph => new Map(Object.entries(imports));

  it('sees every way to import', () => {
    const text = `
      import { a } from './a.ts';
      import type { B } from '../b.ts';
      import './c.ts';
      export * from './d.ts';
      export type { E } from './e.ts';
      type F = import('./f.ts').F;
      const g = await import('./g.ts');
      const h = require('isolated-vm');
      import fs, { type Stats } from 'node:fs';
      // import './comment.ts';
    `;
    const inStore = (name: string): string => `daemon/store/${name}.ts`;
    const files = ['a', 'c', 'd', 'e', 'f', 'g'].map(inStore);
    const expected = [...files, 'daemon/b.ts', 'isolated-vm', 'node:fs'];
    assert.deepEqual(importsOf('daemon/store/x.ts', text).sort(), expected.sort());
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['shared/model/a.ts', 'daemon/services/b.ts'],
    ['shared/model/a.ts', 'extension/b.ts'],
    ['shared/model/a.ts', 'node:fs'],
    ['shared/model/a.ts', 'fs/promises'],
    ['shared/model/a.ts', 'vscode'],
    ['daemon/host/a.ts', 'daemon/runtime/runtime.ts'],
    ['daemon/runtime/a.ts', 'daemon/store/store.ts'],
    ['daemon/runtime/a.ts', 'daemon/host/b.ts'],
    ['daemon/runtime/a.ts', 'isolated-vm'],
    ['daemon/worktree/a.ts', 'daemon/services/b.ts'],
    ['daemon/host/a.ts', 'daemon/worktree/b.ts'],
    ['daemon/store/a.ts', 'daemon/runtime/runtime.ts'],
    ['daemon/services/a.ts', 'daemon/store/sqlite-store.ts'],
    ['daemon/services/a.ts', 'daemon/libraries/npm-libraries.ts'],
    ['daemon/services/a.ts', 'daemon/transport/rest/b.ts'],
    ['daemon/services/a.ts', 'better-sqlite3'],
    ['daemon/transport/rest/a.ts', 'daemon/store/store.ts'],
    ['daemon/transport/rest/a.ts', 'daemon/transport/stdio/b.ts'],
    ['daemon/cli/a.ts', 'daemon/services/services.ts'],
    ['daemon/create-daemon.ts', 'daemon/host/main.ts'],
    ['daemon/create-daemon.ts', 'daemon/cli/main.ts'],
    ['extension/main.ts', 'daemon/services/services.ts'],
    ['daemon/store/a.ts', 'test/helpers/b.ts'],
  ];
  for (const [file, target] of wrong) {
    it(`refuses ${target} in ${file}`, () => {
      assert.deepEqual(findViolations(graphOf({ [file]: [target] })), [`${file} imports ${target}`]);
    });
  }

  it('lets through what the picture allows', () => {
    const allowed = graphOf({
      'shared/model/a.ts': ['shared/errors/b.ts', 'typebox'],
      'daemon/host/main.ts': ['daemon/host/b.ts', 'shared/model/a.ts', 'isolated-vm', 'node:fs'],
      'daemon/store/sqlite-store.ts': ['daemon/store/store.ts', 'better-sqlite3'],
      'daemon/services/a.ts': ['daemon/store/store.ts', 'daemon/runtime/runtime.ts', 'daemon/libraries/libraries.ts'],
      'daemon/transport/rest/a.ts': ['daemon/services/a.ts', 'fastify'],
      'daemon/create-daemon.ts': ['daemon/store/sqlite-store.ts', 'daemon/transport/rest/a.ts'],
      'daemon/cli/main.ts': ['daemon/serve.ts', 'daemon/libraries/npm-libraries.ts', 'commander'],
    });
    assert.deepEqual(findViolations(allowed), []);
  });

  it('asks for a layer for every new folder', () => {
    for (const file of ['elsewhere/a.ts', 'daemon/elsewhere/a.ts']) {
      assert.deepEqual(findViolations(graphOf({ [file]: [] })), [`${file} belongs to no layer`]);
    }
  });

  it('finds a cycle, and none where two ways lead to one file', () => {
    assert.deepEqual(findCycles(graphOf({ a: ['b'], b: ['c'], c: ['b', 'd'], d: [] })), [['b', 'c']]);
    assert.deepEqual(findCycles(graphOf({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })), []);
    assert.deepEqual(findCycles(graphOf({ a: ['a'] })), [['a']]);
  });
});
