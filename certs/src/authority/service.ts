import { isIP } from 'node:net';
import { join } from 'node:path';
import {
  type Clock,
  createMetrics,
  ensureDir,
  Lifecycle,
  type Logger,
  openLevelStore,
  type Random,
  type RunningServer,
  type Service,
  serveManagement,
  startOperations,
} from '@causeway/platform';
import { TrustError } from '../peer/errors.js';
import { servePeerHttps } from '../peer/https/server.js';
import { isPeerId } from '../peer/peer.js';
import { type AuthorityAdmin, authorityAdmin } from './admin.js';
import { adminRoutes } from './admin-routes.js';
import { validityAt } from './approval.js';
import { updateBundle } from './bundle.js';
import { issueCertificate } from './certificate.js';
import type { AuthorityConfig } from './config.js';
import type { AuthorityContext } from './context.js';
import { openKeyring } from './keys.js';
import { Prober } from './probe.js';
import { openRoutes, publicRoutes } from './public-routes.js';
import { records } from './records.js';

export interface StartAuthorityOptions {
  readonly config: AuthorityConfig;
  /** Its state and keys. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface Authority extends Service {
  readonly admin: AuthorityAdmin;
  /** The address in invitations and the trust bundle. */
  readonly address: string;
  /** Fingerprint (kid) of the statement key: what an auditor pins. */
  readonly statementKey: string;
  /** The operator's API key, also in `api.key`. */
  readonly adminKey: string;
}

/**
 * Starts the authority: enrolment, trust and tokens over HTTPS, the operator's API on loopback, health and metrics.
 * @throws StoreError STORE_LOCKED, PlatformError PORT_IN_USE
 */
export async function startAuthority(options: StartAuthorityOptions): Promise<Authority> {
  const { config, folder, clock, random, log } = options;
  if (!isPeerId(config.id)) throw new TrustError('IDENTITY_INVALID', `${config.id} cannot be the id of an authority`);
  const lifecycle = new Lifecycle({ clock });
  try {
    await ensureDir(folder);
    const store = await openLevelStore({ path: join(folder, 'store') });
    lifecycle.defer('store', () => store.close());
    const keys = await openKeyring({
      folder,
      space: config.space,
      rsaBits: config.rsaBits,
      rootValidityMs: config.rootValidity,
      now: clock.now(),
      random,
    });
    const context: AuthorityContext = { config, clock, random, store, records: records(store), keys };

    const server = await serve(context, log);
    lifecycle.defer('enrolment', () => server.close());
    const address = `https://${hostOf(config)}:${config.publicPort || server.port}`;
    await updateBundle(context, address);
    const admin = authorityAdmin(context, address);
    const operator = await serveAdmin(admin, options, keys.adminKey);
    lifecycle.defer('management', () => operator.close());
    const operations = await startOperations({
      host: config.operationsHost,
      port: config.operationsPort,
      metrics: createMetrics('authority'),
      ready: async () => {
        await context.records.bundles.get('current');
        return { ready: true };
      },
    });
    lifecycle.defer('operations', () => operations.close());
    log.info({ address, statementKey: keys.statement.kid }, 'the authority serves');

    const close = () => lifecycle.close();
    return {
      name: 'authority',
      servers: [server, operator, operations],
      admin,
      address,
      statementKey: keys.statement.kid,
      adminKey: keys.adminKey,
      idle: async () => {},
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    return await lifecycle.undo(error);
  }
}

// Its own certificate is made at each start: clients know it by root, id and role, not by its fingerprint.
function serve(context: AuthorityContext, log: Logger): Promise<RunningServer> {
  const { config, clock, keys, random } = context;
  const publicHost =
    isIP(config.publicHost) === 0 ? { dns: [config.publicHost], ip: [] } : { dns: [], ip: [config.publicHost] };
  const cert = issueCertificate({
    ca: keys.root,
    publicKey: keys.tls.publicKey,
    id: config.id,
    role: 'authority',
    addresses: publicHost,
    validity: validityAt(context),
    serial: random.bytes(16),
  });
  const identity = { tls: { key: keys.tls.privateKey, cert }, roots: [keys.root.cert] };
  return servePeerHttps({
    identity,
    clock,
    host: config.host,
    port: config.port,
    name: 'enrolment',
    app: publicRoutes(context, new Prober({ identity, ...context }), log),
    open: openRoutes,
    log,
    requestMs: 15_000,
  });
}

async function serveAdmin(admin: AuthorityAdmin, options: StartAuthorityOptions, key: string): Promise<RunningServer> {
  const { adminHost: host, adminPort } = options.config;
  return serveManagement({ app: adminRoutes(admin, key, options.log), host, port: adminPort, requestMs: 15_000 });
}

function hostOf({ publicHost }: AuthorityConfig): string {
  return isIP(publicHost) === 6 ? `[${publicHost}]` : publicHost;
}
