import { Type } from 'typebox';
import {
  EngineInfo,
  ErrorInfo,
  EventTypeInfo,
  LibraryInfo,
  LimitsInfo,
  ModuleInfo,
} from '../../../shared/model/metadata.ts';
import type { Services } from '../../services/services.ts';
import type { RestServer } from './rest-instance.ts';

const tags = ['metadata'];

/** What this daemon offers. */
export function metadataRoutes(server: RestServer, { metadata }: Services): void {
  server.get(
    '/metadata/engines',
    {
      schema: {
        tags,
        operationId: 'listEngines',
        summary: 'Engines that a template may name',
        response: { 200: Type.Array(EngineInfo) },
      },
    },
    () => metadata.engines(),
  );
  server.get(
    '/metadata/modules',
    {
      schema: {
        tags,
        operationId: 'listAvailableModules',
        summary: 'Host modules that a template may expose',
        response: { 200: Type.Array(ModuleInfo) },
      },
    },
    () => metadata.modules(),
  );
  server.get(
    '/metadata/libraries',
    {
      schema: {
        tags,
        operationId: 'listAvailableLibraries',
        summary: 'Libraries that a template may load',
        response: { 200: Type.Array(LibraryInfo) },
      },
    },
    () => metadata.libraries(),
  );
  server.get(
    '/metadata/limits',
    {
      schema: {
        tags,
        operationId: 'getLimits',
        summary: 'Default limits and the range of each',
        response: { 200: LimitsInfo },
      },
    },
    () => metadata.limits(),
  );
  server.get(
    '/metadata/event-types',
    {
      schema: {
        tags,
        operationId: 'listEventTypes',
        summary: 'Kinds of events and what they say',
        response: { 200: Type.Array(EventTypeInfo) },
      },
    },
    () => metadata.eventTypes(),
  );
  server.get(
    '/metadata/errors',
    {
      schema: {
        tags,
        operationId: 'listErrors',
        summary: 'The error table: codes of requests and of executions',
        response: { 200: Type.Array(ErrorInfo) },
      },
    },
    () => metadata.errors(),
  );
}
