import { mkdtempSync } from 'node:fs';
import { SessionModules } from '../../daemon/worktree/session-modules.ts';
import { SourceCache } from '../../daemon/worktree/source-cache.ts';
import { TypeStripper } from '../../daemon/worktree/type-stripper.ts';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import { writeGraph } from './measure-graph.ts';
const cache = new SourceCache(); const ts = new TypeStripper();
for (let i = 0; i < 10; i++) {
  const root = mkdtempSync('/tmp/vm-zz-');
  const kind = process.argv[2] ?? 'mjs';
  await writeGraph(root + '/g', kind as any, i);
  await new Promise(r => setTimeout(r, 200));
  const s = new SessionModules(root, DEFAULT_SETTINGS.resolver, { cache, stripTypes: ts.strip });
  const c = process.cpuUsage(); const t = performance.now();
  const r = await s.load({ id: 1, fresh: true, wishes: [{ kind: kind === 'cjs' ? 'require' : 'import', specifier: `./g/f0.${kind}`, referrer: '' }], again: [] });
  const u = process.cpuUsage(c);
  console.log((performance.now() - t).toFixed(1), 'cpu', u.user / 1000, u.system / 1000, r.files.length);
}
await ts.dispose();
