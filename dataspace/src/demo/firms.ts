import { namedFirms } from '../demo-data/firms.js';
import type { Firm } from '../processes/space.js';

/** Those of the demonstration's data that take part: a leading manufacturer of excavators, its supplier, and that one's. */
export const demoFirms: readonly Firm[] = namedFirms
  .slice(0, 3)
  .map(({ name, zh, en }) => ({ name, title: `${zh} ${en}` }));

/** Nobody's firm: looks at what the contracts that name it let it see. */
export const demoAuditor: Firm = { name: 'auditor', title: '华信审计 Huaxin Audit' };

/** Whom the offers on order lines name: its id is given before it has joined. */
export const auditorId = `urn:causeway:${demoAuditor.name}`;
