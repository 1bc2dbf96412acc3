import type { ExecutionEvent } from '../../shared/model/event.ts';

export type EventDescription = { label: string; icon: string };

/** An event in words, as the tree and the output channel show it. */
export function describeEvent({ type, payload }: ExecutionEvent): EventDescription {
  const text = (field: string): string => (typeof payload[field] === 'string' ? payload[field] : '');
  switch (type) {
    case 'input_echo':
      return { label: text('text'), icon: 'chevron-right' };
    case 'console':
      return { label: text('text'), icon: CONSOLE_ICONS[text('level')] ?? 'output' };
    case 'stdout':
    case 'stderr':
      return { label: text('text').replace(/\n$/, ''), icon: 'output' };
    case 'value':
      return { label: text('preview'), icon: 'symbol-value' };
    case 'exception':
      return { label: text('stack') || text('message'), icon: 'error' };
    case 'system':
      return { label: text('message'), icon: 'gear' };
  }
}

const CONSOLE_ICONS: Readonly<Record<string, string>> = { error: 'error', warn: 'warning', info: 'info', debug: 'bug' };
