// Generates static protobuf code and the gRPC service tables from the .proto files beside this script. Skips the work
// when neither they nor this script changed since the last run. Descriptors are never loaded at run time.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'generated');
const protos = readdirSync(join(here, 'causeway'), { recursive: true })
  .filter((name) => name.endsWith('.proto'))
  .map((name) => join(here, 'causeway', name))
  .sort();

const hash = createHash('sha256');
for (const file of [fileURLToPath(import.meta.url), ...protos]) hash.update(readFileSync(file)).update('\0');
const stamp = hash.digest('hex');
const stampFile = join(out, '.stamp');
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) generate();

function generate() {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const cli = dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json'));
  const run = (tool, ...args) =>
    execFileSync(process.execPath, [join(cli, 'bin', tool), ...args], { stdio: 'inherit' });
  const messages = join(out, 'messages.js');
  run(
    'pbjs',
    ...['-t', 'static-module', '-w', 'es6', '--import-path', 'protobufjs/minimal.js'],
    ...['--force-number', '--no-service', '--no-convert', '--no-delimited', '--no-verify', '-p', here, '-o', messages],
    ...protos,
  );
  run('pbts', '-o', join(out, 'messages.d.ts'), messages);
  // 64-bit fields are plain numbers, so the setting must precede the generated code's own evaluation.
  writeFileSync(messages, `import '#numbers';\n${readFileSync(messages, 'utf8')}`);
  const { js, types } = services();
  writeFileSync(join(out, 'services.js'), js);
  writeFileSync(join(out, 'services.d.ts'), types);
  writeFileSync(stampFile, stamp);
}

/** The gRPC service tables as a module and its types: method name to path, kinds of stream and codecs. */
function services() {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (existsSync(target) ? target : join(here, target));
  root.loadSync(protos).resolveAll();
  const js = ["import { method } from '#method';", "import { causeway } from './messages.js';", ''];
  const types = ["import type { Method } from '#method';", "import type { causeway } from './messages.js';", ''];
  const visit = (namespace) => {
    for (const nested of namespace.nestedArray) {
      if (!(nested instanceof protobuf.Service)) {
        if (nested.nestedArray) visit(nested);
        continue;
      }
      js.push(`export const ${nested.name} = {`);
      types.push(`export declare const ${nested.name}: {`);
      for (const m of nested.methodsArray) {
        const key = m.name[0].toLowerCase() + m.name.slice(1);
        const [request, response] = [m.resolvedRequestType, m.resolvedResponseType].map((t) => t.fullName.slice(1));
        const path = `/${nested.fullName.slice(1)}/${m.name}`;
        js.push(`  ${key}: method('${path}', ${!!m.requestStream}, ${!!m.responseStream}, ${request}, ${response}),`);
        const decoded = (t) => `${t} & ${t}.$Shape`;
        types.push(
          `  readonly ${key}: Method<${decoded(request)}, ${request}.$Properties, ${decoded(response)}, ${response}.$Properties>;`,
        );
      }
      js.push('};', '');
      types.push('};', '');
    }
  };
  visit(root);
  return { js: js.join('\n'), types: types.join('\n') };
}
