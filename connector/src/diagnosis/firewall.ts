import type { Identity } from '@causeway/certs/peer';
import type { FirewallRule, Words } from './finding.js';
import { splitAddress } from './split-address.js';

const members: Words = { en: 'any (the members of the data space)', zh: '任意地址（数据空间各成员）' };

/**
 * What a firewall has to let through. Each connection is TLS 1.3 with certificates of the data space on both ends, so a device that
 * opens TLS breaks it.
 *
 * @param own the addresses that peers are told, `host:port`, by what they are for
 */
export function firewallRules(
  identity: Identity,
  own: { readonly dsp: string; readonly exchange: string; readonly data: string },
): FirewallRule[] {
  const { authority, broker, clearingHouse } = identity.trust.bundle;
  const inbound = (address: string, en: string, zh: string): FirewallRule => ({
    ...{ direction: 'inbound', protocol: 'TCP', port: splitAddress(address).port, peer: members, why: { en, zh } },
  });
  const outbound = (address: string, en: string, zh: string): FirewallRule[] => {
    if (address === '') return [];
    const { host, port } = splitAddress(address);
    return [{ direction: 'outbound', protocol: 'TCP', port, peer: { en: host, zh: host }, why: { en, zh } }];
  };
  return [
    inbound(own.dsp, 'contracts (Dataspace Protocol, HTTPS)', '合约协商（数据空间协议，HTTPS）'),
    inbound(own.exchange, 'data (gRPC over TLS)', '数据传输（gRPC，TLS）'),
    inbound(own.data, 'data for connectors of other makers (HTTPS)', '供其他产品的连接器取数（HTTPS）'),
    ...outbound(authority.https, 'certificates and tokens (HTTPS)', '证书与令牌（HTTPS）'),
    ...outbound(broker.grpc, 'what we list, and search (gRPC over TLS)', '目录登记与检索（gRPC，TLS）'),
    ...outbound(broker.https, 'search (HTTPS)', '检索（HTTPS）'),
    ...outbound(clearingHouse.grpc, 'evidence (gRPC over TLS)', '存证（gRPC，TLS）'),
    ...outbound(clearingHouse.https, 'the published log (HTTPS)', '公开的存证日志（HTTPS）'),
    {
      ...{ direction: 'outbound', protocol: 'TCP', peer: members },
      why: {
        en: 'contracts and data; the ports that each member announces, often 7410, 7411 and 7414',
        zh: '合约与数据；端口由各成员公布，常见为 7410、7411、7414',
      },
    },
    {
      ...{ direction: 'outbound', protocol: 'UDP', port: 123 },
      peer: { en: 'your time server', zh: '贵方时间服务器' },
      why: { en: 'the clock (NTP); more than 30 s off is refused', zh: '对时（NTP）；误差超过 30 秒会被拒绝' },
    },
  ];
}
