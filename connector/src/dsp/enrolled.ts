import { type TokenSource, TrustError } from '@causeway/certs/peer';

/**
 * Whether the authority has enrolled a participant: it gives a token for whoever there is, and for nobody else. Undefined when that
 * cannot be told now, or by an identity without tokens.
 */
export function enrolment(tokens: TokenSource | undefined): (participant: string) => Promise<boolean | undefined> {
  return async (participant) => {
    try {
      return (await tokens?.for(participant)) === undefined ? undefined : true;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      const status = error.data?.['status'];
      return status === 404 || status === 400 ? false : undefined;
    }
  };
}
