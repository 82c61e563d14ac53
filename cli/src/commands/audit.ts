import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EvidenceError, parseAuditBundle, type TrustBundle, verifyAudit, verifyTrustBundle } from '@causeway/evidence';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { CliError } from '../errors.js';
import { homeOption, listOption } from '../options.js';
import type { Output } from '../output.js';

const answerTimeoutMs = 10_000;
const maxTileBytes = 65_536;

/** `causeway audit`: takes a record out of a connector, and verifies one without trusting anybody. */
export function auditCommand(output: Output): Command {
  const command = new Command('audit').description('export and verify the record of an agreement');
  command
    .command('export')
    .description('write everything a connector holds of one agreement into a file')
    .argument('<agreement>', 'digest of the agreement')
    .requiredOption('--out <file>')
    .addOption(homeOption())
    .action(async (agreement: string, { home, out }: { home: string; out: string }) => {
      const api = await openApi(home);
      const bundle = await api.bytes(`/management/v1/agreements/${agreement}/audit-bundle`);
      await writeFile(out, bundle, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
        throw new CliError('UNREADABLE', `${resolve(out)} could not be written: ${cause.code}`, { cause });
      });
      output.line(`Wrote ${resolve(out)} (${bundle.length} bytes).`);
      output.result({ agreement, file: resolve(out), bytes: bundle.length });
    });
  command
    .command('verify')
    .description("verify an exported record; needs nothing but the fingerprint of the authority's statement key")
    .argument('<bundle>', 'the exported file')
    .requiredOption('--log <address>', 'where checkpoint and tiles are: an https: address or a folder')
    .addOption(listOption('--key <fingerprints>', "fingerprint of the authority's statement key").makeOptionMandatory())
    .addHelpText('after', '\nExample:\n  causeway audit verify record.json --key Fv1u… --log https://localhost:7462')
    .action(async (file: string, { log, key }: { log: string; key: string[] }) => {
      const bundle = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
        throw new CliError('UNREADABLE', `${resolve(file)} could not be read: ${cause.code}`, { cause });
      });
      const read = await logReader(log, bundle, key);
      const report = await verifyAudit(bundle, {
        pins: key,
        checkpoint: read ? (await read('checkpoint')).toString('utf8') : '',
        fetchTile: async (path) => {
          if (!read) throw new EvidenceError('TILE_MISSING', 'the trust bundle does not hold', { data: { path } });
          return read(path);
        },
      });
      for (const { check, examined, findings } of report.checks) {
        output.line(`${findings === 0 ? 'ok  ' : 'FAIL'} ${check} (${examined})`);
      }
      for (const { code, where, message } of report.findings) output.line(`${code} at ${where}: ${message}`);
      const seen = {
        verified: report.ok,
        treeSize: report.treeSize.toString(),
        indexes: report.indexes.map(String),
        checks: report.checks,
        findings: report.findings,
        unchecked: report.unchecked,
        ...(report.story && { story: report.story }),
      };
      if (!report.ok) {
        throw new CliError('NOT_VERIFIED', `${file} does not verify: ${report.findings.length} finding(s).`, {
          data: seen,
        });
      }
      output.line(`${file} verifies against a log of ${report.treeSize} leaves.`);
      for (const text of report.unchecked) output.line(`not checked: ${text}`);
      output.result(seen);
    });
  return command;
}

type ReadLog = (path: string) => Promise<Buffer>;

/**
 * Reads the published log from a folder or over HTTPS. Whom to expect there is in the trust bundle, which counts only when a
 * pinned key signed it; without that nobody is asked anything, and the verifier says what is wrong with the bundle.
 */
async function logReader(address: string, bundle: Buffer, pins: readonly string[]): Promise<ReadLog | undefined> {
  if (!address.startsWith('https:')) return (path) => readFile(join(address, path));
  let trust: TrustBundle;
  try {
    trust = await verifyTrustBundle(parseAuditBundle(bundle).trust, pins);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
  const { peerRequest } = await import('@causeway/certs/peer');
  const base = address.replace(/\/$/, '');
  return async (path) => {
    const { status, bytes } = await peerRequest({
      identity: { roots: trust.roots },
      url: `${base}/${path}`,
      expect: { id: trust.clearingHouse.id, role: 'clearing-house' },
      method: 'GET',
      timeoutMs: answerTimeoutMs,
      maxBytes: maxTileBytes,
    });
    if (status !== 200) {
      throw new EvidenceError('TILE_MISSING', `expected ${path} from ${base}; status ${status} came`, {
        data: { path },
      });
    }
    return bytes;
  };
}
