import type { RunMessage } from '../../shared/ipc/host-messages.ts';
import type { Limits } from '../../shared/model/settings.ts';
import type { AbsentGlobals } from './absent-globals.ts';
import type { EventOutbox } from './event-outbox.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { LastValues } from './last-values.ts';
import type { ModuleHost } from './modules/module-host.ts';

/** What a run works with. */
export type GuestRunParts = {
  guest: GuestIsolate;
  modules: ModuleHost;
  request: RunMessage;
  limits: Limits;
  outbox: EventOutbox;
  last: LastValues;
  absent: AbsentGlobals;
};
