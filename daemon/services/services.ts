import type { Libraries } from '../libraries/libraries.ts';
import type { Runtime, RuntimeListener } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';
import { ChangeFeed } from './change-feed.ts';
import { EventStreams } from './event-streams.ts';
import { ExecutionRecorder } from './execution-recorder.ts';
import { ExecutionService } from './execution-service.ts';
import { LiveSessions } from './live-sessions.ts';
import { Metrics } from './metrics.ts';
import { MetadataService } from './metadata-service.ts';
import { OpsService, type LogLevelHolder } from './ops-service.ts';
import { outsideRequests } from './request-context.ts';
import { Retention, type RetentionParts } from './retention.ts';
import { SessionService } from './session-service.ts';
import { TemplateService } from './template-service.ts';

/** Everything that a transport may call. */
export type Services = {
  readonly templates: TemplateService;
  readonly sessions: SessionService;
  readonly executions: ExecutionService;
  readonly metadata: MetadataService;
  readonly streams: EventStreams;
  readonly changes: ChangeFeed;
  readonly metrics: Metrics;
  readonly ops: OpsService;
  readonly retention: Retention;
  /** Stops what runs, closes every session for `reason`, and reaps the hosts. */
  stop(reason: string): Promise<void>;
};

export type ServicesOptions = {
  store: Store;
  /** Makes the runtime; it reports to the given listener. */
  makeRuntime: (listener: RuntimeListener) => Runtime;
  libraries: Libraries;
  maxSessions: number;
  /** The daemon's log, whose level clients may change. */
  log: LogLevelHolder & RetentionParts['log'];
  /** How often retention is enforced. */
  retentionEveryMs?: number | undefined;
};

/** Wires the services over a store and a runtime. */
export function createServices({
  store,
  makeRuntime,
  libraries,
  maxSessions,
  log,
  retentionEveryMs,
}: ServicesOptions): Services {
  const changes = new ChangeFeed();
  const live = new LiveSessions(store.sessions, changes);
  const recorder = new ExecutionRecorder(store.journal, store.executions, changes);
  const runtime = makeRuntime({
    onEvents: (executionId, events, stored) => {
      recorder.onEvents(executionId, events, stored);
    },
    beginBackground: (sessionId) => outsideRequests(() => executions.beginBackground(sessionId)),
    endBackground: (executionId, outcome) => {
      executions.endBackground(executionId, outcome);
    },
    onSessionLost: (sessionId, reason) => {
      outsideRequests(() => {
        live.crashed(sessionId, reason);
      });
      metrics.sessionLost();
    },
  });
  const metrics = new Metrics(store, runtime, changes);
  const templates = new TemplateService(store.templates, libraries, changes);
  const executions = new ExecutionService(store.executions, runtime, live, recorder);
  const sessions = new SessionService({
    store: store.sessions,
    runtime,
    live,
    templates,
    executions,
    libraries,
    maxSessions,
  });
  const retention = new Retention({
    templates: store.templates,
    maintenance: store.maintenance,
    log,
    ...(retentionEveryMs === undefined ? {} : { everyMs: retentionEveryMs }),
  });
  return {
    templates,
    sessions,
    executions,
    metadata: new MetadataService(libraries),
    streams: new EventStreams(store.executions, store.journal, live, changes),
    changes,
    metrics,
    ops: new OpsService(store.maintenance, log),
    retention,
    stop: async (reason) => {
      const pruned = retention.stop();
      await executions.stop();
      await sessions.stop(reason);
      await pruned;
    },
  };
}
