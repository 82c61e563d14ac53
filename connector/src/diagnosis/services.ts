import { type Expected, handshake, type Identity, TrustError } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { type Finding, ok, trouble } from './finding.js';
import { splitAddress } from './split-address.js';

const timeoutMs = 5_000;

/** Whether authority, broker and clearing house are at their addresses, and are who they should be. */
export function serviceFindings(identity: Identity, clock: Clock): Promise<Finding[]> {
  const { authority, broker, clearingHouse } = identity.trust.bundle;
  return Promise.all([
    service('authority', { id: authority.id, role: 'authority' }, [authority.https], identity, clock),
    service('broker', { id: broker.id, role: 'broker' }, [broker.grpc, broker.https], identity, clock),
    service(
      'clearing-house',
      { id: clearingHouse.id, role: 'clearing-house' },
      [clearingHouse.grpc, clearingHouse.https],
      identity,
      clock,
    ),
  ]);
}

type Service = 'authority' | 'broker' | 'clearing-house';
const chinese: Readonly<Record<Service, string>> = {
  authority: '认证机构',
  broker: '代理',
  'clearing-house': '清算所',
};
const english: Readonly<Record<Service, string>> = {
  authority: 'authority',
  broker: 'broker',
  'clearing-house': 'clearing house',
};

async function service(
  check: Service,
  expect: Expected,
  addresses: readonly string[],
  identity: Identity,
  clock: Clock,
): Promise<Finding> {
  const [en, zh] = [english[check], chinese[check]];
  if (expect.id === '') {
    return trouble(
      'problem',
      check,
      { en: `The ${en} has not been announced.`, zh: `${zh}尚未公布。` },
      {
        en: "Ask the operator of the space to announce it ('causeway authority services').",
        zh: '请联系数据空间运营方公布。',
      },
    );
  }
  for (const address of addresses) {
    const { host, port } = splitAddress(address);
    try {
      await handshake({ identity, host, port, expect, timeoutMs, clock });
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      return trouble(
        'problem',
        check,
        { en: `The ${en}: ${error.message}.`, zh: `${zh} ${host}:${port} 无法使用：${error.message}` },
        error.code === 'PEER_UNEXPECTED'
          ? {
              en: 'Somebody else answers there. Ask the operator for the right address; a proxy that opens TLS must let these ports through.',
              zh: '该地址由其他程序应答。请向运营方核对地址；若有解密 TLS 的代理，请对这些端口放行。',
            }
          : {
              en: 'Ask whether it runs, and let the outbound rules below be set in the firewall.',
              zh: '请确认对方正在运行，并按下列出站规则设置防火墙。',
            },
      );
    }
  }
  return ok(
    check,
    `The ${en} answers at ${addresses.join(' and ')} as ${expect.id}.`,
    `${zh}在 ${addresses.join('、')} 应答，身份为 ${expect.id}。`,
  );
}
