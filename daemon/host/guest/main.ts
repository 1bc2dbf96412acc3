import { defineHidden, defineVisible, renameFunctions } from './define.ts';
import { makeConsole } from './console.ts';
import { installFinalization } from './finalization.ts';
import { connectHost, type HostFunctions } from './host-link.ts';
import { END_LINE } from './line-script.ts';
import { endLine } from './line.ts';
import { CommonJs } from './modules/common-js.ts';
import { EvaluationGuard } from './modules/evaluation-guard.ts';
import { installModules, type GuestModules, type GuestOptions } from './modules/install-modules.ts';
import { captureIntrinsics } from './modules/intrinsics.ts';
import { LoadErrors } from './modules/load-errors.ts';
import { ModuleCompiler } from './modules/module-compiler.ts';
import { ModuleLinker } from './modules/module-linker.ts';
import { ModuleStore } from './modules/module-store.ts';
import { ScriptScope } from './modules/script-scope.ts';
import { connectPeek } from './peek.ts';
import { captureLate, defineProperty, deleteProperty } from './primordials.ts';
import { process } from './process.ts';
import { installStackTraces } from './stack-trace.ts';
import * as timers from './timers.ts';
import { makeTools, type Tools } from './tools.ts';
import { AbortController, AbortSignal } from './web/abort.ts';
import { atob, btoa } from './web/base64.ts';
import { crypto, Crypto } from './web/crypto.ts';
import { DOMException } from './web/dom-exception.ts';
import { CustomEvent, Event } from './web/event.ts';
import { EventTarget } from './web/event-target.ts';
import { performance, Performance, startPerformance } from './web/performance.ts';
import { structuredClone } from './web/structured-clone.ts';
import { TextDecoder, TextEncoder } from './web/text-coding.ts';
import { URL } from './web/url.ts';
import { URLSearchParams } from './web/url-search-params.ts';
import { installWebAssembly } from './web-assembly.ts';

/**
 * The script that every guest's context begins with, as a snapshot: what it leaves behind is the state in which a new
 * isolate wakes up. It knows no host yet; `connect` is called in each new context before any code of the guest.
 */

const CONNECT = '__vmSystemConnect';
const CONNECT_MODULES = '__vmSystemConnectModules';

const classes = {
  AbortController,
  AbortSignal,
  Crypto,
  CustomEvent,
  DOMException,
  Event,
  EventTarget,
  Performance,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
};
const { clearImmediate, clearInterval, clearTimeout, queueMicrotask, setImmediate, setInterval, setTimeout } = timers;
const visible = {
  atob,
  btoa,
  clearImmediate,
  clearInterval,
  clearTimeout,
  crypto,
  performance,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
  structuredClone,
};

defineHidden(globalThis, 'console', makeConsole());
defineHidden(globalThis, 'process', process);
defineVisible(globalThis, 'global', globalThis);
for (const [name, value] of Object.entries(classes)) defineHidden(globalThis, name, value);
for (const [name, value] of Object.entries(visible)) {
  if (typeof value === 'function') renameFunctions({ [name]: value });
  defineVisible(globalThis, name, value);
}
defineProperty(globalThis, END_LINE, { __proto__: null, value: endLine } as PropertyDescriptor);
installFinalization();
installStackTraces();

function connect(given: HostFunctions): Tools {
  deleteProperty(globalThis, CONNECT);
  captureLate();
  installWebAssembly();
  connectPeek(connectHost(given));
  startPerformance();
  return makeTools();
}

const moduleParts = { CommonJs, EvaluationGuard, LoadErrors, ModuleCompiler, ModuleLinker, ModuleStore, ScriptScope };

function connectModules(given: GuestOptions): GuestModules {
  deleteProperty(globalThis, CONNECT_MODULES);
  // V8 leaves the newest parts of the language out of snapshots.
  return installModules({ p: captureIntrinsics(), ...moduleParts }, given);
}

defineHidden(globalThis, CONNECT_MODULES, connectModules);
defineHidden(globalThis, CONNECT, connect);
