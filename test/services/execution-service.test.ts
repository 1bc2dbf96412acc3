import assert from 'node:assert/strict';
import type { Started } from '../../daemon/services/execution-service.ts';
import { VmError } from '../../shared/errors/vm-error.ts';
import { RpcFixture } from '../transport/stdio/rpc-fixture.ts';

describe('executions of a session', () => {
  let fixture: RpcFixture;
  beforeEach(async () => {
    fixture = await RpcFixture.open();
  });
  afterEach(() => fixture.close());

  it('follow one another while the end of one is still being stored, and never overlap', async () => {
    const { executions } = fixture.services;
    // Ends are stored together with those of others, one turn later, only where something else runs.
    executions.startRepl({ session_id: (await fixture.session()).id, input: 'wait' });
    const { id: session_id } = await fixture.session();
    const first = executions.startRepl({ session_id, input: 'a' });
    const second = await begun(() => executions.startRepl({ session_id, input: 'wait' }));
    await first.finished;
    assert.throws(() => executions.startRepl({ session_id, input: 'b' }), { code: 'SESSION_BUSY' });
    await executions.cancel(second.execution.id);
    const third = await executions.ended(executions.startRepl({ session_id, input: 'c' }));
    assert.equal(third.status, 'ok');
  });
});

/** Tries in the same turn until the session is free. */
async function begun(start: () => Started): Promise<Started> {
  for (let microtask = 0; microtask < 100; microtask++) {
    try {
      return start();
    } catch (error) {
      if (!(error instanceof VmError) || error.code !== 'SESSION_BUSY') throw error;
    }
    await Promise.resolve();
  }
  throw new Error('the session is never free in this turn');
}
