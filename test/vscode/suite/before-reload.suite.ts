import { command } from './reached.ts';
import { LINES } from './reload-run.ts';
import { edit, file, theExtension, untilOutput } from './window.ts';

describe('before the window is reloaded', () => {
  it('a run has begun', async () => {
    const { client } = await theExtension();
    await client.connected();
    const template = await client.request('vm/template/create', { name: 'default' });
    await client.request('vm/template/setSettings', { template_id: template.id, limits: { wall_ms: 120_000 } });
    const text = `for (let i = 1; i <= ${LINES}; i += 1) {
        console.log("line " + i + " of the run");
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      'finished';\n`;
    await edit('slow.mjs', text);
    void command('vmSystem.runFile', file('slow.mjs'));
    await untilOutput('line 2 of the run');
  });
});
