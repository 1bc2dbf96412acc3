/**
 * How programs got out of vm2, Node's `vm` and badly used isolated-vm, by what they went through. Each returns what it
 * finds of the host: the user's name, a file, the real process.
 */
const FIND = "const p = f('return process')(); return [p.pid, p.mainModule?.require('child_process').execSync('id'), p.env.VM_ATTACK_CANARY, p.binding?.('fs')];"; // prettier-ignore

export const ESCAPES: readonly (readonly [name: string, source: string])[] = [
  ["a constructor's constructor", `const f = this.constructor.constructor; ${FIND}`],
  ['the console', `const f = console.log.constructor; ${FIND}`],
  ['a timer', `const f = setTimeout(() => 0).constructor.constructor; ${FIND}`],
  ['an error of the stack overflow', `let f; try { (function r() { r(); })(); } catch (e) { f = e.constructor.constructor; } ${FIND}`],
  ['Error.prepareStackTrace with the frames of callers', `let f; Error.prepareStackTrace = (e, frames) => { for (const frame of frames) { const t = frame.getThis?.(); const g = frame.getFunction?.(); f ??= (t ?? g)?.constructor?.constructor; } }; new Error().stack; Error.prepareStackTrace = undefined; f ??= Function; ${FIND}`],
  ['prepareStackTrace in an error of the host', `let f; Error.prepareStackTrace = (e, frames) => frames; try { require('fs').readFileSync('none'); } catch (e) { const frames = e.stack; f = (Array.isArray(frames) ? frames.map((x) => x.getThis?.() ?? x.getFunction?.()).find(Boolean) : undefined)?.constructor?.constructor; } Error.prepareStackTrace = undefined; f ??= Function; ${FIND}`],
  ['arguments.callee.caller', `const f = (function () { try { return arguments.callee.caller.caller.constructor; } catch { return Function; } })(); ${FIND}`],
  ['a proxy as the prototype of Function', `const f = new Proxy(Function, { apply: (t, s, a) => t(...a) }); ${FIND}`],
  ['a trap that the host calls', `let f = Function; const o = new Proxy({}, { get(t, k, r) { f = r?.constructor?.constructor ?? f; return 'x'; }, getPrototypeOf(t) { f = t.constructor.constructor; return t; } }); try { require('fs').readFileSync(o); } catch {} ${FIND}`],
  ['a species of a promise', `const f = Promise.resolve().then(() => 0).constructor.constructor; class P extends Promise { static get [Symbol.species]() { return Object; } } try { P.resolve().then(); } catch {} ${FIND}`],
  ['an async function that throws across the boundary', `const p = require('fs').promises.readFile({ get [Symbol.toPrimitive]() { throw Object; } }); p.catch(() => 0); const f = p.constructor.constructor; ${FIND}`],
  ['import() in a string', `const f = eval; return String(f('typeof module === "object" && module.constructor._load'));`],
  ['the module object', `return [typeof module.constructor._load, typeof require.main?.constructor?._load, typeof require('module')];`],
  ['process.binding and its like', `return [typeof process.binding, typeof process.dlopen, typeof process.mainModule, typeof process._linkedBinding, process.pid, process.version];`],
  ['a handle of isolated-vm left behind', `const found = []; for (const key of Reflect.ownKeys(globalThis)) { let v; try { v = globalThis[key]; } catch {} for (const m of ['applySync', 'applySyncPromise', 'derefInto', 'copySync', 'createContextSync']) if (v && typeof v[m] === 'function') found.push(String(key)); } if (found.length) return 'linux-x64 ' + found; return 'none';`],
  ['a Reference that a patched Function.prototype.call sees', `const seen = []; const { call, apply } = Function.prototype; Function.prototype.call = function (...a) { seen.push(this, ...a); return Reflect.apply(call, this, a); }; Function.prototype.apply = function (...a) { seen.push(this, ...a); return Reflect.apply(apply, this, a); }; try { require('fs').existsSync('x'); } finally { Function.prototype.call = call; Function.prototype.apply = apply; } return seen.some((x) => typeof x?.applySyncPromise === 'function') ? 'linux-x64' : 'none';`],
  ['arrays of ours through a setter on Array.prototype', `const seen = []; for (const i of [0, 1, 2, 3]) Object.defineProperty(Array.prototype, i, { set(v) { seen.push; globalThis.caught ??= v; }, configurable: true }); try { require('fs').existsSync('x'); } finally { for (const i of [0, 1, 2, 3]) delete Array.prototype[i]; } const v = globalThis.caught; delete globalThis.caught; return typeof v?.applySyncPromise === 'function' ? 'linux-x64' : 'none';`],
  ['the inspector', `return [typeof inspector, typeof require('inspector')];`],
  ['a SharedArrayBuffer and Atomics.wait', `return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);`],
  ['WebAssembly imports', `const m = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); const f = new WebAssembly.Instance(m).constructor.constructor; ${FIND}`],
]; // prettier-ignore
