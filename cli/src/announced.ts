import type { Identity } from '@causeway/certs/peer';
import { CliError } from './errors.js';
import { homePaths } from './home.js';
import { unlessInterrupted } from './interruption.js';
import { words } from './language.js';
import type { Output } from './output.js';

const pollMs = 3_000;

const waiting = {
  en: 'Waiting until the operator announces broker and clearing house …',
  zh: '正在等待运营方公布代理与清算所……',
};

/** Waits until the trust bundle names broker and clearing house. @throws CliError INTERRUPTED */
export async function announced(identity: Identity, home: string, output: Output): Promise<void> {
  if (isAnnounced(identity)) return;
  output.line(words(waiting));
  output.result({ event: 'waiting', for: 'services' });
  const stopping = new AbortController();
  await unlessInterrupted(
    () => asking(identity, home, stopping.signal),
    () => {
      stopping.abort();
      return new CliError(
        'INTERRUPTED',
        `You stopped waiting for broker and clearing house. Start it when they are announced: causeway connector --home ${home}`,
      );
    },
  );
}

/** Whether broker and clearing house are known: a connector finds its way by the one and proves what it does by the other. */
export function isAnnounced({ trust }: Identity): boolean {
  return trust.bundle.broker.id !== '' && trust.bundle.clearingHouse.vkey !== '';
}

async function asking(identity: Identity, home: string, signal: AbortSignal): Promise<void> {
  const { refreshTrustIfThere } = await import('@causeway/certs/peer');
  const { systemClock } = await import('@causeway/platform');
  for (let newest = identity; !isAnnounced(newest); ) {
    await systemClock.sleep(pollMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    newest = await refreshTrustIfThere({ identity: newest, folder: homePaths(home).identity });
  }
}
