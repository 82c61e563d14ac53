import { type Identity, peerRequest, TrustError } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { type Finding, ok, trouble } from './finding.js';

/** What tokens, heads and envelopes allow. */
const allowedMs = 30_000;
const noticedMs = 10_000;
const timeoutMs = 5_000;

/** This machine's clock against the `Date` with which the authority answers. */
export async function clockFinding(identity: Identity, clock: Clock): Promise<Finding> {
  const asked = clock.now();
  const theirs = await authorityTime(identity, clock);
  if (theirs === undefined) {
    return trouble(
      'warning',
      'clock',
      { en: 'The clock could not be compared: the authority did not answer.', zh: '无法核对时钟：认证机构没有应答。' },
      {
        en: 'See what is said of the authority, and compare this clock with another by hand.',
        zh: '请查看认证机构一项的结果，并人工核对本机时钟。',
      },
    );
  }
  // The header has whole seconds, and was written somewhere between question and answer.
  const skew = Math.round(((asked + clock.now()) / 2 - theirs) / 1_000);
  const [size, ahead] = [Math.abs(skew), skew > 0];
  const found = {
    en: `This clock is ${size} s ${ahead ? 'ahead of' : 'behind'} the authority's.`,
    zh: `本机时钟比认证机构${ahead ? '快' : '慢'} ${size} 秒。`,
  };
  if (size * 1_000 <= noticedMs) return ok('clock', found.en, found.zh);
  return trouble(size * 1_000 > allowedMs ? 'problem' : 'warning', 'clock', found, {
    en: 'Set this machine by NTP (chrony, w32time). More than 30 s off, tokens and signatures are refused on both sides.',
    zh: '请启用 NTP 对时（chrony、w32time）。误差超过 30 秒时，双方都会拒绝令牌和签名。',
  });
}

async function authorityTime(identity: Identity, clock: Clock): Promise<number | undefined> {
  const { authority } = identity.trust.bundle;
  try {
    const { headers } = await peerRequest({
      ...{ identity, clock, timeoutMs, method: 'GET', url: `${authority.https}/v1/trust`, maxBytes: 1_048_576 },
      expect: { id: authority.id, role: 'authority' },
    });
    const time = Date.parse(headers.date ?? '');
    return Number.isNaN(time) ? undefined : time;
  } catch (error) {
    if (error instanceof TrustError) return undefined;
    throw error;
  }
}
