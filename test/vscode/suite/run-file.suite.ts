import assert from 'node:assert/strict';
import { edit, runFile, theExtension, tidyUp, untilOutput } from './window.ts';

describe('running a file', () => {
  afterEach(tidyUp);

  it('makes a session for the folder, shows what it does, and keeps its variables', async () => {
    await edit('first.js', 'globalThis.counter = 41;\nconsole.log("hello from the file");\ncounter;\n');
    const first = await runFile('first.js');
    assert.equal(first.status, 'ok');
    await edit('second.js', 'counter += 1;\nconsole.warn("counter is", counter);\n');
    const second = await runFile('second.js');
    assert.equal(second.session_id, first.session_id);
    await untilOutput('hello from the file');
    await untilOutput(/\[warn\] {2}counter is 42/);
    const { active } = await theExtension();
    assert.equal(active.current()?.id, first.session_id);
  });
});
