import { isPeerId } from '@causeway/certs/peer';
import { publisherOf } from '@causeway/evidence';
import { BrokerError } from '../errors.js';

/** Where a page ended: in this tier, after this dataset, or after all of this publisher's. */
export type Cursor = { readonly tier: number; readonly publisher: string; readonly dataset?: string };

// INVARIANT: all results stand in the order of (tier, publisher, dataset id). No registration changes that order, so a cursor
// stays good however long its holder waits; only an entry that is named anew may change its tier meanwhile. It is not secret and
// grants nothing: a forged one starts somewhere else.

export function writeCursor({ tier, publisher, dataset }: Cursor): string {
  return Buffer.from(`${tier} ${dataset ?? `${publisher} `}`).toString('base64url');
}

/**
 * @param tiers how many the query has
 * @throws BrokerError CURSOR_INVALID
 */
export function readCursor(text: string, tiers: number): Cursor {
  const given = text.length <= 500 ? Buffer.from(text, 'base64url').toString('latin1') : '';
  const [, digit = '', name = '', end] = /^(\d) ([^ ]+)( ?)$/.exec(given) ?? [];
  const tier = Number(digit);
  const publisher = end === ' ' ? name : publisherOf(name);
  if (digit === '' || tier >= tiers || publisher === undefined || !isPeerId(publisher)) {
    throw new BrokerError('CURSOR_INVALID', 'The cursor was given out by no page of this search; begin without one.');
  }
  return end === ' ' ? { tier, publisher } : { tier, publisher, dataset: name };
}
