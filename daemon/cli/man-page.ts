import type { Argument, Command, Option } from 'commander';

export type ManPageOptions = {
  version: string;
  /** The page of the documentation with the tables of exit codes and variables. */
  reference: string;
};

/** The manual page of the whole command line, in the roff of man(7), made from the tree of commands. */
export function manPage(program: Command, { version, reference }: ManPageOptions): string {
  const sections = [
    `.TH VM\\-SYSTEM 1 "" "vm\\-system ${escape(version)}" "User Commands"`,
    '.SH NAME',
    `vm\\-system \\- ${escape(program.description().replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    '.B vm\\-system',
    '[\\fIoption\\fR ...] \\fIcommand\\fR [\\fIargument\\fR ...]',
    '.SH DESCRIPTION',
    'A daemon keeps sessions in which JavaScript runs; the commands ask it. \\fBvm\\-system help getting\\-started\\fR is where to begin.',
    '.SH OPTIONS',
    'Every command takes these, before or after its name.',
    ...visibleOptions(program).flatMap(optionLines),
    '.SH COMMANDS',
    ...commandsOf(program).flatMap((command) => commandLines(command, program)),
    '.SH EXIT STATUS',
    ...tableLines(reference, 'exit code'),
    '.SH ENVIRONMENT',
    ...tableLines(reference, 'variable'),
    '.SH SEE ALSO',
    '\\fBvm\\-system help\\fR lists the pages of the documentation, and \\fBvm\\-system help\\fR \\fItopic\\fR prints one.',
  ];
  return `${sections.join('\n')}\n`;
}

/** Those that can be called, in their order. */
function commandsOf(command: Command): Command[] {
  const visible = command.createHelp().visibleCommands(command);
  // Commander adds a `help` to each group, which is not in the list of its commands.
  const own = visible.filter((child) => command.commands.includes(child));
  return own.flatMap((child) => (child.commands.length > 0 ? commandsOf(child) : [child]));
}

function commandLines(command: Command, program: Command): string[] {
  const globals = new Set(program.options.map(({ long }) => long));
  const words = [...pathOf(command), ...command.registeredArguments.map(argumentText)];
  const options = visibleOptions(command).filter(({ long }) => !globals.has(long));
  return [`.SS ${escape(words.join(' '))}`, sentence(command.description()), ...options.flatMap(optionLines)];
}

function visibleOptions(command: Command): Option[] {
  const all = command.createHelp().visibleOptions(command);
  return all.filter(({ long }) => long !== '--help');
}

function optionLines({ flags, description, argChoices, defaultValue, defaultValueDescription }: Option): string[] {
  const value: unknown = defaultValueDescription ?? defaultValue;
  const facts = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(typeof value === 'string' || typeof value === 'number' ? [`default: ${value}`] : []),
  ];
  const more = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
  return ['.TP', `.B ${escape(flags)}`, escape(`${description}${more}`)];
}

/** The rows of the table whose first heading is this one. */
function tableLines(page: string, heading: string): string[] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  if (start === -1) throw new TypeError(`the reference has no table "${heading}"`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).flatMap((line) => {
    const [name = '', meaning = ''] = line.slice(1, -1).split(' | ');
    return ['.TP', `.B ${escape(plain(name))}`, escape(plain(meaning))];
  });
}

function plain(markdown: string): string {
  return markdown.trim().replaceAll('`', '');
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** A paragraph: with a capital and a full stop. */
function sentence(text: string): string {
  const whole = /[.!?)]$/.test(text) ? text : `${text}.`;
  return escape(whole.charAt(0).toUpperCase() + whole.slice(1));
}

/** Text that roff shows as it is: a dot or quote in front would be a request, a bare minus a hyphen. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
