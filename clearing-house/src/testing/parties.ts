import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Identity } from '@causeway/certs/peer';
import {
  type Digest,
  digestOf,
  issueKeyStatement,
  jwkOf,
  type KeyStatement,
  type Parties,
  type SigningKey,
  signEnvelope,
  signingKeyFrom,
} from '@causeway/evidence';
import type { Submission } from '../records/verify.js';

/** Whoever can sign an envelope; an identity is one. */
export type Signer = Pick<Identity, 'id' | 'signing'>;

/** An authority and signers it certified, without the RSA keys that only channels need. */
export interface TestAuthority {
  readonly keys: ReadonlyMap<string, KeyObject>;
  signer(id: string, changes?: Partial<KeyStatement>): Promise<Signer>;
}

export function testAuthority(): TestAuthority {
  const authority = newKey();
  return {
    keys: new Map([[authority.kid, createPublicKey(authority.privateKey)]]),
    async signer(id, changes = {}) {
      const key = newKey();
      const statement: KeyStatement = {
        version: '1',
        participant: id,
        role: 'participant',
        use: 'signing',
        key: jwkOf(key.privateKey),
        kid: key.kid,
        notBefore: '2020-01-01T00:00:00.000Z',
        notAfter: '2049-01-01T00:00:00.000Z',
        sequence: '1',
        ...changes,
      };
      return { id, signing: { ...key, keyStatement: await issueKeyStatement(statement, authority) } };
    },
  };
}

function newKey(): SigningKey {
  return signingKeyFrom(generateKeyPairSync('ed25519').privateKey);
}

/** A provider and a consumer under one agreement, and what each of them signs. */
export interface Deal {
  readonly agreement: Digest;
  readonly parties: Parties;
  /** The agreement envelope of `signer`, submitted by `submitter` (itself unless told). */
  agreed(signer: Signer, submitter?: Signer): Promise<Submission>;
  /** The start envelope of `signer` with this sequence number. */
  started(signer: Signer, sequence: number, submitter?: Signer): Promise<Submission>;
}

export function deal(name: string, provider: Signer, consumer: Signer, auditors: readonly string[] = []): Deal {
  const agreement = digestOf(`agreement ${name}`);
  const parties = { provider: provider.id, consumer: consumer.id, auditors: [...auditors].sort() };
  const submit = (signer: Signer, submitter: Signer, envelope: string): Submission => ({
    envelope,
    keyStatement: signer.signing.keyStatement,
    submitter: submitter.id,
  });
  return {
    agreement,
    parties,
    agreed: async (signer, submitter = signer) => {
      const claims = { version: '1', type: 'agreement', statement: agreement, agreement, sequence: '1' } as const;
      return submit(signer, submitter, await signEnvelope({ ...claims, signer: signer.id, parties }, signer.signing));
    },
    started: async (signer, sequence, submitter = signer) => {
      const statement = digestOf(`start ${name} ${sequence}`);
      const claims = { version: '1', type: 'transfer-start', statement, agreement } as const;
      const envelope = { ...claims, sequence: String(sequence), signer: signer.id };
      return submit(signer, submitter, await signEnvelope(envelope, signer.signing));
    },
  };
}
