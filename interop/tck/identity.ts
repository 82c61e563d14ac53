import type { DspIdentity } from '@causeway/connector';
import { plainHttp } from '../plain-http.js';

/** Who the kit says it is, in either role. */
export const kitParticipant = 'TCK_PARTICIPANT';

/** The kit proves nothing: whoever reaches the loopback port is it. */
export function tckIdentity(): DspIdentity {
  return {
    authenticate: async () => ({ id: kitParticipant }),
    authorization: async () => 'unproven',
    binding: plainHttp(),
  };
}
