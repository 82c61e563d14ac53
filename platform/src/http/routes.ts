/** What a port answers: an HTTP method and the path as its router spells it, `:name` for a parameter, `*` at an open end. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

interface Listing {
  listRoutes(): readonly { readonly path: unknown; readonly methods?: readonly string[]; readonly router?: unknown }[];
}

/**
 * Every route of an Express application, those of mounted routers under their whole path. `HEAD` is not listed beside `GET`.
 *
 * @throws TypeError for a route whose path or method has no one spelling (a pattern, `all`): nobody could tell who may use it
 */
export function routesOf(app: { readonly router: unknown }): Route[] {
  return listed(app.router, '');
}

function listed(router: unknown, base: string): Route[] {
  if (!canList(router)) throw new TypeError(`expected a router below "${base}" that lists its routes`);
  return router.listRoutes().flatMap(({ path, methods = [], router: mounted }) => {
    if (typeof path !== 'string' || methods.includes('*')) {
      throw new TypeError(`expected a path and methods that can be named below "${base}"; ${String(path)} came`);
    }
    const whole = base + (path === '/' && base !== '' ? '' : path);
    if (mounted !== undefined) return listed(mounted, whole);
    const names = methods.map((method) => method.toUpperCase());
    return names.filter((name) => name !== 'HEAD' || !names.includes('GET')).map((method) => ({ method, path: whole }));
  });
}

function canList(router: unknown): router is Listing {
  // Routers are functions; the types of Express do not know this method yet.
  return typeof router === 'function' && 'listRoutes' in router && typeof router.listRoutes === 'function';
}
