import type { ErrorCode } from '../../../shared/errors/error-codes.ts';
import type { RequestMethod } from '../../../shared/protocol/methods.ts';
import type { RpcFixture } from './rpc-fixture.ts';

type Params = Record<string, unknown>;

/** A call that both transports must answer alike; `params` makes what it needs, anew for each. */
export type Case = {
  method: RequestMethod;
  what: string;
  params: (fixture: RpcFixture) => Promise<Params> | Params;
  gives: ErrorCode | 'ok';
};

const MISSING = '01234567-89ab-7def-8123-456789abcdef';

const nothing = (): Params => ({});
const template = ({ services }: RpcFixture): { template_id: string } => ({
  template_id: services.templates.create({ name: `template ${Math.random()}`.replace('0.', '') }).id,
});
const withTemplate =
  (more: Params) =>
  (fixture: RpcFixture): Params => ({ ...template(fixture), ...more });
const session = async (fixture: RpcFixture): Promise<{ session_id: string }> => ({
  session_id: (await fixture.session()).id,
});
const withSession =
  (more: Params) =>
  async (fixture: RpcFixture): Promise<Params> => ({ ...(await session(fixture)), ...more });
const execution = async (fixture: RpcFixture): Promise<{ execution_id: string }> => {
  const { id } = await fixture.services.executions.repl({ ...(await session(fixture)), input: 'events 7' });
  return { execution_id: id };
};
const running = async (fixture: RpcFixture): Promise<{ session_id: string; execution_id: string }> => {
  const { session_id } = await session(fixture);
  const { execution } = fixture.services.executions.startRepl({ session_id, input: 'wait' });
  return { session_id, execution_id: execution.id };
};

const ok = (method: RequestMethod, what: string, params: Case['params']): Case => ({
  method,
  what,
  params,
  gives: 'ok',
});
const refused = (gives: ErrorCode, method: RequestMethod, what: string, params: Case['params']): Case => ({
  method,
  what,
  params,
  gives,
});

/** Every operation that wants the id of something is asked for one that does not exist, and for what is no id. */
function ids(code: ErrorCode, field: string, method: RequestMethod, more: Params = {}): Case[] {
  return [
    refused(code, method, `an unknown ${field}`, () => ({ [field]: MISSING, ...more })),
    refused('VALIDATION_ERROR', method, `a malformed ${field}`, () => ({ [field]: 'no-id', ...more })),
  ];
}

const part = { kind: 'env', name: 'env' };
const settings = { limits: { cpu_ms: 5 } };

