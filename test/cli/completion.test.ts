import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { candidatesAt } from '../../daemon/cli/completion/candidates.ts';
import { SCRIPTS } from '../../daemon/cli/completion/scripts.ts';
import { createProgram } from '../../daemon/cli/program.ts';
import type { Session } from '../../shared/model/session.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';

const root = join(import.meta.dirname, '../..');

function find(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file) && isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

describe('what could come next on a command line', () => {
  const program = createProgram('0.0.0');
  const at = (line: string): ReturnType<typeof candidatesAt> => {
    const words = line.split(' ');
    return candidatesAt(program, words.slice(0, -1), words.at(-1) ?? '');
  };
  const values = (line: string): string[] => at(line).candidates.map(({ value }) => value);

  it('commands, and those of a group', () => {
    assert.deepEqual(values('te'), ['template']);
    assert.deepEqual(values('ops d'), ['doctor']);
    assert.deepEqual(values('vm li'), [
      'list',
      'list-startup',
      'list-capabilities',
      'list-modules',
      'list-libraries',
      'list-available-modules',
      'list-available-libraries',
    ]);
    assert.ok(!values('').includes('complete'), 'hidden ones are not shown');
    assert.ok(values('').includes('serve'));
    for (const { description } of at('').candidates) assert.ok(description.length > 5);
  });

  it('options of the command and those of all', () => {
    assert.deepEqual(values('serve --d').sort(), ['--data-dir', '--db', '--durability']);
    assert.ok(values('ops health --').includes('--server-url'));
    assert.ok(!values('daemon --').includes('--detached'), 'hidden ones are not shown');
    assert.deepEqual(values('exec repl id -- --'), []);
  });

  it('values of options, in both spellings, and of arguments', () => {
    assert.deepEqual(values('serve --durability '), ['normal', 'full']);
    assert.deepEqual(values('serve --durability=f'), ['--durability=full']);
    // As bash cuts it.
    assert.deepEqual(values('serve --durability = f'), ['full']);
    assert.deepEqual(values('serve --durability ='), ['normal', 'full']);
    assert.deepEqual(values('ops log-level de'), ['debug']);
    assert.deepEqual(values('--log-level warn ops do'), ['doctor']);
    assert.deepEqual(values('completion '), ['bash', 'zsh', 'fish']);
    assert.deepEqual(values('ops health x'), []);
  });

  it('files, folders, ids and topics', () => {
    assert.equal(at('run ').files, 'files');
    assert.equal(at('run a.js ').files, undefined);
    assert.equal(at('template apply -f ').files, 'files');
    assert.equal(at('--db ').files, 'files');
    assert.equal(at('status --data-dir ').files, 'folders');
    assert.equal(at('session create --worktree-path ').files, 'folders');
    assert.equal(at('template get ').lookup, 'template');
    assert.equal(at('session create --template-id ').lookup, 'template');
    assert.equal(at('modules add-module --vm-id ').lookup, 'template');
    assert.equal(at('session close ').lookup, 'session');
    assert.equal(at('run --session ').lookup, 'session');
    assert.equal(at('exec repl ').lookup, 'session');
    assert.equal(at('exec get ').lookup, undefined);
    assert.equal(at('help ').lookup, 'topic');
  });
});

