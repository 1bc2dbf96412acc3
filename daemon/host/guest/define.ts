import { defineProperty, ownKeys, objectKeys } from './primordials.ts';

/** A property as most globals have it: to be replaced, and not listed. */
export function defineHidden(target: object, name: string | symbol, value: unknown): void {
  defineProperty(target, name, {
    __proto__: null,
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  } as PropertyDescriptor);
}

export function defineVisible(target: object, name: string | symbol, value: unknown): void {
  defineProperty(target, name, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}

/** Web classes say what they are, and list their members. The bundle may have renamed the class itself. */
export function finishWebClass(target: { prototype: object }, name: string): void {
  defineProperty(target, 'name', { __proto__: null, value: name, configurable: true } as PropertyDescriptor);
  const names = ownKeys(target.prototype);
  for (let i = 0; i < names.length; i++) {
    const member = names[i] as string | symbol;
    if (member !== 'constructor' && typeof member === 'string') {
      defineProperty(target.prototype, member, { __proto__: null, enumerable: true } as PropertyDescriptor);
    }
  }
  defineProperty(target.prototype, Symbol.toStringTag, {
    __proto__: null,
    value: name,
    writable: false,
    enumerable: false,
    configurable: true,
  } as PropertyDescriptor);
}

export function renameFunctions(functions: Record<string, unknown>): void {
  const names = objectKeys(functions);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    defineProperty(functions[name], 'name', { __proto__: null, value: name, configurable: true } as PropertyDescriptor);
  }
}
