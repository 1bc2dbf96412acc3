import type { Inspection } from './inspection.ts';

/** A property that is a getter of the class, printed like an own one: `[byteLength]: 4`. */
export function formatExtra(
  inspection: Inspection,
  key: string,
  value: unknown,
  depth: number,
  isBufferOfArray = false,
): string {
  inspection.indentation += 2;
  const text = inspection.formatValue(value, depth, isBufferOfArray);
  inspection.indentation -= 2;
  return `${inspection.stylize(`[${key}]`, 'string')}: ${text}`;
}
