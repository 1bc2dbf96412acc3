import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import type { Template, TemplateDetail } from '../../shared/model/template.ts';
import { templateChanges, type TemplateChange } from '../../shared/template-file/template-changes.ts';
import {
  readTemplateFile,
  templateFileOf,
  TemplateFileError,
  type TemplateContent,
} from '../../shared/template-file/template-file.ts';
import { ApiError, CommandError } from './cli-errors.ts';
import type { CommandContext } from './context.ts';
import type { RestClient } from './rest-client.ts';

/** Prints the file of a template. */
export async function exportTemplate({ client, output }: CommandContext, id: string): Promise<void> {
  const detail = await client.get<TemplateDetail>(at(id, ''));
  output.document(templateFileOf(detail));
}

/** Makes the template of a file's name what the file says; makes it when there is none. */
export async function applyTemplate({ client, output }: CommandContext, path: string, dryRun: boolean): Promise<void> {
  const wanted = await explain(path, async () => readTemplateFile(await readText(path)));
  const found = (await client.get<Template[]>('templates')).find(({ name }) => name === wanted.name);
  const current = found === undefined ? newTemplate(wanted) : await client.get<TemplateDetail>(at(found.id, ''));
  const changes = await explain(path, () => Promise.resolve(templateChanges(current, wanted)));
  const action = found === undefined ? 'created' : changes.length === 0 ? 'unchanged' : 'updated';
  const id = dryRun ? found?.id : await makeChanges(client, found?.id, wanted, changes);
  const lines = changes.flatMap((change) => change.lines);
  output.result(
    { action, dry_run: dryRun, name: wanted.name, ...(id === undefined ? {} : { id }), changes: lines },
    () => {
      output.line(`${headline(action, dryRun)}: ${wanted.name}${id === undefined ? '' : ` (ID: ${id})`}`);
      for (const line of lines) output.line(`  ${line}`);
    },
  );
}

/** What `template create` would make, so that a new template differs from it as an existing one does. */
function newTemplate({ name, engine }: TemplateContent): TemplateDetail {
  const id = '';
  const now = '';
  const empty = { is_active: true, exposed_modules: [], libraries: [], created_at: now, updated_at: now };
  return {
    template: { id, name, engine, ...empty },
    settings: { vm_id: id, ...DEFAULT_SETTINGS },
    capabilities: [],
    startup_files: [],
  };
}

async function makeChanges(
  client: RestClient,
  existing: string | undefined,
  { name, engine }: TemplateContent,
  changes: readonly TemplateChange[],
): Promise<string> {
  const id = existing ?? (await client.post<Template>('templates', { name, engine })).id;
  for (const { method, path, body, lines } of changes) {
    try {
      if (method === 'POST') await client.post(at(id, path), body);
      else if (method === 'PATCH') await client.patch(at(id, path), body);
      else await client.delete(at(id, path));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { code, message, details } = error.envelope;
      const place = `${lines.join('; ')}: ${message} What came before it is done; mend the file and apply it again.`;
      throw new ApiError({ code, message: place, details }, error.status, error.requestId);
    }
  }
  return id;
}

function headline(action: 'created' | 'updated' | 'unchanged', dryRun: boolean): string {
  switch (action) {
    case 'created':
      return dryRun ? 'Would create template' : 'Created template';
    case 'updated':
      return dryRun ? 'Would update template' : 'Updated template';
    case 'unchanged':
      return 'Unchanged template';
  }
}

async function readText(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new TemplateFileError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function explain<Answer>(path: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TemplateFileError)) throw error;
    throw new CommandError(`${path === '-' ? 'standard input' : path}: ${error.message}`);
  }
}

function at(id: string, path: string): string {
  return `templates/${encodeURIComponent(id)}${path}`;
}
