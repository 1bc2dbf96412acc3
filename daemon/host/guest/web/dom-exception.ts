import { finishWebClass } from '../define.ts';
import {
  captureStackTrace,
  defineProperty,
  ErrorCtor,
  FunctionCtor,
  setPrototypeOf,
  StringCtor,
  TypeErrorCtor,
  weakMapGet,
  weakMapSet,
} from '../primordials.ts';

/** Older names have codes, which are constants of the class as well. */
const CODES: readonly (readonly [name: string, code: number, constant: string])[] = [
  ['IndexSizeError', 1, 'INDEX_SIZE_ERR'],
  ['', 2, 'DOMSTRING_SIZE_ERR'],
  ['HierarchyRequestError', 3, 'HIERARCHY_REQUEST_ERR'],
  ['WrongDocumentError', 4, 'WRONG_DOCUMENT_ERR'],
  ['InvalidCharacterError', 5, 'INVALID_CHARACTER_ERR'],
  ['', 6, 'NO_DATA_ALLOWED_ERR'],
  ['NoModificationAllowedError', 7, 'NO_MODIFICATION_ALLOWED_ERR'],
  ['NotFoundError', 8, 'NOT_FOUND_ERR'],
  ['NotSupportedError', 9, 'NOT_SUPPORTED_ERR'],
  ['InUseAttributeError', 10, 'INUSE_ATTRIBUTE_ERR'],
  ['InvalidStateError', 11, 'INVALID_STATE_ERR'],
  ['SyntaxError', 12, 'SYNTAX_ERR'],
  ['InvalidModificationError', 13, 'INVALID_MODIFICATION_ERR'],
  ['NamespaceError', 14, 'NAMESPACE_ERR'],
  ['InvalidAccessError', 15, 'INVALID_ACCESS_ERR'],
  ['', 16, 'VALIDATION_ERR'],
  ['TypeMismatchError', 17, 'TYPE_MISMATCH_ERR'],
  ['SecurityError', 18, 'SECURITY_ERR'],
  ['NetworkError', 19, 'NETWORK_ERR'],
  ['AbortError', 20, 'ABORT_ERR'],
  ['URLMismatchError', 21, 'URL_MISMATCH_ERR'],
  ['QuotaExceededError', 22, 'QUOTA_EXCEEDED_ERR'],
  ['TimeoutError', 23, 'TIMEOUT_ERR'],
  ['InvalidNodeTypeError', 24, 'INVALID_NODE_TYPE_ERR'],
  ['DataCloneError', 25, 'DATA_CLONE_ERR'],
];

type Inside = { name: string; message: string };
const insides = new WeakMap<object, Inside>();

function insideOf(self: object): Inside {
  const inside = weakMapGet(insides, self);
  if (inside === undefined) throw new TypeErrorCtor('Value of "this" must be of DOMException');
  return inside;
}

/** A true error, to whoever asks V8, with a name of its own. */
export class DOMException {
  declare stack: string;

  constructor(message: unknown = '', options: unknown = 'Error') {
    const self = setPrototypeOf(new ErrorCtor(), new.target.prototype) as DOMException;
    let name = options;
    if (typeof options === 'object' && options !== null) {
      name = (options as { name?: unknown }).name ?? 'Error';
      if ('cause' in options) {
        const cause = { __proto__: null, value: options.cause, writable: true, configurable: true, enumerable: false };
        defineProperty(self, 'cause', cause as PropertyDescriptor);
      }
    }
    weakMapSet(insides, self, { name: StringCtor(name), message: StringCtor(message) });
    // Anew: the header of the stack is made of the name and the message.
    captureStackTrace(self, ownClass());
    return self;
  }

  get name(): string {
    return insideOf(this).name;
  }

  get message(): string {
    return insideOf(this).message;
  }

  get code(): number {
    const { name } = insideOf(this);
    for (let i = 0; i < CODES.length; i++) {
      const known = CODES[i] as (typeof CODES)[number];
      if (known[0] === name) return known[1];
    }
    return 0;
  }
}

/** Not in the class itself: the bundle would rename a class that names itself, which stack traces show. */
function ownClass(): object {
  return DOMException;
}

setPrototypeOf(DOMException, FunctionCtor.prototype);
setPrototypeOf(DOMException.prototype, ErrorCtor.prototype);
finishWebClass(DOMException, 'DOMException');
for (const [, value, name] of CODES) {
  const constant = { value, enumerable: true, writable: false, configurable: false };
  defineProperty(DOMException, name, constant);
  defineProperty(DOMException.prototype, name, constant);
}
