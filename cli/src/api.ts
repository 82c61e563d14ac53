import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { CliError, fileTrouble } from './errors.js';
import { type HomeRole, homePaths, readHome, roleWords, type ServiceRole } from './home.js';
import { readRunFile } from './run-file.js';

/** Nothing that a service is asked takes longer, but the hashing of a file. */
const usualMs = 120_000;
const longestMs = 24 * 3_600_000;
const maxAnswerBytes = 256 * 1_048_576;

/** A service's management API, by its home: plain HTTP on loopback with the key from the home's `api.key`. */
export interface Api {
  get<T>(path: string): Promise<T>;
  /** The answer's bytes as they are. */
  bytes(path: string): Promise<Buffer>;
  /** `long`: the answer may take as long as the reading of a large file. */
  send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options?: { long?: boolean },
  ): Promise<T>;
}

/**
 * @param key the file of a key of one's own; that of the home unless given
 * @throws CliError HOME_MISSING when there is no home of that role, SERVICE_DOWN when its service is not running; its methods
 *   REFUSED with the service's problem in `data`, SERVICE_DOWN
 */
export async function openApi(folder: string, role: ServiceRole = 'connector', key?: string): Promise<Api> {
  const home = await readHome(folder);
  if (home.role !== role) {
    throw new CliError(
      'HOME_MISSING',
      `${home.folder} is the home of ${roleWords(home.role)}; this needs the home of ${roleWords(role)}. Name it with --home.`,
    );
  }
  const port = readRunFile(folder)?.ports.find(({ name }) => name === 'management');
  if (!port) {
    throw new CliError(
      'SERVICE_DOWN',
      `The ${role} of ${home.folder} is not running. Start it: causeway ${role} --home ${home.folder}`,
    );
  }
  const keyFile = key ?? homePaths(home.folder).apiKey;
  const shown = await readFile(keyFile, 'utf8').catch((cause: unknown) => {
    throw new CliError('UNREADABLE', `${keyFile} cannot be read: ${fileTrouble(cause)}. It holds the key of the API.`, {
      cause,
    });
  });
  const ask = (method: string, path: string, body?: unknown, timeoutMs = usualMs) =>
    exchange({ host: port.host, port: port.port, key: shown.trim(), home, method, path, body, timeoutMs });
  return {
    get: async (path) => parsed(await ask('GET', path)),
    bytes: async (path) => (await ask('GET', path)).body,
    send: async (method, path, body, { long = false } = {}) =>
      parsed(await ask(method, path, body, long ? longestMs : usualMs)),
  };
}

interface Asked {
  readonly host: string;
  readonly port: number;
  readonly key: string;
  readonly home: { readonly folder: string; readonly role: HomeRole };
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly timeoutMs: number;
}

interface Answer {
  readonly status: number;
  readonly isJson: boolean;
  readonly body: Buffer;
}

async function exchange(asked: Asked): Promise<Answer> {
  const answer = await roundTrip(asked).catch((cause: unknown) => {
    const { role, folder } = asked.home;
    throw new CliError(
      'SERVICE_DOWN',
      `The ${role} of ${folder} gave no answer (${fileTrouble(cause)}). Look whether it is running: causeway status --home ${folder}`,
      { cause },
    );
  });
  if (answer.status < 300) return answer;
  const problem = answer.isJson ? parsed<{ code?: string; detail?: string; title?: string }>(answer) : {};
  const unknown = `${asked.method} ${asked.path} was answered ${answer.status}`;
  throw new CliError('REFUSED', problem.detail ?? problem.title ?? unknown, {
    data: { status: answer.status, problem },
  });
}

/** One connection a call: the process ends when its work is done, and waits for no idle socket. */
function roundTrip({ host, port, key, method, path, body, timeoutMs }: Asked): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ host, port, method, path, agent: false, signal: AbortSignal.timeout(timeoutMs) },
      headers: {
        authorization: `Bearer ${key}`,
        ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        parts.push(part);
        if (size > maxAnswerBytes) response.destroy(new Error(`more than ${maxAnswerBytes} bytes came`));
      });
      response.on('error', reject);
      response.on('end', () => {
        const isJson = response.headers['content-type']?.includes('json') ?? false;
        resolve({ status: response.statusCode ?? 0, isJson, body: Buffer.concat(parts) });
      });
    });
    sent.end(text);
  });
}

function parsed<T>({ isJson, body }: Pick<Answer, 'isJson' | 'body'>): T {
  return (isJson && body.length > 0 ? JSON.parse(body.toString('utf8')) : undefined) as T;
}
