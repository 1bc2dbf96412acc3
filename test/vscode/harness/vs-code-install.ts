import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/** Pinned: 4.139.1 is VS Code 1.139.1, the real workbench with a real Node extension host. */
const CODE_SERVER = '4.139.1';
/** Used where the machine has no Chromium of its own. */
const CHROMIUM = '153.0.0';
/** That Chromium has one typeface, and code in it looks like prose. */
const MONOSPACE = 'dejavu-fonts-ttf@2.37.3';
const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** One npm at a time on a slow line; longer, and something is wrong. */
const NPM_MS = 8 * 60_000;

const cache = join(root, '.vscode-test', `code-server-${CODE_SERVER}-with-logger`);
const unpackedChromium = join(root, '.vscode-test', `chromium-${CHROMIUM}`);

const fonts = join(root, '.vscode-test', `fonts-${MONOSPACE}`);

export type Chromium = { path: string; env: Record<string, string> };

export type VsCodeInstall = {
  /** The script that starts the server. */
  entry: string;
  /** A Chromium that can show the workbench, and what it needs in its environment. */
  chromium: Chromium;
};

/** A real VS Code for tests, from the npm registry; installed once (a minute or two) into an ignored folder. */
export async function installVsCode(): Promise<VsCodeInstall> {
  await makeOnce(cache, install);
  return {
    entry: join(cache, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
    chromium: await findChromium(),
  };
}

/** Made beside its place and moved there at the end: an interruption leaves nothing half done, and two at once do no harm. */
async function makeOnce(folder: string, make: (fresh: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  await removeLeftOvers(folder);
  const fresh = `${folder}.${process.pid}.tmp`;
  await mkdir(fresh, { recursive: true });
  try {
    await make(fresh);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Of runs that were killed while they installed: hundreds of megabytes each. */
async function removeLeftOvers(folder: string): Promise<void> {
  const names = await readdir(dirname(folder)).catch(() => []);
  for (const name of names) {
    const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && !isAlive(pid)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function install(fresh: string): Promise<void> {
  console.error('Installing VS Code for the tests (once; a minute or two) …');
  await writeFile(join(fresh, 'package.json'), '{ "private": true }');
  await npm(fresh, 'install', `code-server@${CODE_SERVER}`, `@sparticuz/chromium@${CHROMIUM}`, '--ignore-scripts');
  const vscode = join(fresh, 'node_modules', 'code-server', 'lib', 'vscode');
  await npm(vscode, 'install', '--omit=dev', '--ignore-scripts');
  await installFileLogger(vscode);
  await npm(join(vscode, 'extensions'), 'install', '--omit=dev', '--ignore-scripts');
}

/** Without one the output channels stay blank, and nothing says so. */
async function installFileLogger(vscode: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'file-logger.ts')],
    outfile: join(vscode, 'node_modules', '@vscode', 'spdlog', 'index.js'),
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
  });
}

/** Runs npm on the Node that runs us. */
async function npm(folder: string, ...args: string[]): Promise<void> {
  const node = dirname(process.execPath);
  const env = { ...process.env, PATH: `${node}:${process.env['PATH'] ?? ''}` };
  const [command, ...first] = process.env['npm_execpath']?.endsWith('.js')
    ? [process.execPath, process.env['npm_execpath']]
    : ['npm'];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024, timeout: NPM_MS };
  await promisify(execFile)(command, [...first, ...args, ...quiet], options);
}

async function findChromium(): Promise<Chromium> {
  const found = SYSTEM_CHROMIUM.find((path) => existsSync(path));
  if (found !== undefined) return { path: found, env: {} };
  await makeOnce(unpackedChromium, unpackChromium);
  await makeOnce(fonts, installFonts);
  const libraries = join(unpackedChromium, 'al2023', 'lib');
  return {
    path: join(unpackedChromium, 'chromium'),
    env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(fonts, 'fonts.conf') },
  };
}

async function installFonts(fresh: string): Promise<void> {
  await writeFile(join(fresh, 'package.json'), '{ "private": true }');
  await npm(fresh, 'install', MONOSPACE, '--ignore-scripts');
  const folders = [join(unpackedChromium, 'fonts', 'fonts'), join(fonts, 'node_modules', 'dejavu-fonts-ttf', 'ttf')];
  const prefer = (family: string, font: string): string =>
    `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const lines = [
    ...folders.map((folder) => `<dir>${folder}</dir>`),
    `<cachedir>${join(fonts, 'cache')}</cachedir>`,
    prefer('monospace', 'DejaVu Sans Mono'),
    prefer('sans-serif', 'Open Sans'),
  ];
  await writeFile(join(fresh, 'fonts.conf'), `<fontconfig>\n${lines.join('\n')}\n</fontconfig>\n`);
}

/**
 * The package unpacks itself into the folder for temporary files, where another user's may lie already: so that folder is
 * ours. It brings the libraries that it needs where it believes to run on Amazon's machines.
 */
async function unpackChromium(fresh: string): Promise<void> {
  const script = "import('@sparticuz/chromium').then((chromium) => chromium.default.executablePath())";
  const env = { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
  await promisify(execFile)(process.execPath, ['-e', script], { cwd: cache, env, timeout: NPM_MS });
}
