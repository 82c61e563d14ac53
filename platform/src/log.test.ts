import { describe, expect, test } from 'vitest';
import { createLogger, silentLogger } from './log.js';

const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhY21lIn0.c2lnbmF0dXJl';
const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----';

function capture(level?: string) {
  const lines: string[] = [];
  const log = createLogger({
    service: 'test',
    ...(level && { level }),
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines };
}

describe('logging', () => {
  test('lines are JSON with the service and the message', () => {
    const { log, lines } = capture();
    log.debug('not shown');
    log.info({ peer: 'urn:causeway:acme' }, 'registered');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { name: 'test', peer: 'urn:causeway:acme', msg: 'registered', level: 30 },
    ]);
  });

  test('secrets are hidden by the name of their member, at every depth that we log', () => {
    const { log, lines } = capture();
    const secrets = { token: 's3', apiKey: 's3', authorization: 's3', invitationCode: 's3', privateKey: 's3' };
    log.info({ ...secrets, request: { ...secrets, headers: { ...secrets, 'x-api-key': 's3' } } }, 'x');
    log.child({ token: 's3' }).info('y');
    expect(lines.join('')).not.toContain('s3');
    expect(lines.join('')).toContain('[redacted]');
  });

  test('tokens and keys are hidden by their looks, in messages and errors too', () => {
    const { log, lines } = capture();
    log.info(`sent Bearer abc.def and ${jwt}`);
    log.error({ err: new Error(`cannot use ${jwt}`, { cause: new Error(pem) }) }, 'failed');
    log.info({ deep: { deeper: { deepest: [pem, { value: jwt }] } } }, 'x');
    const all = lines.join('');
    for (const secret of ['abc.def', 'c2lnbmF0dXJl', 'MC4CAQAwBQYDK2Vw']) expect(all).not.toContain(secret);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });

  test('error codes stay readable', () => {
    const { log, lines } = capture();
    log.error({ err: Object.assign(new Error('no'), { code: 'STORE_LOCKED' }) }, 'failed');
    expect(lines.join('')).toContain('STORE_LOCKED');
  });

  test('silence', () => {
    expect(silentLogger.isLevelEnabled('fatal')).toBe(false);
  });
});
