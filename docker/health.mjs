// `node health.mjs [HOME]`: 0 when the service of that home says it is ready, 1 when not. For a container's health check.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const home = process.argv[2] ?? process.env.CAUSEWAY_HOME ?? '.';
const { ports } = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8'));
const { port } = ports.find(({ name }) => name === 'operations');
const { ok } = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(4_000) });
process.exit(ok ? 0 : 1);
