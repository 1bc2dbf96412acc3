import assert from 'node:assert/strict';
import { readToken } from '../../daemon/data-directory.ts';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import { type DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';

const LINES = 20_000;
const LIMITS = { max_events: 1_000_000, max_output_kb: 1_000_000, wall_ms: 120_000, cpu_ms: 120_000 };

/** Follows an execution and leaves at random moments, resuming each time; sees each event once and in order. */
export async function followThroughDisconnects(folder: DaemonFolder, disconnects: number): Promise<string> {
  const daemon = await DaemonProcess.start(folder);
  try {
    const session = await daemon.session({ limits: LIMITS });
    const code = `for (let i = 0; i < ${LINES}; i++) { console.log('line', i); if (i % 200 === 0) await null }`;
    const { id } = await daemon.start(session, code);
    let seen = 0;
    let left = 0;
    for (let ended = false; !ended;) {
      ended = true;
      // Some connections see a few events, some none but a handful of bytes.
      let patience = left < disconnects ? Math.floor((Math.random() * 2 * LINES) / disconnects) : Infinity;
      for await (const { seq } of resume(daemon, id, seen)) {
        assert.equal(seq, ++seen);
        if (--patience > 0) continue;
        left++;
        ended = false;
        break;
      }
    }
    const { metrics } = await daemon.client.get<{ metrics: { event_count: number } }>(`executions/${id}`);
    assert.equal(seen, metrics.event_count);
    return `${left} times left, ${seen} events, each once and in order`;
  } finally {
    await daemon.end();
  }
}

/** As a browser's EventSource resumes: the last event that arrived is named in a header. Leaving ends the connection. */
async function* resume(daemon: DaemonProcess, id: string, lastSeq: number): AsyncGenerator<ExecutionEvent, void> {
  const left = new AbortController();
  try {
    const response = await fetch(`${daemon.url}/api/v1/executions/${id}/events/stream`, {
      headers: { authorization: `Bearer ${readToken(daemon.folder.path) ?? ''}`, 'last-event-id': String(lastSeq) },
      signal: left.signal,
    });
    let rest = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data !== undefined && !frame.includes('event: end')) yield JSON.parse(data) as ExecutionEvent;
      }
    }
  } finally {
    left.abort();
  }
}
