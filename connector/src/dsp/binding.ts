import { type Identity, peerRequest, servePeerHttps } from '@causeway/certs/peer';
import type { Clock, Logger } from '@causeway/platform';
import type { DspBinding } from '../ports.js';
import { dspOpenRoutes } from './router.js';

/** DSP over HTTPS with both certificates checked: nothing is sent before the far end is proven to be the peer (I4). */
export function httpsBinding(options: {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Logger;
}): DspBinding {
  const { identity, clock } = options;
  return {
    scheme: 'https',
    serve: (serving) => servePeerHttps({ ...options, ...serving, name: 'dsp', open: dspOpenRoutes }),
    request: ({ peer, ...request }) =>
      peerRequest({ ...request, identity, clock, expect: { id: peer, role: 'participant' } }),
  };
}
