import type { Argument, Command, Option } from 'commander';

export type Candidate = { value: string; description: string };

/** Things of the daemon or of this program that stand for an argument; who asks has to look them up. */
export type Lookup = 'template' | 'session' | 'topic';

/** What may stand where the cursor is: words, and whether files, folders or things to be looked up may as well. */
export type Wanted = { candidates: Candidate[]; files?: 'files' | 'folders'; lookup?: Lookup };

type Place = {
  command: Command;
  /** Positional words of the command so far. */
  operands: number;
  /** The option whose value comes next. */
  pending: Option | undefined;
  /** Behind `--` there are no options. */
  onlyOperands: boolean;
};

/**
 * What could come next on a command line. Knows nothing but the tree of commands.
 * @param words those before the cursor, without the program's name
 * @param current the one at the cursor, as far as it is typed; candidates begin with it
 */
export function candidatesAt(program: Command, words: readonly string[], current: string): Wanted {
  const place = words.reduce<Place>(step, {
    ...{ command: program, operands: 0, pending: undefined, onlyOperands: false },
  });
  const { command, pending, onlyOperands } = place;
  // Bash takes `--option=value` apart at the sign.
  if (pending !== undefined) return startingWith(current === '=' ? '' : current, ofOption(pending));
  const [name, value] = splitOnce(current);
  const option = value === undefined || onlyOperands ? undefined : findOption(command, name);
  if (option !== undefined) return withPrefix(`${name}=`, startingWith(value ?? '', ofOption(option)));
  if (current.startsWith('-') && !onlyOperands) return startingWith(current, { candidates: optionsOf(command) });
  return startingWith(current, operandAt(place));
}

function step(place: Place, word: string): Place {
  const { command, pending, onlyOperands, operands } = place;
  if (pending !== undefined) return word === '=' ? place : { ...place, pending: undefined };
  if (onlyOperands) return { ...place, operands: operands + 1 };
  if (word === '--') return { ...place, onlyOperands: true };
  if (word.startsWith('-') && word !== '-') {
    const option = findOption(command, word);
    return option?.required === true ? { ...place, pending: option } : place;
  }
  const child = operands === 0 ? findCommand(command, word) : undefined;
  return child === undefined ? { ...place, operands: operands + 1 } : { ...place, command: child };
}

function findCommand(command: Command, word: string): Command | undefined {
  return command.commands.find((child) => child.name() === word || child.aliases().includes(word));
}

function findOption(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) => word === long || word === short);
}

function operandAt({ command, operands }: Place): Wanted {
  if (command.commands.length > 0) {
    const visible = operands === 0 ? command.createHelp().visibleCommands(command) : [];
    return {
      candidates: visible.map((child) => ({ value: child.name(), description: child.description() })),
    };
  }
  const all = command.registeredArguments;
  const argument = all[operands] ?? (all.at(-1)?.variadic === true ? all.at(-1) : undefined);
  return argument === undefined ? { candidates: [] } : ofArgument(argument);
}

function optionsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', description }));
}

function ofOption({ argChoices, flags }: Option): Wanted {
  return { candidates: choices(argChoices), ...byName(/[<[]([^\]>]+)/.exec(flags)?.[1] ?? '', flags) };
}

function ofArgument(argument: Argument): Wanted {
  return { candidates: choices(argument.argChoices), ...byName(argument.name(), argument.name()) };
}

/** Arguments are named after what they are. */
function byName(name: string, context: string): Omit<Wanted, 'candidates'> {
  if (/template|vm-id/.test(context) && name.endsWith('id')) return { lookup: 'template' };
  if (context.includes('session') && name.endsWith('id')) return { lookup: 'session' };
  if (name === 'topic') return { lookup: 'topic' };
  if (name !== 'path' && name !== 'file') return {};
  return { files: /data-dir|worktree/.test(context) ? 'folders' : 'files' };
}

function choices(given: readonly string[] | undefined): Candidate[] {
  return (given ?? []).map((value) => ({ value, description: '' }));
}

function startingWith(prefix: string, wanted: Wanted): Wanted {
  return { ...wanted, candidates: wanted.candidates.filter(({ value }) => value.startsWith(prefix)) };
}

function withPrefix(prefix: string, wanted: Wanted): Wanted {
  const candidates = wanted.candidates.map((each) => ({ ...each, value: `${prefix}${each.value}` }));
  // A shell would complete the option's name as a part of the file's.
  return { candidates, ...(wanted.lookup === undefined ? {} : { lookup: wanted.lookup }) };
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