export const CASES: readonly Case[] = [
  ok('vm/template/list', 'all', nothing),
  ok('vm/template/get', 'one', template),
  ok('vm/template/create', 'a new one', () => ({ name: `template ${Math.random()}`.replace('0.', '') })),
  refused('VALIDATION_ERROR', 'vm/template/create', 'without a name', () => ({ engine: 'v8' })),
  refused('VALIDATION_ERROR', 'vm/template/create', 'a name of another type', () => ({ name: 5 })),
  refused('INVALID_REQUEST', 'vm/template/create', 'an unknown field', () => ({ name: 'a', color: 'red' })),
  refused('ENGINE_UNSUPPORTED', 'vm/template/create', 'an unknown engine', () => ({ name: 'a', engine: 'x' })),
  refused('TEMPLATE_NAME_TAKEN', 'vm/template/create', 'a taken name', ({ services }) => {
    if (!services.templates.list().some(({ name }) => name === 'taken')) services.templates.create({ name: 'taken' });
    return { name: 'taken' };
  }),
  ok('vm/template/update', 'a switch', withTemplate({ is_active: false })),
  refused('VALIDATION_ERROR', 'vm/template/update', 'nothing to change', template),
  ok('vm/template/delete', 'one', template),
  ok('vm/template/settings', 'of one', template),
  ok('vm/template/setSettings', 'a limit', withTemplate(settings)),
  refused('VALIDATION_ERROR', 'vm/template/setSettings', 'out of range', withTemplate({ limits: { cpu_ms: 0 } })),
  refused('INVALID_REQUEST', 'vm/template/setSettings', 'an unknown limit', withTemplate({ limits: { x: 1 } })),
  refused('VALIDATION_ERROR', 'vm/template/setSettings', 'nothing to change', template),
  ok('vm/template/capabilities', 'of one', template),
  ok('vm/template/addCapability', 'one', withTemplate(part)),
  refused('VALIDATION_ERROR', 'vm/template/addCapability', 'an unknown kind', withTemplate({ kind: 'x', name: 'y' })),
  ok('vm/template/removeCapability', 'one', (fixture) => {
    const { template_id } = template(fixture);
    const { id } = fixture.services.templates.addCapability(template_id, { kind: 'env', name: 'env' });
    return { template_id, capability_id: id };
  }),
  refused('CAPABILITY_NOT_FOUND', 'vm/template/removeCapability', 'none', withTemplate({ capability_id: MISSING })),
  ok('vm/template/startupFiles', 'of one', template),
  ok('vm/template/addStartupFile', 'one', withTemplate({ path: 'a.js' })),
  refused('INVALID_PATH', 'vm/template/addStartupFile', 'one outside', withTemplate({ path: '../a.js' })),
  ok('vm/template/removeStartupFile', 'one', (fixture) => {
    const { template_id } = template(fixture);
    const { id } = fixture.services.templates.addStartupFile(template_id, { path: 'a.js' });
    return { template_id, startup_file_id: id };
  }),
  refused(
    'STARTUP_FILE_NOT_FOUND',
    'vm/template/removeStartupFile',
    'none',
    withTemplate({ startup_file_id: MISSING }),
  ),
  ok('vm/template/modules', 'of one', template),
  ok('vm/template/addModule', 'one', withTemplate({ name: 'fs' })),
  refused('MODULE_NOT_ALLOWED', 'vm/template/addModule', 'a built-in', withTemplate({ name: 'json' })),
  refused('MODULE_NOT_FOUND', 'vm/template/addModule', 'an unknown one', withTemplate({ name: 'nope' })),
  ok('vm/template/removeModule', 'one', (fixture) => {
    const { template_id } = template(fixture);
    fixture.services.templates.addModule(template_id, 'fs');
    return { template_id, name: 'fs' };
  }),
  refused('MODULE_NOT_FOUND', 'vm/template/removeModule', 'none', withTemplate({ name: 'fs' })),
  ok('vm/template/libraries', 'of one', template),
  ok('vm/template/addLibrary', 'one', withTemplate({ name: 'lodash-4.17.21' })),
  refused('VALIDATION_ERROR', 'vm/template/addLibrary', 'no name of a package', withTemplate({ name: '../lodash' })),
  ok('vm/template/removeLibrary', 'one', async (fixture) => {
    const { template_id } = template(fixture);
    await fixture.services.templates.addLibrary(template_id, 'lodash@4.17.21');
    return { template_id, name: 'lodash@4.17.21' };
  }),
  refused('LIBRARY_NOT_FOUND', 'vm/template/removeLibrary', 'none', withTemplate({ name: 'lodash' })),
  ...(
    [
      ['vm/template/get', {}],
      ['vm/template/update', { is_active: true }],
      ['vm/template/delete', {}],
      ['vm/template/settings', {}],
      ['vm/template/setSettings', settings],
      ['vm/template/capabilities', {}],
      ['vm/template/addCapability', part],
      ['vm/template/startupFiles', {}],
      ['vm/template/addStartupFile', { path: 'a.js' }],
      ['vm/template/modules', {}],
      ['vm/template/addModule', { name: 'fs' }],
      ['vm/template/libraries', {}],
      ['vm/template/addLibrary', { name: 'lodash@4.17.21' }],
    ] as const
  ).flatMap(([method, more]) => ids('TEMPLATE_NOT_FOUND', 'template_id', method, more)),

  ok('vm/session/list', 'all', nothing),
  ok('vm/session/list', 'by status', () => ({ status: 'crashed' })),
  refused('VALIDATION_ERROR', 'vm/session/list', 'by an unknown status', () => ({ status: 'sleepy' })),
  ok('vm/session/get', 'one', session),
  ok('vm/session/create', 'one', (fixture) => ({
    ...template(fixture),
    workspace_id: 'ws',
    base_commit_oid: 'none',
    worktree_path: fixture.worktree,
  })),
  refused(
    'WORKTREE_NOT_FOUND',
    'vm/session/create',
    'nowhere',
    withTemplate({ workspace_id: 'ws', base_commit_oid: 'none', worktree_path: '/no/such/folder' }),
  ),
  refused('VALIDATION_ERROR', 'vm/session/create', 'with half of what it needs', template),
  ok('vm/session/close', 'one', session),
  ok('vm/session/restart', 'one', session),
  ok('vm/session/interrupt', 'an idle one', session),
  ok('vm/session/interrupt', 'a busy one', async (fixture) => ({ session_id: (await running(fixture)).session_id })),
  ok('vm/session/globals', 'of an idle one', session),
  refused('SESSION_BUSY', 'vm/session/globals', 'of a busy one', async (fixture) => ({
    session_id: (await running(fixture)).session_id,
  })),
  ok('vm/session/complete', 'in an idle one', withSession({ input: 'a', cursor: 1 })),
  refused('VALIDATION_ERROR', 'vm/session/complete', 'behind the end', withSession({ input: 'a', cursor: 2 })),
  ...(
    [
      ['vm/session/get', {}],
      ['vm/session/close', {}],
      ['vm/session/restart', {}],
      ['vm/session/interrupt', {}],
      ['vm/session/globals', {}],
      ['vm/session/complete', { input: '', cursor: 0 }],
      ['vm/session/follow', {}],
      ['vm/execution/repl', { input: '1' }],
      ['vm/execution/runFile', { path: 'a.js' }],
      ['vm/execution/list', {}],
    ] as const
  ).flatMap(([method, more]) => ids('SESSION_NOT_FOUND', 'session_id', method, more)),

  ok('vm/execution/repl', 'a snippet', withSession({ input: 'events 3' })),
  ok('vm/execution/repl', 'without waiting', withSession({ input: 'x', wait: false })),
  refused('SESSION_BUSY', 'vm/execution/repl', 'in a busy session', async (fixture) => ({
    session_id: (await running(fixture)).session_id,
    input: '1',
  })),
  refused('SESSION_NOT_READY', 'vm/execution/repl', 'in a closed session', async (fixture) => {
    const { session_id } = await session(fixture);
    await fixture.services.sessions.close(session_id);
    return { session_id, input: '1' };
  }),
  refused('VALIDATION_ERROR', 'vm/execution/repl', 'without input', session),
  refused('FILE_NOT_FOUND', 'vm/execution/runFile', 'a missing file', withSession({ path: 'missing.js' })),
  refused('INVALID_PATH', 'vm/execution/runFile', 'a file outside', withSession({ path: '/etc/passwd' })),
  refused('VALIDATION_ERROR', 'vm/execution/runFile', 'with odd env', withSession({ path: 'a.js', env: { a: 1 } })),
  ok('vm/execution/runFile', 'a file', async (fixture) => {
    await fixture.write('file.js', 'events 2');
    return { ...(await session(fixture)), path: 'file.js', args: { a: [1] }, env: { B: 'c' } };
  }),
  ok('vm/execution/list', 'of a session', session),
  ok('vm/execution/list', 'a few', withSession({ limit: 1 })),
  refused('VALIDATION_ERROR', 'vm/execution/list', 'too many', withSession({ limit: 1001 })),
  ok('vm/execution/get', 'one', execution),
  ok('vm/execution/events', 'all', execution),
  ok('vm/execution/events', 'some', async (fixture) => ({ ...(await execution(fixture)), after_seq: 2, limit: 3 })),
  refused('VALIDATION_ERROR', 'vm/execution/events', 'before the first', async (fixture) => ({
    ...(await execution(fixture)),
    after_seq: -1,
  })),
  ok('vm/execution/cancel', 'a running one', async (fixture) => ({
    execution_id: (await running(fixture)).execution_id,
  })),
  refused('EXECUTION_NOT_RUNNING', 'vm/execution/cancel', 'an ended one', execution),
  ...(['vm/execution/get', 'vm/execution/events', 'vm/execution/cancel', 'vm/execution/follow'] as const).flatMap(
    (method) => ids('EXECUTION_NOT_FOUND', 'execution_id', method),
  ),

  ok('vm/metadata/engines', 'all', nothing),
  ok('vm/metadata/modules', 'all', nothing),
  ok('vm/metadata/libraries', 'all', nothing),
  ok('vm/metadata/limits', 'all', nothing),
  ok('vm/metadata/eventTypes', 'all', nothing),
  ok('vm/metadata/errors', 'all', nothing),
  ok('vm/runtime/summary', 'all', nothing),
  ok('vm/runtime/health', 'always', nothing),
  refused('VALIDATION_ERROR', 'vm/ops/backup', 'to a relative path', () => ({ path: 'copy.db' })),
  refused('VALIDATION_ERROR', 'vm/ops/backup', 'over a folder', () => ({ path: '/' })),
  ok('vm/ops/gc', 'of nothing', () => ({ older_than_ms: 1_000_000_000_000 })),
  refused('VALIDATION_ERROR', 'vm/ops/gc', 'of the future', () => ({ older_than_ms: -1 })),
  ok('vm/ops/logLevel', 'now', nothing),
  ok('vm/ops/setLogLevel', 'a level', () => ({ level: 'debug' })),
  refused('VALIDATION_ERROR', 'vm/ops/setLogLevel', 'an unknown level', () => ({ level: 'loud' })),
];
