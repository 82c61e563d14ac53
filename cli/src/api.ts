import { readFile } from 'node:fs/promises';
import { CliError } from './errors.js';
import { homePaths } from './home.js';
import { readRunFile } from './run-file.js';

const answerTimeoutMs = 120_000;

/** A service's management API, by its home: plain HTTP on loopback with the key from the home's `api.key`. */
export interface Api {
  get<T>(path: string): Promise<T>;
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
    get: (path) => request(base, key, 'GET', path),
    send: (method, path, body) => request(base, key, method, path, body),
  };
}

async function request<T>(base: string, key: string, method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
  } catch (cause) {
    throw new CliError('SERVICE_DOWN', `${base} did not answer: is the service still running? (causeway status)`, {
      cause,
    });
  }
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const parsed = isJson && text ? (JSON.parse(text) as unknown) : undefined;
  if (response.ok) return parsed as T;
  const problem = (parsed ?? {}) as { code?: string; detail?: string; title?: string; errors?: unknown };
  throw new CliError(
    'REFUSED',
    problem.detail ?? problem.title ?? `${method} ${path} was answered ${response.status}`,
    {
      data: { status: response.status, problem },
    },
  );
}
