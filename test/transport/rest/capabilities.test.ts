import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../shared/errors/error-codes.ts';
import type { Template } from '../../../shared/model/template.ts';
import { openServer, type TestServer } from './test-server.ts';

describe('capabilities over REST', () => {
  let test: TestServer;
  let template: Template;
  before(async () => {
    test = await openServer();
    template = await test.api.ok<Template>('POST', 'templates', { name: 'capable' });
  });
  after(() => test.close());

  const add = (body: object): [string, string, object] => ['POST', `templates/${template.id}/capabilities`, body];

  it('take what is enforced', async () => {
    for (const body of [
      { kind: 'module', name: 'console', enabled: true, config: {} },
      { kind: 'module', name: 'exec', config: { commands: ['git'], max_output_bytes: 10, timeout_ms: 5 } },
      { kind: 'module', name: 'fs', config: { worktree: 'ro' } },
      { kind: 'module', name: 'crypto', enabled: false },
      { kind: 'global', name: 'timers', enabled: false },
      { kind: 'fs', name: 'data', config: { roots: [{ path: '/srv/data', access: 'ro' }], quota_bytes: 0 } },
      { kind: 'fs', name: 'nothing', enabled: false },
      { kind: 'net', name: 'api.example.org' },
      { kind: 'net', name: 'some', config: { hosts: ['*.example.org', '::1'], ports: [443], private: true } },
      { kind: 'env', name: 'NODE_ENV' },
      { kind: 'env', name: 'two words', config: { values: { A: '1' } } },
    ]) {
      assert.equal((await test.api.ok<{ name: string }>(...add(body))).name, body.name);
    }
  });

  const refused: [ErrorCode, string, object][] = [
    ['MODULE_NOT_ALLOWED', 'name', { kind: 'module', name: 'Math' }],
    ['MODULE_NOT_ALLOWED', 'name', { kind: 'module', name: 'json' }],
    ['MODULE_NOT_FOUND', 'name', { kind: 'module', name: 'child_process' }],
    ['INVALID_REQUEST', 'config.allow', { kind: 'module', name: 'exec', config: { allow: ['git'] } }],
    ['INVALID_REQUEST', 'config.a', { kind: 'module', name: 'console', config: { a: 1 } }],
    ['VALIDATION_ERROR', 'config.commands.0', { kind: 'module', name: 'exec', config: { commands: [1] } }],
    ['VALIDATION_ERROR', 'config.worktree', { kind: 'module', name: 'fs', config: { worktree: 'all' } }],
    ['VALIDATION_ERROR', 'name', { kind: 'global', name: 'window' }],
    ['INVALID_REQUEST', 'config.x', { kind: 'global', name: 'fetch', config: { x: 1 } }],
    ['VALIDATION_ERROR', 'config', { kind: 'fs', name: 'x' }],
    ['VALIDATION_ERROR', 'config.roots.0.access', { kind: 'fs', name: 'x', config: { roots: [{ path: '/a' }] } }],
    ['VALIDATION_ERROR', 'config.roots.0.path', { kind: 'fs', name: 'x', config: { roots: [{ path: 'a', access: 'ro' }] } }],
    ['VALIDATION_ERROR', 'config.roots.0.path', { kind: 'fs', name: 'x', config: { roots: [{ path: '/a/../b', access: 'ro' }] } }],
    ['VALIDATION_ERROR', 'config.roots.0.path', { kind: 'fs', name: 'x', config: { roots: [{ path: '/proc/self', access: 'ro' }] } }],
    ['VALIDATION_ERROR', 'config.quota_bytes', { kind: 'fs', name: 'x', config: { quota_bytes: -1 } }],
    ['INVALID_REQUEST', 'config.urls', { kind: 'net', name: 'x', config: { urls: ['https://a'] } }],
    ['VALIDATION_ERROR', 'config.hosts.0', { kind: 'net', name: 'x', config: { hosts: ['https://a/b'] } }],
    ['VALIDATION_ERROR', 'config.hosts', { kind: 'net', name: 'the internet' }],
    ['VALIDATION_ERROR', 'config.ports.0', { kind: 'net', name: 'x', config: { hosts: ['a'], ports: [0] } }],
    ['VALIDATION_ERROR', 'config.names', { kind: 'env', name: 'A B' }],
    ['VALIDATION_ERROR', 'config.names.0', { kind: 'env', name: 'x', config: { names: ['A=B'] } }],
  ]; // prettier-ignore
  for (const [code, field, body] of refused) {
    it(`refuse ${JSON.stringify(body)} with ${code}`, async () => {
      const { message, details } = await test.api.refused(code, ...add(body));
      if (!code.startsWith('MODULE')) assert.equal(details['field'], field, message);
    });
  }

  it('stay as they are when they are refused', async () => {
    const before = await test.api.ok('GET', `templates/${template.id}/capabilities`);
    await test.api.refused('VALIDATION_ERROR', ...add({ kind: 'fs', name: 'data', config: { quota_bytes: 'much' } }));
    assert.deepEqual(await test.api.ok('GET', `templates/${template.id}/capabilities`), before);
  });
});
