import { readFile } from 'node:fs/promises';

const heading = '## Open without a certificate';

/** The table of what is open without a certificate, a line each: `service port METHOD /path`; `*` is every service. */
export async function openList(): Promise<string[]> {
  const page = await readFile(new URL('../../../SECURITY.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf(heading) + heading.length).split('\n## ', 1)[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.flatMap(([, service, port, method, paths = '']) =>
    paths.split(', ').map((path) => `${service} ${port} ${method} ${path}`),
  );
}
