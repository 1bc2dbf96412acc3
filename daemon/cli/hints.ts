import type { ErrorEnvelope } from '../../shared/errors/vm-error.ts';

/** What to do about a refusal, where its message does not say so already. */
const HINTS: Readonly<Record<string, string>> = {
  UNAUTHORIZED:
    'the token comes from the data directory: set VM_SYSTEM_DATA_DIR to the one of that daemon, or VM_SYSTEM_TOKEN',
  ORIGIN_NOT_ALLOWED: 'start the daemon with --allow-host NAME to let it answer to that name',
  TEMPLATE_NOT_FOUND: 'list templates with: vm-system template list',
  SESSION_NOT_FOUND: 'list sessions with: vm-system session list',
  EXECUTION_NOT_FOUND: 'list executions with: vm-system exec list SESSION_ID',
  MODULE_NOT_FOUND: 'list modules with: vm-system template list-available-modules',
  ROUTE_NOT_FOUND: 'the daemon may be of another version than this command line: compare vm-system --version',
  SESSION_NOT_READY:
    'see why with: vm-system session get SESSION_ID; start it anew with: vm-system session restart SESSION_ID',
  SESSION_BUSY: 'wait, or stop what runs with: vm-system session interrupt SESSION_ID',
  TEMPLATE_NAME_TAKEN: 'choose another --name, or find that template with: vm-system template list',
  OUTPUT_LIMIT_EXCEEDED:
    'raise it for new sessions with: vm-system template set-settings TEMPLATE_ID --max-output-kb N --max-events N',
  STARTUP_FAILED: 'the session says which file and why: vm-system session list --status crashed',
  SESSION_LIMIT_REACHED: 'close a session, or start the daemon with a larger --max-sessions',
  INTERNAL: 'the daemon logged what happened under this request id',
};

/** What stands in hints for an id, and the detail of the refusal that is this id. */
const IDS = { SESSION_ID: 'session_id', TEMPLATE_ID: 'template_id' };

/** The hint on a refusal, if there is one; its commands have the ids that the refusal names. */
export function hintOn({ code, details }: ErrorEnvelope['error']): string | undefined {
  let hint = Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
  for (const [name, detail] of Object.entries(IDS)) {
    const id = details[detail];
    if (typeof id === 'string') hint = hint?.replaceAll(name, id);
  }
  return hint;
}
