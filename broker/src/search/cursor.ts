import { isPeerId } from '@causeway/certs/peer';
import { publisherOf } from '@causeway/evidence';
import { BrokerError } from '../errors.js';

/** Where a page ended: after this dataset, or after all of this publisher's. */
export type Cursor = { readonly publisher: string; readonly dataset?: string };

// INVARIANT: all results stand in the order of (publisher, dataset id), which no registration changes, so a cursor stays
// good however long its holder waits. It is not secret and grants nothing: a forged one starts somewhere else.

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(cursor.dataset ?? `${cursor.publisher} `).toString('base64url');
}

/** @throws BrokerError CURSOR_INVALID */
export function readCursor(text: string): Cursor {
  const given = text.length <= 500 ? Buffer.from(text, 'base64url').toString('latin1') : '';
  const whole = given.endsWith(' ');
  const publisher = whole ? given.slice(0, -1) : publisherOf(given);
  if (publisher === undefined || !isPeerId(publisher)) {
    throw new BrokerError('CURSOR_INVALID', 'The cursor was given out by no page; begin again without one.');
  }
  return whole ? { publisher } : { publisher, dataset: given };
}
