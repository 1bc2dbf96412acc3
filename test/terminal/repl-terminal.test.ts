import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { ReplBackend } from '../../daemon/terminal/repl-backend.ts';
import { ReplTerminal } from '../../daemon/terminal/repl-terminal.ts';

/** A session that answers from a table: the terminal is what is tested here. */
class TableBackend implements ReplBackend {
  readonly executed: string[] = [];
  interrupts = 0;
  restarts = 0;
  #stop: (() => void) | undefined;

  async execute(input: string, onEvent: Parameters<ReplBackend['execute']>[1]): Promise<void> {
    this.executed.push(input);
    const event = { execution_id: 'e', seq: 1, ts: '' } as const;
    if (input === 'refused') throw new Error('SESSION_BUSY: busy');
    if (input === 'loop') await new Promise<void>((resolve) => (this.#stop = resolve));
    onEvent({ ...event, type: 'console', payload: { level: 'log', text: `ran ${input}` } });
    onEvent({ ...event, type: 'value', payload: { type: 'number', preview: '42' } });
  }
  tell: Parameters<NonNullable<ReplBackend['followBackground']>>[0] = () => undefined;
  followBackground(onEvent: typeof this.tell, signal: AbortSignal): Promise<void> {
    this.tell = onEvent;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }
  interrupt(): Promise<void> {
    this.interrupts++;
    this.#stop?.();
    return Promise.resolve();
  }
  restart(): Promise<void> {
    this.restarts++;
    return Promise.resolve();
  }
  complete(input: string, cursor: number): ReturnType<ReplBackend['complete']> {
    return Promise.resolve({ from: cursor - 3, to: cursor, labels: [`${input.slice(-3)}werSeed`] });
  }
  globals(): ReturnType<ReplBackend['globals']> {
    return Promise.resolve([{ name: 'answer', type: 'number', preview: '42' }]);
  }
}

class Conversation {
  readonly backend = new TableBackend();
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly remembered: string[] = [];
  readonly ended: Promise<void>;
  #text = '';

  constructor(terminal: boolean) {
    this.output.on('data', (chunk: Buffer) => (this.#text += chunk.toString()));
    const { input, output } = this;
    const remember = (line: string): void => void this.remembered.push(line);
    this.ended = new ReplTerminal(this.backend, {
      input,
      output,
      terminal,
      coloured: terminal,
      history: [],
      remember,
    }).run();
  }

  get text(): string {
    return stripVTControlCharacters(this.#text);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; the terminal shows:\n${this.text}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('repl terminal', () => {
  it('runs piped lines in order, shows what they do, and ends with its input', async () => {
    const talk = new Conversation(false);
    talk.input.end('1 + 1\nfunction f() {\n  return 1\n}\nrefused\n');
    await talk.ended;
    assert.deepEqual(talk.backend.executed, ['1 + 1', 'function f() {\n  return 1\n}', 'refused']);
    assert.match(talk.text, /ran 1 \+ 1\n42\n/);
    assert.match(talk.text, /SESSION_BUSY: busy\n/);
  });

  it('interrupts what runs with Ctrl-C, and takes the next line', async () => {
    const talk = new Conversation(true);
    talk.input.write('loop\r');
    await talk.until(() => talk.backend.executed.includes('loop'), 'the loop');
    talk.input.write('\u0003');
    await talk.until(() => talk.text.includes('ran loop'), 'the end of the loop');
    talk.input.write('next\r');
    await talk.until(() => talk.text.includes('ran next'), 'the next line');
    assert.equal(talk.backend.interrupts, 1);
    talk.input.write('\u0004');
    await talk.ended;
  });

  it('drops what is typed with Ctrl-C, half a block too', async () => {
    const talk = new Conversation(true);
    talk.input.write('function f() {\r');
    await talk.until(() => talk.text.includes('…'), 'the continuation prompt');
    talk.input.write('half\u0003');
    talk.input.write('whole\r');
    await talk.until(() => talk.text.includes('ran whole'), 'the next line');
    assert.deepEqual(talk.backend.executed, ['whole']);
    talk.input.write('\u0004');
    await talk.ended;
  });

  it('shows what timers print above the line that is being typed', async () => {
    const talk = new Conversation(true);
    talk.input.write('half a li');
    await talk.until(() => talk.text.endsWith('half a li'), 'the text');
    const event = { execution_id: 'b', seq: 2, ts: '' } as const;
    talk.backend.tell({ ...event, type: 'console', payload: { level: 'log', text: 'tick' } });
    talk.backend.tell({ ...event, type: 'stdout', payload: { text: 'no end' } });
    assert.match(talk.text, /half a litick\n> half a lino end\n> half a li$/);
    talk.input.write('ne\r');
    await talk.until(() => talk.text.includes('ran half a line'), 'the line');
    assert.deepEqual(talk.backend.executed, ['half a line']);
    talk.input.write('.exit\r');
    await talk.ended;
  });

  it('completes from the session', async () => {
    const talk = new Conversation(true);
    talk.input.write('ans\t');
    await talk.until(() => talk.text.includes('answerSeed'), 'the completion');
    talk.input.write('\r');
    await talk.until(() => talk.backend.executed.includes('answerSeed'), 'the completed line');
    talk.input.write('\u0004');
    await talk.ended;
  });

  it('has commands of its own, and says what a wrong one should have been', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vm-repl-'));
    await writeFile(join(folder, 'in.js'), 'loaded()\n');
    const talk = new Conversation(false);
    talk.input.end(
      [
        '.help',
        '.globals',
        '.restart',
        `.load ${join(folder, 'in.js')}`,
        `.save ${join(folder, 'out.js')}`,
        '.load',
        '(1)',
        `.save ${join(folder, 'more.js')}`,
        '.nope',
        '.exit',
        'late',
      ]
        .map((line) => `${line}\n`)
        .join(''),
    );
    await talk.ended;
    assert.match(talk.text, /\.save FILE +write/);
    assert.match(talk.text, /answer: 42\n/);
    assert.equal(talk.backend.restarts, 1);
    assert.deepEqual(talk.backend.executed, ['loaded()\n', '(1)']);
    // Else it would be a call of what loaded() gives.
    assert.equal(await readFile(join(folder, 'more.js'), 'utf8'), 'loaded()\n\n;(1)\n');
    assert.equal(await readFile(join(folder, 'out.js'), 'utf8'), 'loaded()\n\n');
    assert.match(talk.text, /\.load needs a FILE/);
    assert.match(talk.text, /there is no \.nope; \.help lists/);
    await rm(folder, { recursive: true });
  });
});
