import { once } from 'node:events';
import { createServer } from 'node:net';
import { codeOf, type RunningServer } from '@causeway/platform';
import type { ConnectorConfig } from '../config.js';
import { type Finding, ok, trouble } from './finding.js';

/** Every port a connector listens on, by the option that names it. */
export function portsOf(config: ConnectorConfig): { option: string; host: string; port: number }[] {
  const { host, managementHost, operationsHost } = config;
  return [
    { option: 'dspPort', host, port: config.dspPort },
    { option: 'exchangePort', host, port: config.exchangePort },
    { option: 'dataPort', host, port: config.dataPort },
    { option: 'managementPort', host: managementHost, port: config.managementPort },
    { option: 'operationsPort', host: operationsHost, port: config.operationsPort },
  ];
}

/** Whether the ports are ours, or can become so. */
export async function portFindings(config: ConnectorConfig, servers?: readonly RunningServer[]): Promise<Finding[]> {
  if (servers) {
    const list = servers.map(({ name, port }) => `${name} ${port}`).join(', ');
    return [ok('ports', `It listens: ${list}.`, `正在监听：${list}。`)];
  }
  const ports = portsOf(config);
  const tried = await Promise.all(ports.map(async (port) => ({ ...port, code: await refusal(port) })));
  const refused = tried.flatMap(({ option, host, port, code }) =>
    code ? [portTrouble(option, host, port, code)] : [],
  );
  const list = ports.map(({ port }) => port).join(', ');
  return refused.length > 0 ? refused : [ok('ports', `Free: ${list}.`, `空闲端口：${list}。`)];
}

function portTrouble(option: string, host: string, port: number, code: string): Finding {
  const taken = code === 'EADDRINUSE';
  return trouble(
    'problem',
    'ports',
    taken
      ? {
          en: `Another program has port ${port} of ${host} (${option}).`,
          zh: `${host} 的端口 ${port}（${option}）已被其他程序占用。`,
        }
      : {
          en: `Port ${port} of ${host} (${option}) cannot be had: ${code}.`,
          zh: `无法使用 ${host} 的端口 ${port}（${option}）：${code}。`,
        },
    {
      en: `Stop that program, or set another: ${option} in config.json or --set ${option}=NUMBER. Below 1024 the system asks for more rights.`,
      zh: `请停止该程序，或在 config.json 中或用 --set ${option}=端口号 另设端口。1024 以下的端口需要更高权限。`,
    },
  );
}

async function refusal({ host, port }: { host: string; port: number }): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return codeOf(error) ?? 'unknown';
  } finally {
    server.close();
  }
}
