import { join } from 'node:path';
import type { Execution } from '../../shared/model/execution.ts';
import { framesIn, type Frame } from './stack-frames.ts';

/** Files whose last run is remembered. */
const MAX_FILES = 1_000;

/** What a file's run threw, at a place in that file or in one that it imports. */
export type Problem = {
  execution: Execution;
  message: string;
  at: Frame;
  /** Where that was called from, with absolute paths as in `at`. */
  callers: Frame[];
};

type LastRun = { execution: Execution; problem?: Problem };

/** The worktree by the name that the session was given, which editors know, and by that of its stack traces. */
export type Worktree = { given: string; resolved: string };

/** The last exception of each file that ran, until the next clean run of the file. */
export class RunProblems {
  readonly #runs = new Map<string, LastRun>();

  /** Takes in how a run of a file has ended. @returns paths of the files whose problems are others now */
  ended(execution: Execution, worktree: Worktree, concerns: boolean): string[] {
    const { path, kind, status } = execution;
    if (kind !== 'run_file' || path === undefined) return [];
    const file = join(worktree.given, path);
    const before = this.#runs.get(file);
    // Ids are made in the order of time: what happened before is told late when a session gets its first document.
    if (before !== undefined && before.execution.id >= execution.id) return [];
    const problem = status === 'error' && concerns ? problemOf(execution, file, worktree) : undefined;
    // Neither a limit nor a stop says whether the file is right.
    if (problem === undefined && status !== 'ok') return [];
    if (before === undefined && !concerns) return [];
    this.#runs.delete(file);
    this.#runs.set(file, { execution, ...(problem === undefined ? {} : { problem }) });
    return changed(before?.problem, problem, this.#forgetOldest());
  }

  /** The runs in a session do not matter any more. @returns as `ended` */
  forget(session_id: string): string[] {
    return [...this.#runs].flatMap(([file, { execution, problem }]) => {
      if (execution.session_id !== session_id) return [];
      this.#runs.delete(file);
      return changed(problem, undefined);
    });
  }

  /** Problems at places in a file. */
  in(path: string): Problem[] {
    return [...this.#runs.values()].flatMap(({ problem }) => (problem?.at.path === path ? [problem] : []));
  }

  /** Makes room for others. */
  #forgetOldest(): Problem | undefined {
    const [oldest] = this.#runs;
    if (this.#runs.size <= MAX_FILES || oldest === undefined) return undefined;
    this.#runs.delete(oldest[0]);
    return oldest[1].problem;
  }
}

/** What a run threw; undefined when it ended for another reason. */
function problemOf({ error, ...execution }: Execution, file: string, worktree: Worktree): Problem | undefined {
  if (error === undefined || (error.code !== 'JS_EXCEPTION' && error.stack === undefined)) return undefined;
  const frames = framesIn(worktree.resolved, error.stack ?? '');
  const [at = { path: file, line: 1, column: 1 }, ...callers] = frames.map((frame) => ({
    ...frame,
    path: join(worktree.given, frame.path),
  }));
  return { execution, message: error.message, at, callers };
}

function changed(...problems: (Problem | undefined)[]): string[] {
  return [...new Set(problems.flatMap((problem) => (problem === undefined ? [] : [problem.at.path])))];
}
