import { tools } from './tools.ts';

const { types, typedArrayTag } = tools;

type Check = (value: unknown) => boolean;

const isKind =
  (kind: string): Check =>
  (value) =>
    typedArrayTag(value) === kind;
const isTagged =
  (tag: string): Check =>
  (value) =>
    Object.prototype.toString.call(value) === `[object ${tag}]`;
const never: Check = () => false;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** `util.types`: what values are inside, whatever they say of themselves. Each function has the name of its key. */
export const checks = {
  isAnyArrayBuffer: (value: unknown): boolean => types.isArrayBuffer(value) || types.isSharedArrayBuffer(value),
  isArgumentsObject: (value: unknown): boolean => isObject(value) && types.isArguments(value),
  isArrayBuffer: types.isArrayBuffer,
  isArrayBufferView: (value: unknown): boolean => ArrayBuffer.isView(value),
  isAsyncFunction: (value: unknown): boolean => types.isAsyncFunction(value),
  isBigInt64Array: isKind('BigInt64Array'),
  isBigIntObject: types.isBigIntObject,
  isBigUint64Array: isKind('BigUint64Array'),
  isBooleanObject: types.isBooleanObject,
  isBoxedPrimitive: (value: unknown): boolean =>
    types.isNumberObject(value) ||
    types.isStringObject(value) ||
    types.isBooleanObject(value) ||
    types.isBigIntObject(value) ||
    types.isSymbolObject(value),
  isCryptoKey: never,
  isDataView: types.isDataView,
  isDate: types.isDate,
  isExternal: never,
  isFloat16Array: isKind('Float16Array'),
  isFloat32Array: isKind('Float32Array'),
  isFloat64Array: isKind('Float64Array'),
  isGeneratorFunction: (value: unknown): boolean => types.isGeneratorFunction(value),
  isGeneratorObject: isTagged('Generator'),
  isInt16Array: isKind('Int16Array'),
  isInt32Array: isKind('Int32Array'),
  isInt8Array: isKind('Int8Array'),
  isKeyObject: never,
  isMap: types.isMap,
  isMapIterator: (value: unknown): boolean => types.mayBeMapIterator(value),
  isModuleNamespaceObject: (value: unknown): boolean => isObject(value) && types.isModuleNamespace(value),
  isNativeError: tools.isNativeError,
  isNumberObject: types.isNumberObject,
  isPromise: (value: unknown): boolean => tools.isPromise(value),
  isProxy: tools.isProxy,
  isRegExp: (value: unknown): boolean => types.isRegExp(value),
  isSet: types.isSet,
  isSetIterator: (value: unknown): boolean => types.mayBeSetIterator(value),
  isSharedArrayBuffer: types.isSharedArrayBuffer,
  isStringObject: types.isStringObject,
  isSymbolObject: types.isSymbolObject,
  isTypedArray: (value: unknown): boolean => types.isTypedArray(value),
  isUint16Array: isKind('Uint16Array'),
  isUint32Array: isKind('Uint32Array'),
  isUint8Array: isKind('Uint8Array'),
  isUint8ClampedArray: isKind('Uint8ClampedArray'),
  isWeakMap: types.isWeakMap,
  isWeakSet: types.isWeakSet,
};
