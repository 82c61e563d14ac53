import supertest from 'supertest';
import { expect, test } from 'vitest';
import { createMetrics } from './metrics.js';
import { type Readiness, startOperations } from './operations.js';

test('health, readiness and metrics, and nothing else', async () => {
  let readiness: () => Promise<Readiness> = async () => ({ ready: true, checks: { store: 'open' } });
  const metrics = createMetrics('harbour', { process: true });
  metrics.counter('ships_total', 'Ships', ['flag']).inc({ flag: 'cn' });
  metrics.counter('ships_total', 'Ships', ['flag']).inc({ flag: 'cn' });
  metrics.histogram('wait_seconds', 'Waits').observe(0.2);
  const server = await startOperations({ host: '127.0.0.1', port: 0, metrics, ready: () => readiness() });
  const client = supertest(`http://127.0.0.1:${server.port}`);
  try {
    await client.get('/health/live').expect(200, { status: 'live' });
    await client.get('/health/ready?x').expect(200, { ready: true, checks: { store: 'open' } });
    readiness = async () => ({ ready: false });
    await client.get('/health/ready').expect(503, { ready: false });
    readiness = async () => {
      throw new Error('postgres://user:password@host');
    };
    const failed = await client.get('/health/ready').expect(503);
    expect(failed.text).not.toContain('password');
    const scrape = await client
      .get('/metrics')
      .expect(200)
      .expect('content-type', /text\/plain/);
    expect(scrape.text).toContain('ships_total{flag="cn",service="harbour"} 2');
    expect(scrape.text).toContain('process_resident_memory_bytes');
    await client
      .get('/')
      .expect(404)
      .expect('content-type', /problem\+json/);
    await client.post('/metrics').expect(405);
    await expect(
      startOperations({ host: '127.0.0.1', port: server.port, metrics, ready: () => readiness() }),
    ).rejects.toMatchObject({ code: 'PORT_IN_USE', data: { port: server.port } });
  } finally {
    await server.close();
    await server.close();
  }
  await expect(client.get('/health/live')).rejects.toThrow();
});
