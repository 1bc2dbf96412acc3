import { VmError } from '../../../shared/errors/vm-error.ts';
import type { RestServer } from './rest-instance.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Methods by path, as registered. */
    routeTable: Iterable<[url: string, methods: string[]]>;
  }
}

type Route = { methods: Set<string>; matches: RegExp };

/** Refuses what no route answers; for a path that has routes, says with which methods. */
export function answerUnknownRoutes(server: RestServer): void {
  const routes = new Map<string, Route>();
  server.addHook('onRoute', ({ method, url }) => {
    const route = routes.get(url) ?? { methods: new Set(), matches: pattern(url) };
    routes.set(url, route);
    for (const each of [method].flat()) route.methods.add(each);
  });
  server.decorate('routeTable', {
    *[Symbol.iterator]() {
      for (const [url, { methods }] of routes) yield [url, [...methods]] as [string, string[]];
    },
  });
  server.setNotFoundHandler((request) => {
    const { method, url } = request;
    const path = url.split('?', 1)[0] ?? '';
    const allowed = [...routes.values()]
      .filter(({ matches }) => matches.test(path))
      .flatMap(({ methods }) => [...methods])
      .sort();
    if (allowed.length === 0) throw new VmError('ROUTE_NOT_FOUND', `No route ${method} ${path}.`, { method, path });
    throw new VmError('ROUTE_NOT_FOUND', `${path} does not take ${method}, only ${allowed.join(', ')}.`, {
      method,
      path,
      allowed_methods: allowed,
    });
  });
}

/** `/templates/:id` as an expression that matches the paths which fastify would give to it. */
function pattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) =>
      part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[.+*?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${source.join('/')}$`);
}
