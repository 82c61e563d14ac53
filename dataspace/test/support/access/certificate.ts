import type { Identity, Role } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import type { Scene } from '../scene.js';

/** What is wrong with a certificate that is issued here; nothing unless told. */
export type Flaw = "another CA's" | 'expired';

const made = new WeakMap<Scene, Map<string, Promise<Identity>>>();
let another: Promise<TestTrust> | undefined;

/** An identity by this space's CA, or with one flaw. Issued once for each name and flaw: an RSA key takes its time. */
export function certificate(scene: Scene, id: string, role: Role, flaw?: Flaw): Promise<Identity> {
  const issued = made.get(scene) ?? new Map<string, Promise<Identity>>();
  made.set(scene, issued);
  const name = `${id} ${role} ${flaw}`;
  const identity = issued.get(name) ?? issue(scene, id, role, flaw);
  issued.set(name, identity);
  return identity;
}

async function issue({ probed: { trust } }: Scene, id: string, role: Role, flaw: Flaw | undefined): Promise<Identity> {
  if (flaw === 'expired') return trust.identity(id, role, { notAfter: Date.now() - 1_000 });
  if (flaw === undefined) return trust.identity(id, role);
  another ??= testTrust();
  return trust.identity(id, role, { ca: await another });
}
