import { readFile } from 'node:fs/promises';
import { CliError } from './errors.js';
import { homePaths } from './home.js';
import { readRunFile } from './run-file.js';

const answerTimeoutMs = 120_000;

/** A service's management API, by its home: plain HTTP on loopback with the key from the home's `api.key`. */
export interface Api {
  get<T>(path: string): Promise<T>;
  /** The answer's bytes as they are. */
  bytes(path: string): Promise<Buffer>;
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

/** @throws CliError SERVICE_DOWN when the service of that home is not running */
export async function openApi(folder: string, portName = 'management'): Promise<Api> {
  const running = readRunFile(folder);
  const port = running?.ports.find(({ name }) => name === portName);
  if (!running || !port) {
    throw new CliError(
      'SERVICE_DOWN',
      `The service of ${folder} is not running. Start it with 'causeway <service> --home ${folder}'.`,
    );
  }
  const key = (await readFile(homePaths(folder).apiKey, 'utf8')).trim();
  const base = `http://${port.host.includes(':') ? `[${port.host}]` : port.host}:${port.port}`;
  return {
    get: async (path) => parsed(await request(base, key, 'GET', path)),
    bytes: async (path) => (await request(base, key, 'GET', path)).body,
    send: async (method, path, body) => parsed(await request(base, key, method, path, body)),
  };
}

interface Answer {
  readonly isJson: boolean;
  readonly body: Buffer;
}

async function request(base: string, key: string, method: string, path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  let bytes: Buffer;
  try {
    response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    bytes = Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    throw new CliError('SERVICE_DOWN', `${base} did not answer: is the service still running? (causeway status)`, {
      cause,
    });
  }
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  if (response.ok) return { isJson, body: bytes };
  const problem = isJson ? (JSON.parse(bytes.toString('utf8')) as { detail?: string; title?: string }) : {};
  throw new CliError(
    'REFUSED',
    problem.detail ?? problem.title ?? `${method} ${path} was answered ${response.status}`,
    {
      data: { status: response.status, problem },
    },
  );
}

function parsed<T>({ isJson, body }: Answer): T {
  return (isJson && body.length > 0 ? JSON.parse(body.toString('utf8')) : undefined) as T;
}
