import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { parse, type Node } from 'acorn';

const dist = join(import.meta.dirname, '..', '..', 'dist');

/** Twice what activation loads; the library for the protocol alone is six times as much, and is loaded when it is needed. */
const MAX_ENTRY_BYTES = 120_000;

/** What a file loads while it runs; `undefined` stands for what only running it would tell. */
function loads(file: string): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isNode(value)) {
      if (value.type === 'CallExpression' && nameOf(value['callee']) === 'require')
        found.push(textOf((value['arguments'] as unknown[])[0]));
      if (value.type === 'ImportExpression') found.push(textOf(value['source']));
      for (const inner of Object.values(value)) visit(inner);
    }
  };
  visit(parse(readFileSync(join(dist, file), 'utf8'), { ecmaVersion: 2022, sourceType: 'script' }));
  return found;
}

function isNode(value: unknown): value is Node & Record<string, unknown> {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function nameOf(value: unknown): unknown {
  return isNode(value) && value.type === 'Identifier' ? value['name'] : undefined;
}

function textOf(value: unknown): string | undefined {
  return isNode(value) && typeof value['value'] === 'string' ? value['value'] : undefined;
}

describe('the files that the extension host loads', () => {
  const files = readdirSync(dist).filter((name) => name.endsWith('.cjs'));

  it('need the editor, Node and each other: no native module, and nothing from node_modules', () => {
    assert.ok(files.length > 1);
    for (const file of files) {
      const foreign = loads(file).filter(
        (name) => name !== 'vscode' && !isBuiltin(name ?? '') && !files.includes(name?.replace(/^\.\//, '') ?? ''),
      );
      assert.deepEqual(foreign, [], file);
    }
  });

  it('are loaded in parts: activation reads the smallest', () => {
    assert.ok(statSync(join(dist, 'extension.cjs')).size < MAX_ENTRY_BYTES);
    const parts = files.filter((name) => name !== 'extension.cjs').map((name) => `./${name}`);
    assert.deepEqual(
      [...new Set(loads('extension.cjs'))].filter((name) => name?.startsWith('./')).sort(),
      parts.sort(),
    );
  });

  it('use the object that the editor gives them, and make no copy of it', () => {
    const text = readFileSync(join(dist, 'extension.cjs'), 'utf8');
    const uses = text.match(/.require\("vscode"\)/g) ?? [];
    assert.ok(uses.length > 1);
    assert.deepEqual(
      uses.filter((use) => use.startsWith('(')),
      [],
      'none is handed to a function that copies',
    );
  });
});
