import assert from 'node:assert/strict';
import { Command } from 'commander';
import { addDaemonCommand } from '../../daemon/cli/commands/daemon.ts';
import { readPlainDaemon } from '../../daemon/cli/plain-daemon.ts';

const IDLE = 30 * 60_000;

describe('the plain command line of the daemon', () => {
  it('is what editors and starters write', () => {
    assert.deepEqual(readPlainDaemon(['daemon', '--stdio']), { stdio: true, idleExit: IDLE });
    const words = ['--data-dir', '/d', '--idle-exit', '1500ms', '--db', '/d/x.db', '--log-level', 'debug'];
    assert.deepEqual(readPlainDaemon(['daemon', '--detached', ...words]), {
      detached: true,
      dataDir: '/d',
      idleExit: 1500,
      db: '/d/x.db',
      logLevel: 'debug',
    });
    assert.equal(readPlainDaemon(['daemon', '--stdio', '--idle-exit', 'never'])?.idleExit, 'never');
    const joining = { stdio: true, start: false, dataDir: '/d', idleExit: IDLE };
    assert.deepEqual(readPlainDaemon(['daemon', '--stdio', '--no-start', '--data-dir', '/d']), joining);
  });

  it('leaves everything else to the whole command line', () => {
    const others = [
      [],
      ['run', 'x.js'],
      ['daemon'],
      ['daemon', '--data-dir', '/d', '--stdio'],
      ['daemon', '--stdio', '--own'],
      ['daemon', '--detached', '--no-start'],
      ['daemon', '--stdio', '--help'],
      ['daemon', '--stdio', '--data-dir'],
      ['daemon', '--stdio', '--data-dir', ''],
      ['daemon', '--stdio', '--data-dir', '--db'],
      ['daemon', '--stdio', '--idle-exit', 'soon'],
      ['daemon', '--stdio', '--log-level', 'loud'],
      ['daemon', '--stdio', '--server-url', 'http://127.0.0.1:1'],
      ['daemon', '--stdio', '--constructor', 'x'],
    ];
    for (const words of others) assert.equal(readPlainDaemon(words), undefined, words.join(' '));
  });

  it('has only options of the command itself', () => {
    const program = new Command();
    addDaemonCommand(program, '0.0.0');
    const known = program.commands[0]?.options.map(({ long }) => long);
    for (const option of ['--stdio', '--no-start', '--detached', '--data-dir', '--idle-exit'])
      assert.ok(known?.includes(option), option);
  });
});