describe('completion in a real shell', function () {
  this.timeout(60_000);
  let folder: DaemonFolder;
  let daemon: DaemonProcess;
  let session: Session;
  before(async () => {
    folder = await DaemonFolder.make();
    daemon = await DaemonProcess.start(folder);
    session = await daemon.session(undefined, 'a: "name"\twith $HOME');
    await folder.write('a file.js', '');
  });
  after(async () => {
    await daemon.end();
    await folder.remove();
  });

  const run = async (file: string, args: string[]): Promise<string[]> => {
    const PATH = `${root}${delimiter}${process.env['PATH'] ?? ''}`;
    const env = { PATH, VM_SYSTEM_SERVER_URL: daemon.url, VM_SYSTEM_DATA_DIR: folder.path, HOME: folder.path };
    const { stdout, stderr } = await execa(file, args, { env, cwd: folder.path });
    assert.equal(stderr, '');
    return stdout.split('\n').filter(Boolean);
  };

  /** The words are those that bash makes of a line. */
  const bash = (...words: string[]): Promise<string[]> => {
    const script = `
      source <(vm-system completion bash)
      [[ $(complete -p vm-system) == 'complete -F _vm_system vm-system' ]] || exit 1
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _vm_system
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', script, 'bash', 'vm-system', ...words]);
  };

  it('bash: commands, options, values, ids, topics and files', async () => {
    assert.deepEqual(await bash('ops', 'run'), ['runtime-summary']);
    assert.deepEqual(await bash('ops', 'gc', '--o'), ['--older-than']);
    assert.deepEqual(await bash('serve', '--auth', '=', 'to'), ['token']);
    assert.deepEqual(await bash('template', 'get', ''), [session.template_id]);
    assert.deepEqual(await bash('session', 'close', session.id.slice(0, 10)), [session.id]);
    assert.deepEqual(await bash('session', 'close', 'x'), []);
    assert.deepEqual(await bash('help', 'cli'), ['cli-command-reference']);
    assert.deepEqual(await bash('run', 'a'), ['a file.js']);
    assert.deepEqual(await bash('status', '--data-dir', ''), []);
  });

  // The program of that name elsewhere takes other options.
  if (process.platform === 'linux') {
    it('bash: as its user, by the Tab key', async () => {
      // `script` gives bash a terminal; what is typed comes when bash is ready for it.
      const typed = 'source <(vm-system completion bash)\\nvm-system ops log-l\\tde\\t --json\\nexit\\n';
      const terminal = `printf '${typed}' | script -qec 'bash --norc --noprofile -i' /dev/null`;
      const lines = await run('bash', ['-c', terminal]);
      assert.ok(
        lines.some((line) => line.includes('vm-system ops log-level debug  --json')),
        lines.join('\n'),
      );
      assert.ok(
        lines.some((line) => line.includes('"level": "debug"')),
        lines.join('\n'),
      );
    });
  }

  it('says nothing, and does not wait, where no daemon answers', async () => {
    const script = 'vm-system complete -- template get ""';
    const env = {
      ...process.env,
      VM_SYSTEM_SERVER_URL: 'http://127.0.0.1:1',
      PATH: `${root}:${process.env['PATH'] ?? ''}`,
    };
    const { stdout, stderr, exitCode } = await execa('bash', ['-c', script], { env });
    assert.deepEqual([stdout, stderr, exitCode], ['words', '', 0]);
  });

  const fish = find('fish');
  if (fish !== undefined) {
    it('fish: commands, values, ids and files', async () => {
      const ask = (line: string): Promise<string[]> =>
        run(fish, ['--no-config', '-c', `vm-system completion fish | source; complete -C '${line}'`]);
      assert.deepEqual(
        (await ask('vm-system ops run')).map((line) => line.split('\t')[0]),
        ['runtime-summary'],
      );
      assert.deepEqual(await ask('vm-system serve --auth to'), ['token']);
      assert.match((await ask('vm-system template get ')).join('\n'), new RegExp(`^${session.template_id}\t`));
    });
  }

  const zsh = find('zsh');
  if (zsh !== undefined) {
    it('zsh: commands, ids and files, as its own functions are told of them', async () => {
      // What shows a menu needs a terminal and is zsh's; ours is what it is given.
      const own = `compdef() { :; }; _describe() { print -rl -- "\${(@P)3}"; }; _files() { print -r -- "files $@"; }`;
      const ask = (...words: string[]): Promise<string[]> => {
        const quoted = ['vm-system', ...words].map((word) => `'${word}'`).join(' ');
        const script = `${own}; source <(vm-system completion zsh); words=(${quoted}); CURRENT=$#words; _vm-system`;
        return run(zsh, ['-f', '-c', script]);
      };
      assert.match((await ask('ops', 'run')).join('\n'), /^runtime-summary:list the sessions/);
      assert.match(
        (await ask('template', 'get', '')).join('\n'),
        new RegExp(`^${session.template_id}:a: "name" with \\$HOME$`),
      );
      assert.deepEqual(await ask('run', ''), ['files ']);
      assert.deepEqual(await ask('status', '--data-dir', ''), ['files -/']);
    });
  }

  it('has scripts without faults of syntax, as far as there is a shell to tell', () => {
    // fish has read its own already, above.
    for (const name of ['bash', 'zsh'] as const) {
      const file = find(name);
      if (file === undefined) continue;
      const { status, stderr } = spawnSync(file, ['-n'], { input: SCRIPTS[name], encoding: 'utf8' });
      assert.equal(status, 0, `${name}: ${stderr}`);
    }
  });
});
