import { DAEMON_NOTIFICATIONS, DAEMON_REQUESTS } from './daemon.protocol.ts';
import { DOCUMENT_REQUESTS } from './document.protocol.ts';
import { EXECUTION_NOTIFICATIONS, EXECUTION_REQUESTS } from './execution.protocol.ts';
import type { ParamsOf, ResultOf } from './message.ts';
import { METADATA_REQUESTS } from './metadata.protocol.ts';
import { SESSION_NOTIFICATIONS, SESSION_REQUESTS } from './session.protocol.ts';
import { TEMPLATE_NOTIFICATIONS, TEMPLATE_REQUESTS } from './template.protocol.ts';

/** Every request that a client may send beside those of LSP. */
export const REQUESTS = {
  ...TEMPLATE_REQUESTS,
  ...SESSION_REQUESTS,
  ...EXECUTION_REQUESTS,
  ...DOCUMENT_REQUESTS,
  ...METADATA_REQUESTS,
  ...DAEMON_REQUESTS,
} as const;

/** Every notification that the daemon pushes beside those of LSP. */
export const NOTIFICATIONS = {
  ...TEMPLATE_NOTIFICATIONS,
  ...SESSION_NOTIFICATIONS,
  ...EXECUTION_NOTIFICATIONS,
  ...DAEMON_NOTIFICATIONS,
} as const;

export type RequestMethod = keyof typeof REQUESTS;
export type RequestParams<M extends RequestMethod> = ParamsOf<typeof REQUESTS, M>;
export type RequestResult<M extends RequestMethod> = ResultOf<typeof REQUESTS, M>;

export type NotificationMethod = keyof typeof NOTIFICATIONS;
export type NotificationParams<M extends NotificationMethod> = ParamsOf<typeof NOTIFICATIONS, M>;
