import type { Node } from 'acorn';

/** Longer input is a program rather than a line of a REPL, and parsing it would take long. */
const MAX_CHARS = 65_536;

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Whether it is worth asking `awaitsWithoutValue`. */
export function mayAwait(source: string): boolean {
  return source.length <= MAX_CHARS && /\bawait\b/.test(source);
}

/**
 * Whether REPL input awaits at its top level and ends with something else than an expression. As in Node's REPL such
 * input has no value, where the language would say that of the loop's last round, for example.
 */
export async function awaitsWithoutValue(source: string): Promise<boolean> {
  // Few hosts ever need the parser, and each would pay for it with memory.
  const { parse } = await import('acorn');
  try {
    const { body } = parse(source, { ecmaVersion: 'latest', allowAwaitOutsideFunction: true });
    const last = body.findLast(({ type }) => type !== 'EmptyStatement');
    return last?.type !== 'ExpressionStatement' && body.some(awaits);
  } catch {
    // Syntax that V8 knows and the parser does not, or nested too deep for it.
    return false;
  }
}

/** Whether the code awaits in itself, not in a function that it defines. */
function awaits(code: unknown): boolean {
  if (Array.isArray(code)) return code.some(awaits);
  if (!isNode(code) || FUNCTIONS.has(code.type)) return false;
  if (code.type === 'AwaitExpression') return true;
  if (code.type === 'ForOfStatement' && 'await' in code && code.await === true) return true;
  return Object.values(code).some(awaits);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
