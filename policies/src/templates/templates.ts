import { idsTemplates } from './ids.js';
import * as parts from './parts.js';
import { type Template, template } from './template.js';

const at = (number: number): Template => {
  const found = idsTemplates[number];
  if (!found) throw new RangeError(`IDS-G has no policy class ${number}`);
  return found;
};

/** The common industrial contracts, by what they say. Several are a class of IDS under a plainer name. */
const industrial = {
  onlyFirms: at(1),
  onlyInRole: at(4),
  onlyInPlace: at(5),
  onlyForPurpose: at(6),
  atSecurityLevel: at(8),
  until: template({
    name: { en: 'Until an instant', zh: '限定截止时间' },
    parameters: [{ name: 'until', type: 'instant', label: { en: 'until', zh: '截止时间' } }],
    enforced: 'provider',
    how: at(9).how,
    write: (given) => parts.endingAt(given.instant('until')),
  }),
  forAsLongAs: at(10),
  atMostTimes: at(11),
  maskFields: at(13),
  deleteAfter: at(12),
  noSharing: template({
    name: { en: 'No onward sharing', zh: '禁止转交第三方' },
    parameters: [],
    enforced: 'consumer',
    how: {
      en: 'The consumer’s connector offers and sends its copy to nobody; copies made outside it are out of reach.',
      zh: '使用方连接器不向任何一方提供或发送其副本；连接器之外的副本无法控制。',
    },
    write: () => parts.noSharing(),
  }),
  logUse: at(15),
  reportUse: at(16),
  auditors: template({
    name: { en: 'Open to auditors', zh: '接受审计' },
    parameters: [{ name: 'auditors', type: 'participants', label: { en: 'auditors', zh: '审计方' } }],
    enforced: 'provider',
    how: {
      en: 'The evidence of each transfer is sealed for the auditors too.',
      zh: '每次传输的存证同时对审计方可见。',
    },
    write: (given) => parts.auditedBy(given.list('auditors')),
  }),
} as const;

/** What a contract can say, ready to fill in: `compose` puts the parts together to an offer. */
export const templates = { ids: idsTemplates, industrial } as const;
