import { type Identity, peerRequest, TrustError } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { type Finding, ok, trouble, type Words } from './finding.js';

/** What the authority says of an address it connected back to. */
const outcomes = {
  refused: {
    en: 'nobody listens there, or a firewall refuses',
    zh: '该处无程序监听，或被防火墙拒绝',
  },
  silent: {
    en: 'no answer: a firewall drops it, or nothing passes the port on',
    zh: '没有应答：可能被防火墙丢弃，或端口未转发',
  },
  unresolved: { en: 'its name server does not know the name', zh: '其域名服务器无法解析该名称' },
  other: { en: 'somebody else than this connector answers', zh: '应答的不是本连接器' },
} as const satisfies Record<string, Words>;

const advice: Words = {
  en: 'Have the inbound rules below set in the firewall, and the ports passed on to this machine; a proxy that opens TLS must let them through.',
  zh: '请按下列入站规则设置防火墙并将端口转发到本机；若有解密 TLS 的代理，请对这些端口放行。',
};

/** Whether others reach these addresses: the authority connects back to each, for no member can see itself from outside. */
export async function reachabilityFindings(
  identity: Identity,
  addresses: readonly string[],
  clock: Clock,
): Promise<Finding[]> {
  return Promise.all(addresses.map(async (address) => finding(address, await probed(identity, address, clock))));
}

function finding(address: string, outcome: string): Finding {
  if (outcome === 'reached') {
    return ok(
      'reachability',
      `Others reach ${address}: the authority did.`,
      `外部可以连接 ${address}（由认证机构实测）。`,
    );
  }
  const why = Object.entries(outcomes).find(([name]) => name === outcome)?.[1];
  if (why) {
    return trouble(
      'problem',
      'reachability',
      { en: `Others do not reach ${address}: ${why.en}.`, zh: `外部无法连接 ${address}：${why.zh}。` },
      advice,
    );
  }
  return trouble(
    'warning',
    'reachability',
    {
      en: `Whether others reach ${address} is not known: ${outcome}.`,
      zh: `无法判断外部能否连接 ${address}：${outcome}。`,
    },
    {
      en: 'Ask a partner to try, or ask again where the address is one in the certificate and not inside another network.',
      zh: '请合作方协助测试；或确认该地址已写入证书，且不在其他内部网络中。',
    },
  );
}

async function probed(identity: Identity, address: string, clock: Clock): Promise<string> {
  const { authority } = identity.trust.bundle;
  try {
    const { body } = await peerRequest({
      ...{ identity, clock, method: 'POST', url: `${authority.https}/v1/probes`, timeoutMs: 12_000, maxBytes: 10_000 },
      expect: { id: authority.id, role: 'authority' },
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ address }),
    });
    const { outcome, code }: { outcome?: unknown; code?: unknown } = JSON.parse(body);
    return String(outcome ?? code ?? 'no answer');
  } catch (error) {
    if (error instanceof TrustError) return error.message;
    if (error instanceof SyntaxError) return 'no answer';
    throw error;
  }
}
