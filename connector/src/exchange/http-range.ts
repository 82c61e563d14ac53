import { ConnectorError } from '../errors.js';
import type { Place } from './sending.js';

/** A range that this representation does not have, or none that is understood. */
export class RangeRefused extends ConnectorError {
  readonly size: number;

  constructor(size: number, message: string) {
    super('MESSAGE_INVALID', message);
    this.size = size;
  }
}

/**
 * Which bytes a request asks for (RFC 9110, section 14): one range, or everything. What is not understood is refused rather than
 * ignored: nobody who asked for a part is surprised with the whole.
 *
 * @param headers.ifRange the validator that the bytes before the range came with: of another version, everything is sent
 * @throws RangeRefused
 */
export function rangeOf(
  { range, ifRange }: { readonly range: string | undefined; readonly ifRange: string | undefined },
  { size, etag }: { readonly size: number; readonly etag: string },
): Place & { readonly part: boolean } {
  const whole = { offset: 0, end: size, part: false };
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return whole;
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim()) ?? [];
  if (first === '' && last === '')
    throw new RangeRefused(size, 'expected one range, as bytes=0-99, bytes=100- or bytes=-100');
  const offset = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (offset < end) return { offset, end, part: true };
  throw new RangeRefused(size, `expected a range within ${size} bytes, got ${range}`);
}
