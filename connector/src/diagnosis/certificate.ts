import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Identity } from '@causeway/certs/peer';
import type { ConnectorConfig } from '../config.js';
import { type Finding, ok, trouble } from './finding.js';

const dayMs = 86_400_000;
const soonDays = 30;

/** How long the certificate is good, and whether it names the address that peers are told. */
export function certificateFindings(identity: Identity, config: ConnectorConfig, now: number): Finding[] {
  const certificate = new X509Certificate(identity.tls.cert);
  return [validity(certificate, now), address(certificate, config.publicHost)];
}

/** The host names and addresses of a certificate, as {@link X509Certificate.subjectAltName} lists them. */
export function namesIn(certificate: X509Certificate): string[] {
  const names = (certificate.subjectAltName ?? '').split(', ');
  return names.flatMap((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1] ?? []);
}

function validity({ validFrom, validTo }: X509Certificate, now: number): Finding {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  const days = Math.floor((to - now) / dayMs);
  const day = new Date(to).toISOString().slice(0, 10);
  if (now < from) {
    return trouble(
      'problem',
      'certificate',
      {
        en: `The certificate is good from ${new Date(from).toISOString()} on, which is still to come by this clock.`,
        zh: `证书自 ${new Date(from).toISOString()} 起有效，而按本机时钟尚未到该时间。`,
      },
      { en: 'Set the clock of this machine.', zh: '请校正本机时钟。' },
    );
  }
  const renew = {
    en: 'Ask the operator for a new invitation; nobody talks to a connector whose certificate has expired.',
    zh: '请向运营方索取新的邀请；证书过期后，其他各方将不再与本连接器通信。',
  };
  if (days < 0) {
    const found = { en: `The certificate expired on ${day}.`, zh: `证书已于 ${day} 过期。` };
    return trouble('problem', 'certificate', found, renew);
  }
  const found = {
    en: `The certificate belongs to the key and is good until ${day} (${days} days).`,
    zh: `证书与密钥相符，有效期至 ${day}（还有 ${days} 天）。`,
  };
  return days < soonDays ? trouble('warning', 'certificate', found, renew) : ok('certificate', found.en, found.zh);
}

function address(certificate: X509Certificate, host: string): Finding {
  const named = isIP(host) === 0 ? certificate.checkHost(host, { subject: 'never' }) : certificate.checkIP(host);
  const names = namesIn(certificate).join(', ') || '–';
  if (named !== undefined) {
    return ok('certificate', `It names the address that peers are told, ${host}.`, `证书包含对外地址 ${host}。`);
  }
  return trouble(
    'warning',
    'certificate',
    {
      en: `Peers are told ${host}; the certificate names ${names}.`,
      zh: `对外地址为 ${host}，证书中的地址为 ${names}。`,
    },
    {
      en: `Set publicHost to a name in the certificate, or join again with --dns ${host}. Other connectors go by the id; programs of other makers refuse it.`,
      zh: `请将 publicHost 设为证书中的名称，或以 --dns ${host} 重新加入。通衢连接器按标识核对，其他产品可能拒绝连接。`,
    },
  );
}
