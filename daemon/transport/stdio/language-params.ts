import { Type, type Static, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Id } from '../../../shared/model/ids.ts';
import { explain } from '../../../shared/validation/explain.ts';

/** LSP's own numbers: unsigned, 31 bits. */
const Uint = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const Version = Type.Integer();
const Position = Type.Object({ line: Uint, character: Uint });
const Range = Type.Object({ start: Position, end: Position });
const uri = Type.String({ maxLength: 8192 });

/** The part of LSP's parameters that we use; other fields are left alone, as LSP wants it. */
export const LANGUAGE_PARAMS = {
  'textDocument/didOpen': Type.Object({
    textDocument: Type.Object({ uri, languageId: Type.String(), version: Version, text: Type.String() }),
  }),
  'textDocument/didChange': Type.Object({
    textDocument: Type.Object({ uri, version: Version }),
    contentChanges: Type.Array(Type.Object({ range: Type.Optional(Range), text: Type.String() })),
  }),
  'textDocument/didClose': Type.Object({ textDocument: Type.Object({ uri }) }),
  'textDocument/completion': Type.Object({ textDocument: Type.Object({ uri }), position: Position }),
  'textDocument/hover': Type.Object({ textDocument: Type.Object({ uri }), position: Position }),
  'textDocument/codeLens': Type.Object({ textDocument: Type.Object({ uri }) }),
  'completionItem/resolve': Type.Object({
    label: Type.String(),
    data: Type.Optional(Type.Object({ session_id: Id, path: Type.Array(Type.String(), { maxItems: 1_000 }) })),
  }),
} as const;

export type LanguageMethod = keyof typeof LANGUAGE_PARAMS;
export type LanguageParams<M extends LanguageMethod> = Static<(typeof LANGUAGE_PARAMS)[M]>;

/** Made at their first use: not every client is an editor. */
const validators = new Map<LanguageMethod, Validator>();

/** Throws VALIDATION_ERROR. */
export function checkLanguageParams<M extends LanguageMethod>(method: M, params: unknown): LanguageParams<M> {
  const schema: TSchema = LANGUAGE_PARAMS[method];
  const validator = validators.get(method) ?? Compile(schema);
  validators.set(method, validator);
  const given = params ?? {};
  if (!validator.Check(given)) throw explain(validator.Errors(given), given);
  return given as LanguageParams<M>;
}
