import type { Enrolment, Invitation } from '@causeway/certs/enrolment';
import type { Identity } from '@causeway/certs/peer';
import { CliError } from './errors.js';
import { unlessInterrupted } from './interruption.js';
import { words } from './language.js';
import type { Output } from './output.js';

const kept = 'Keys and enrolment are kept: give the same command again to go on waiting.';

interface Wanted {
  /** Becomes the identity folder. */
  readonly identity: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  /** How long to wait for the operator, in seconds. */
  readonly wait: number;
}

/**
 * Makes keys, enrols with an invitation, says what it waits for, and waits.
 * @throws CliError TIMED_OUT, INTERRUPTED, UNWRITABLE; TrustError
 */
export async function approvedIdentity(
  invitation: Invitation,
  wanted: Wanted,
  output: Output,
): Promise<{ identity: Identity; enrolment: string }> {
  const { enrol } = await import('@causeway/certs/enrolment');
  const { systemClock, systemRandom } = await import('@causeway/platform');
  const { TrustError } = await import('@causeway/certs/peer');
  const { id, keyFingerprint, wait } = await enrol({
    invitation,
    folder: wanted.identity,
    addresses: { dns: wanted.dns ?? ['localhost'], ip: wanted.ip ?? ['127.0.0.1'] },
    clock: systemClock,
    random: systemRandom,
  }).catch((cause: unknown) => {
    if (!(cause instanceof TrustError && cause.code.startsWith('PEER_'))) throw cause;
    const again =
      'Ask the operator whether it runs, and your IT whether it may be reached; then give the same command again.';
    throw new CliError('AUTHORITY_DOWN', `The authority ${cause.message}. ${again}`, { cause });
  });
  const identity = await unlessInterrupted(
    () => {
      output.line(words(waiting(id, keyFingerprint)));
      output.result({ event: 'waiting', enrolment: id, keyFingerprint });
      return approval(wait, wanted.wait);
    },
    () => new CliError('INTERRUPTED', `You stopped waiting for the operator. ${kept}`),
  );
  return { identity, enrolment: id };
}

const waiting = (enrolment: string, fingerprint: string) => ({
  en: `Enrolment:         ${enrolment}
Key fingerprint:   ${fingerprint}
Call the operator and read out this key fingerprint; waiting for approval …`,
  zh: `加入申请编号：${enrolment}
密钥指纹：${fingerprint}
请致电运营方并读出该密钥指纹；正在等待批准……`,
});

async function approval(wait: Enrolment['wait'], seconds: number): Promise<Identity> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  try {
    return await wait(signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new CliError('TIMED_OUT', `The operator did not decide within ${seconds} s. ${kept}`, { cause });
  }
}
