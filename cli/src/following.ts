import type { Api } from './api.js';
import { CliError } from './errors.js';
import { unlessInterrupted } from './interruption.js';
import { words } from './language.js';
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
  const look = again
    ? `${words({ en: 'Wait for it again: ', zh: '继续等待：' })}${again}`
    : `${words({ en: 'Look at it: ', zh: '查看：' })}causeway show ${request} --home ${home}`;
  return unlessInterrupted(
    () => watch(followed, look),
    () =>
      new CliError(
        'INTERRUPTED',
        words({
          en: `You stopped waiting; the ${what} goes on in the connector. ${look}`,
          zh: `已停止等待；${what === 'transfer' ? '传输' : '协商'}在连接器中继续进行。${look}`,
        }),
        { data: { request } },
      ),
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
    throw new CliError('REFUSED', ended(words({ en: 'The contract was not agreed', zh: '未达成合约' }), negotiation), {
      data: { ...negotiation },
    });
  }
  output.line(words({ en: `Agreed with ${peer} over ${dataset}`, zh: `已与 ${peer} 就 ${dataset} 签订合约` }));
  for (const line of shown) output.line(`  ${line}`);
  output.line(`  ${words({ en: 'agreement', zh: '合约' })} ${agreement}`);
  const pull = `causeway pull ${agreement} --to ${words({ en: 'FILE', zh: '文件' })} --home ${home}`;
  output.line(`${words({ en: 'Get the data: ', zh: '获取数据：' })}${pull}`);
  output.result({ ...negotiation });
}

/** What a person is told of a process that did not end well. */
export function ended(what: string, { reason, parked, state }: Partial<NegotiationView>): string {
  return `${what} (${parked ? 'parked: somebody has to look at it' : state}): ${reasonWords(parked ?? reason)}`;
}
