/** A route that needs no certificate: an exact path, or everything under one when it ends in `/*`. */
export interface OpenRoute {
  readonly method: string;
  readonly path: string;
}

/**
 * Whether a request is on the open list. Compares the raw request target, so that nothing the router behind would
 * normalise or decode (`..`, `%2e`, an absolute target) can reach a closed route through an open one.
 */
export function isOpen(open: readonly OpenRoute[], method: string | undefined, target: string | undefined): boolean {
  const path = target?.split('?', 1)[0] ?? '';
  if (!/^(\/[A-Za-z0-9_~.-]+)+$/.test(path) || path.includes('..')) return false;
  return open.some(
    (route) =>
      route.method === method &&
      (route.path.endsWith('/*') ? path.startsWith(route.path.slice(0, -1)) : path === route.path),
  );
}
