import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EvidenceError } from './errors.js';
import { verifyInclusion } from './merkle/verify.js';

const shared = process.env.CAUSEWAY_SHARED;
if (!shared) throw new Error('expected CAUSEWAY_SHARED to name the folder that holds vectors/merkle');
const folder = join(shared, 'vectors', 'merkle', 'inclusion');

/** A number as the text has it: a double would not hold 2^64-1. */
function bigintOf(text: string, member: string): bigint {
  const [, digits] = new RegExp(`"${member}"\\s*:\\s*(\\d+)`).exec(text) ?? [];
  if (digits === undefined) throw new Error(`expected a number ${member} in the vector`);
  return BigInt(digits);
}

function inclusionOf(text: string) {
  const vector = JSON.parse(text);
  const bytes = (base64: string | null): Uint8Array => Buffer.from(base64 ?? '', 'base64');
  return {
    wantErr: vector.wantErr === true,
    claim: {
      index: bigintOf(text, 'leafIdx'),
      size: bigintOf(text, 'treeSize'),
      leafHash: bytes(vector.leafHash),
      proof: (vector.proof ?? []).map(bytes),
      root: bytes(vector.root),
    },
  };
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));

describe('inclusion proofs of transparency-dev/merkle', () => {
  it('are 98, of which 6 hold', () => {
    const holding = files.filter((file) => !inclusionOf(readFileSync(join(folder, file), 'utf8')).wantErr);
    expect([files.length, holding.length]).toEqual([98, 6]);
  });

  it.each(files)('%s', (file) => {
    const { claim, wantErr } = inclusionOf(readFileSync(join(folder, file), 'utf8'));
    const verify = () => verifyInclusion(claim);
    if (wantErr) expect(verify).toThrow(EvidenceError);
    else expect(verify).not.toThrow();
  });
});
