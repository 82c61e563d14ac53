import { type Identity, peerStream } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import type { OpenData } from '../ports.js';

/** A provider waits for the log before it answers. */
const headMs = 60_000;

/** Data of a participant of this space: no token is sent before the far end has proven to be it (I4). */
export function peerData({ identity, clock }: { readonly identity: Identity; readonly clock: Clock }): OpenData {
  return ({ peer, ...request }) =>
    peerStream({ ...request, identity, clock, expect: { id: peer, role: 'participant' }, timeoutMs: headMs });
}
