import { CommonJs } from './guest/common-js.ts';
import { EvaluationGuard } from './guest/evaluation-guard.ts';
import { installModules } from './guest/install-modules.ts';
import { captureIntrinsics } from './guest/intrinsics.ts';
import { LoadErrors } from './guest/load-errors.ts';
import { ModuleCompiler } from './guest/module-compiler.ts';
import { ModuleLinker } from './guest/module-linker.ts';
import { ModuleStore } from './guest/module-store.ts';
import { ScriptScope } from './guest/script-scope.ts';

/** Stack frames of ours bear this name; they are not for users to see. */
export const GUEST_MODULES_NAME = 'vm-system:modules';

const CLASSES = { CommonJs, EvaluationGuard, LoadErrors, ModuleCompiler, ModuleLinker, ModuleStore, ScriptScope };

/**
 * The guest's side of modules as the body of a function of one argument, `$0`: the options of `installModules`.
 * The classes are sent as text, so each may use only what it is given.
 */
export function guestModulesText(): string {
  const classes = Object.entries(CLASSES).map(([name, made]) => `${name}: ${made.toString()}`);
  const parts = `{ __proto__: null, p: (${captureIntrinsics.toString()})(), ${classes.join(', ')} }`;
  return `'use strict'; return (${installModules.toString()})(${parts}, $0);`;
}
