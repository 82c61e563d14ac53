import { type PeerChannel, RpcError } from '@causeway/certs/peer';
import { messageOf } from '@causeway/platform';
import { Exchange } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import type { Context } from './context.js';
import { unlessAborted } from './waiting.js';

/** A newer token is shown this long before the last one expires, or after half of its life when that is short. */
const marginMs = 50_000;
const leastMs = 1_000;
const mostPauseMs = 30_000;

/**
 * Shows the provider our attribute token before a stream is opened, and newer ones while it runs: what the provider knows of us
 * ends with the token it saw last, and with that our right to data of which the policy asks for an attribute.
 *
 * Resolves when the first has been shown, or could not be: whether it was needed is for the provider's policy to say.
 */
export async function attesting(
  { clock, log, tokens }: Pick<Context, 'clock' | 'log' | 'tokens'>,
  channel: PeerChannel,
  peer: string,
  signal: AbortSignal,
): Promise<void> {
  if (tokens === undefined) return;
  let failures = 0;

  /** Shows one token; when to show the next, in milliseconds from now, or that there is no need. */
  async function show(source: NonNullable<Context['tokens']>): Promise<number | undefined> {
    try {
      const token = await unlessAborted(source.for(peer), signal);
      const { expires } = await channel.unary(Exchange.attest, { token }, { signal });
      failures = 0;
      const left = Number(expires) - clock.now();
      return Math.max(left - marginMs, left / 2, leastMs);
    } catch (error) {
      if (signal.aborted || (error instanceof RpcError && error.status === status.UNIMPLEMENTED)) return undefined;
      log.info({ peer, reason: messageOf(error) }, 'our attribute token could not be shown');
      failures += 1;
      return Math.min(leastMs * 2 ** failures, mostPauseMs);
    }
  }

  async function goOn(first: number | undefined, source: NonNullable<Context['tokens']>): Promise<void> {
    for (let pause = first; pause !== undefined; pause = await show(source)) await clock.sleep(pause, signal);
  }

  const first = await show(tokens);
  goOn(first, tokens).catch((error) => {
    if (!signal.aborted) log.error({ err: error, peer }, 'our attribute tokens are not shown any more');
  });
}
