import assert from 'node:assert/strict';
import pino from 'pino';
import { toResponseError } from '../../../daemon/transport/stdio/rpc-error.ts';
import { VmError, type ErrorEnvelope } from '../../../shared/errors/vm-error.ts';

describe('errors of JSON-RPC', () => {
  const told = (error: unknown): [level: number | undefined, code: string, message: string] => {
    const levels: number[] = [];
    const write = (line: string): number => levels.push((JSON.parse(line) as { level: number }).level);
    const answer = toResponseError(error, pino({}, { write }), 'vm/session/create');
    return [levels[0], (answer.data as ErrorEnvelope['error'] | undefined)?.code ?? '', answer.message];
  };

  it('are logged as errors when they are faults, as warnings when the daemon is full or stops, else not', () => {
    assert.equal(told(new VmError('STORAGE_UNAVAILABLE', 'x'))[0], 50);
    assert.equal(told(new VmError('SESSION_LIMIT_REACHED', 'x'))[0], 40);
    assert.equal(told(new VmError('SHUTTING_DOWN', 'x'))[0], 40);
    assert.equal(told(new VmError('SESSION_BUSY', 'x'))[0], undefined);
  });

  it('say nothing of what is inside', () => {
    const [level, code, message] = told(new TypeError('secret is undefined'));
    assert.deepEqual([level, code], [50, 'INTERNAL']);
    assert.doesNotMatch(message, /secret/);
  });
});
