import type { Endpoint } from '../probed-space.js';
import type { Outcome } from '../probes.js';
import { rules } from '../rules.js';
import { type Request, type Rule, routeName, type Scene } from '../scene.js';

/** Everything that answers on a port with TLS, by name; each with all ports where it does. */
export function served(scene: Scene): Map<string, Endpoint[]> {
  const found = new Map<string, Endpoint[]>();
  for (const endpoint of scene.probed.endpoints.filter(({ protocol }) => protocol !== 'http')) {
    for (const route of endpoint.routes) {
      // HEAD is GET without the body.
      if (route.method === 'HEAD') continue;
      const name = routeName(endpoint, route);
      found.set(name, [...(found.get(name) ?? []), endpoint]);
    }
  }
  return found;
}

/** Tries something everywhere it is served, as `attempt` makes it of the good request: many at once, each by itself. */
export async function everywhere(
  scene: Scene,
  attempt: (request: Request, at: Endpoint) => Promise<Outcome>,
): Promise<[Attempted, Outcome][]> {
  const tried: [Attempted, Outcome][] = [];
  const waiting = [...served(scene)];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, endpoints] = next;
      const rule = rules[name];
      if (!rule) throw new TypeError(`${name} has no expectation`);
      const request = await rule.request(scene);
      for (const at of endpoints) tried.push([{ name, at, rule }, await attempt(request, at)]);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return tried;
}

export interface Attempted {
  readonly name: string;
  readonly at: Endpoint;
  readonly rule: Rule;
}

/** How an attempt ended, in a word. */
export function told(outcome: Outcome): string {
  return outcome.kind === 'closed' ? 'closed' : `${outcome.kind} ${outcome.status} ${outcome.code}`;
}

/** A listed path with something in the place of its parameters. */
export function filled(path: string): string {
  return path.replace(/:\w+/g, 'nothing');
}
