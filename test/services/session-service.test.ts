import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { RpcFixture } from '../transport/stdio/rpc-fixture.ts';

describe('a session that starts while the daemon stops', () => {
  it('is refused as such, at whatever point it is, and leaves nothing alive', async () => {
    for (let turns = 0; turns < 5; turns++) {
      const fixture = await RpcFixture.open();
      const { sessions } = fixture.services;
      const starting = fixture.session().then(
        ({ id }) => sessions.get(id).status,
        (error: unknown) => (error as { code: string }).code,
      );
      for (let count = 0; count < turns; count++) await turn();
      await sessions.stop('the test stops it');
      // One that was ready before is closed, all others are refused.
      assert.match(await starting, /^(SHUTTING_DOWN|ready|closed)$/);
      if (turns === 0) assert.equal(await starting, 'SHUTTING_DOWN');
      assert.deepEqual(sessions.list({ status: 'ready' }), []);
      await fixture.close();
    }
  });
});
