import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Finding, ok, trouble } from './finding.js';

/** Whether the name that peers are told leads to this machine, as far as this machine can tell. */
export async function nameFinding(host: string, listening: string): Promise<Finding> {
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const found = isIP(host) === 0 ? await addressesOf(host) : [host];
  const [first] = found;
  if (first === undefined) {
    return trouble(
      'problem',
      'names',
      { en: `No name server knows ${host}, which peers are told.`, zh: `域名服务器无法解析对外名称 ${host}。` },
      {
        en: `Ask for a DNS record of ${host} that leads to this machine or to the gateway in front of it.`,
        zh: `请为 ${host} 登记 DNS 记录，指向本机或其前置网关。`,
      },
    );
  }
  if (isLoopback(first)) {
    return trouble(
      'warning',
      'names',
      {
        en: `Peers are told ${host}, which means this machine itself: only who runs here too can come.`,
        zh: `对外地址 ${host} 指向本机自身，只有同一台机器上的程序可以连接。`,
      },
      {
        en: 'Right for a trial on one machine. For others set publicHost to the name of this machine, and host to 0.0.0.0.',
        zh: '单机试用时无需处理。若供他人访问，请将 publicHost 设为本机对外名称，host 设为 0.0.0.0。',
      },
    );
  }
  if (isLoopback(listening)) {
    return trouble(
      'problem',
      'names',
      {
        en: `Peers are told ${host}, but the connector listens on ${listening} only, where they cannot come.`,
        zh: `对外地址为 ${host}，但连接器只监听 ${listening}，其他各方无法连接。`,
      },
      { en: 'Set host to 0.0.0.0 and start again.', zh: '请将 host 设为 0.0.0.0 并重新启动。' },
    );
  }
  const here = found.some((address) => own.includes(address));
  return here
    ? ok('names', `${host} leads to this machine (${found.join(', ')}).`, `${host} 指向本机（${found.join('、')}）。`)
    : ok(
        'names',
        `${host} leads to ${found.join(', ')}, which is not of this machine: a gateway has to pass the ports on.`,
        `${host} 指向 ${found.join('、')}，不是本机地址：需要网关转发端口。`,
      );
}

function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || address.startsWith('127.');
}

async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}
