import assert from 'node:assert/strict';
import { prepareLexer } from '../../../daemon/host/modules/lex-source.ts';
import { rewriteReplInput } from '../../../daemon/host/modules/rewrite-repl.ts';

describe('host: static imports of the REPL', () => {
  before(prepareLexer);

  it('may have any number of comments in them', async () => {
    const started = performance.now();
    for (const comment of ['/**/', '/* * ** from */', '//\n', ' ', '\n']) {
      const blank = ` ${comment.repeat(200)} `;
      const lines = comment.includes('\n') ? '\n'.repeat(200) : '';
      const cases = [
        [`import${blank}d from "m"`, `const {default: d} = await \u012dmport.named("m", ["default"])${lines}`],
        [`import d from${blank}"m"`, `const {default: d} = await \u012dmport.named("m", ["default"])${lines}`],
        [`import${blank}"m"`, `void await \u012dmport("m")${lines}`],
      ];
      for (const [input = '', expected] of cases) assert.equal(await rewriteReplInput(input), expected);
    }
    assert.ok(performance.now() - started < 1_000);
  });
});
