import fc, { type Arbitrary } from 'fast-check';
import { REQUESTS } from '../../shared/protocol/methods.ts';
import { hostileStrings, hostileValue } from './hostile-values.ts';
import { HINTS } from './hints.ts';
import { nearlyValid, validValue, type Schema } from './schema-values.ts';

export type RpcCall = {
  transport: 'rpc';
  method: string;
  params?: unknown;
  /** The client changes its mind at once. */
  cancelled: boolean;
};

/** As in the calls of REST: less often than all else. */
const SELDOM = /session\/(create|restart|close)$|template\/delete$|ops\//;

const OFTEN = /execution\/(repl|runFile)$/;

const unknownMethods = fc.oneof(
  fc.constantFrom(
    'vm/nothing',
    'vm/session/__proto__',
    'constructor',
    'toString',
    '$/unknown',
    'initialize',
    'textDocument/hover',
  ),
  // Longer ones end the connection; that has tests of its own.
  hostileStrings.filter((each) => each !== '' && each.length <= 1_024),
);

/** Requests of every method of the protocol, and some that it does not have. */
export function rpcCalls(): Arbitrary<RpcCall> {
  return fc.oneof(
    ...Object.entries(REQUESTS).map(([method, { params }]) => ({
      arbitrary: callOf(method, params as Schema),
      weight: SELDOM.test(method) ? 1 : OFTEN.test(method) ? 20 : 4,
    })),
    { arbitrary: unknownMethods.chain((method) => callOf(method, { type: 'object', properties: {} })), weight: 4 },
  );
}

function callOf(method: string, schema: Schema): Arbitrary<RpcCall> {
  const valid = fc
    .tuple(validValue(schema, HINTS), progressToken)
    .map(([params, token]) => ({ ...(params as object), ...token }));
  return fc
    .record({
      transport: fc.constant('rpc' as const),
      method: fc.constant(method),
      params: fc.oneof(
        { arbitrary: valid, weight: 10 },
        { arbitrary: nearlyValid(schema, HINTS), weight: 6 },
        // Other kinds of parameters are no JSON-RPC as LSP has it, and end the connection; that has tests of its own.
        { arbitrary: fc.dictionary(hostileStrings, hostileValue, { maxKeys: 4 }), weight: 1 },
        { arbitrary: fc.constant(undefined), weight: 1 },
      ),
      cancelled: fc.nat(19).map((each) => each === 0),
    })
    .map((call) => (isRecord(call.params) ? call : { ...call, params: undefined }));
}

const progressToken: Arbitrary<{ workDoneToken?: unknown }> = fc.oneof(
  { arbitrary: fc.constant({}), weight: 20 },
  { arbitrary: hostileValue.map((workDoneToken) => ({ workDoneToken })), weight: 1 },
);

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
