import type { Api } from './api.js';
import { CliError } from './errors.js';
import { unlessInterrupted } from './interruption.js';
import type { Output } from './output.js';
import { type NegotiationView, reasonWords, waits } from './views.js';

const pollSeconds = 20;

export interface Followed<View> {
  readonly api: Pick<Api, 'get'>;
  /** Of the negotiation or transfer, under the id we chose for it. */
  readonly path: string;
  /** That id, for `causeway show`. */
  readonly request: string;
  readonly home: string;
  /** What it is to a person: `negotiation`, `transfer`. */
  readonly what: string;
  readonly seconds: number;
  /** The command that waits for it again; `causeway show` looks at it unless there is one. */
  readonly again?: string;
  /** Told at every look; then one comes each second, and not only when something changed. */
  readonly seen?: (view: View) => void;
  done?(view: View): boolean;
}

/**
 * Waits until a process cannot go on by itself any more. The connector answers as soon as something changed, and goes on
 * whether anybody waits or not.
 * @throws CliError TIMED_OUT, INTERRUPTED, SERVICE_DOWN; what was asked for goes on without us
 */
export async function settled<View extends Pick<NegotiationView, 'state' | 'parked' | 'role'> & { trouble?: string }>(
  followed: Followed<View>,
): Promise<View> {
  const { what, request, home, again } = followed;
  const look = again ? `Wait for it again: ${again}` : `Look at it: causeway show ${request} --home ${home}`;
  return unlessInterrupted(
    () => watch(followed, look),
    () =>
      new CliError('INTERRUPTED', `You stopped waiting; the ${what} goes on in the connector. ${look}`, {
        data: { request },
      }),
  );
}

async function watch<View extends Pick<NegotiationView, 'state' | 'parked' | 'role'> & { trouble?: string }>(
  { api, path, request, what, seconds, seen, done = (view) => !waits(view) }: Followed<View>,
  look: string,
): Promise<View> {
  const until = performance.now() + seconds * 1_000;
  for (;;) {
    const left = Math.max(0, (until - performance.now()) / 1_000);
    const wait = Math.min(seen ? 1 : pollSeconds, Math.ceil(left));
    const view = await api.get<View>(`${path}?wait=${wait}`).catch((cause: unknown) => {
      if (!(cause instanceof CliError && cause.code === 'SERVICE_DOWN')) throw cause;
      const goesOn = `The ${what} is saved and goes on when the connector runs again.`;
      throw new CliError('SERVICE_DOWN', `${cause.message}\n  ${goesOn} ${look}`, { cause, data: { request } });
    });
    seen?.(view);
    if (done(view)) return view;
    if (left === 0) {
      throw new CliError(
        'TIMED_OUT',
        `The ${what} is ${view.state} after ${seconds} s and goes on.${keptBy(view)} ${look}`,
        {
          data: { ...view },
        },
      );
    }
  }
}

function keptBy({ trouble }: { readonly trouble?: string }): string {
  return trouble === undefined ? '' : ` What keeps it: ${trouble}.`;
}

/** Tells what a negotiation came to. @throws CliError REFUSED when that is no agreement */
export function tellAgreed(
  output: Output,
  negotiation: NegotiationView,
  { home, shown = [] }: { readonly home: string; readonly shown?: readonly string[] },
): void {
  const { peer, dataset, agreement, state } = negotiation;
  if (state !== 'FINALIZED') {
    throw new CliError('REFUSED', ended('The contract was not agreed', negotiation), { data: { ...negotiation } });
  }
  output.line(`Agreed with ${peer} over ${dataset}`);
  for (const line of shown) output.line(`  ${line}`);
  output.line(`  agreement ${agreement}`);
  output.line(`Get the data: causeway pull ${agreement} --to FILE --home ${home}`);
  output.result({ ...negotiation });
}

/** What a person is told of a process that did not end well. */
export function ended(what: string, { reason, parked, state }: Partial<NegotiationView>): string {
  return `${what} (${parked ? 'parked: somebody has to look at it' : state}): ${reasonWords(parked ?? reason)}`;
}
