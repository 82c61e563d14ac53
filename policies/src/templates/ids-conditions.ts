import { inIds, merged, nobody, optional, parameter } from './class.js';
import { condition, idsTerm } from './part.js';
import * as parts from './parts.js';
import type { Given, TemplateText } from './template.js';

/** The policy classes of IDS that restrict the use, by their numbers. */
export const conditionClasses: Readonly<Record<number, TemplateText>> = {
  1: {
    name: { en: 'Only these data consumers', zh: '限定数据使用方' },
    parameters: [parameter('participants', 'participants', 'participants', '参与方')],
    enforced: 'provider',
    how: { en: 'The identity is the one of the certificate on the channel.', zh: '以通道证书证明的身份为准。' },
    write: (given) => parts.onlyFirms(given.list('participants')),
  },
  2: {
    name: { en: 'Only these connectors', zh: '限定连接器' },
    parameters: [parameter('connectors', 'participants', 'connectors', '连接器')],
    enforced: 'provider',
    how: { en: 'The connector is the one whose certificate is on the channel.', zh: '以通道证书证明的连接器为准。' },
    write: (given) =>
      inIds({
        constraints: [
          condition(idsTerm('idsc:CONNECTOR'), 'isAnyOf', [...given.list('connectors')], { source: 'attested' }),
        ],
      }),
  },
  3: {
    name: { en: 'Only these applications', zh: '限定应用程序' },
    parameters: [parameter('applications', 'names', 'applications', '应用程序')],
    ...nobody('No connector sees which application opens the data.', '连接器无法得知由哪个应用程序打开数据，'),
    write: (given) =>
      inIds({ constraints: [condition(idsTerm('idsc:APPLICATION'), 'isAnyOf', [...given.list('applications')])] }),
  },
  4: {
    name: { en: 'Only users in these roles', zh: '限定使用方角色' },
    parameters: [parameter('roles', 'names', 'roles', '角色')],
    enforced: 'provider',
    how: { en: 'By the role in the attribute token of the authority.', zh: '以认证机构属性令牌中的角色为准。' },
    write: (given) => parts.onlyInRole(given.list('roles')),
  },
  5: {
    name: { en: 'Only in these places', zh: '限定使用地点' },
    parameters: [parameter('places', 'names', 'countries or regions (ISO 3166)', '国家或地区（ISO 3166）')],
    enforced: 'provider',
    how: {
      en: 'By the country the authority attests for the participant. Where a copy is opened later, nobody observes.',
      zh: '以认证机构证明的参与方所在国家或地区为准；副本日后在何处打开无法观测。',
    },
    write: (given) => parts.onlyInPlace(given.list('places')),
  },
  6: {
    name: { en: 'Only for these purposes', zh: '限定使用目的' },
    parameters: [parameter('purposes', 'names', 'purposes', '用途')],
    enforced: 'provider',
    how: {
      en: 'By the purpose the user states, signed, with each request. What is really done, nobody observes.',
      zh: '以使用方在每次请求中签名声明的用途为准；实际用途无法观测。',
    },
    write: (given) => parts.onlyForPurpose(given.list('purposes')),
  },
  7: {
    name: { en: 'Only at an event', zh: '限定事件' },
    parameters: [parameter('event', 'name', 'event', '事件')],
    ...nobody('Nobody can say that an event is taking place.', '无法判定事件是否正在发生，'),
    write: (given) => ({ constraints: [condition('odrl:event', 'eq', given.text('event'))] }),
  },
  8: {
    name: { en: 'Only at this security level', zh: '限定安全等级' },
    parameters: [
      parameter('level', 'level', 'lowest level', '最低等级', { values: Object.keys(parts.securityLevels) }),
    ],
    enforced: 'provider',
    how: {
      en: 'By the certified level in the attribute token of the authority.',
      zh: '以认证机构属性令牌中的认证等级为准。',
    },
    write: (given) => parts.atSecurityLevel(levelOf(given)),
  },
  9: {
    name: { en: 'Only in an interval of time', zh: '限定时间区间' },
    parameters: [parameter('from', 'instant', 'from', '起始时间'), parameter('until', 'instant', 'until', '截止时间')],
    enforced: 'provider',
    how: {
      en: 'By the provider’s clock, also while a transfer runs; the consumer’s connector closes its copy at the end.',
      zh: '以提供方时钟为准，传输过程中同样有效；到期后使用方连接器停止提供其副本。',
    },
    write: (given) => merged(parts.startingAt(given.instant('from')), parts.endingAt(given.instant('until'))),
  },
  10: {
    name: { en: 'Only for so long', zh: '限定使用期限' },
    parameters: [parameter('duration', 'duration', 'duration from the agreement on', '自合约签订起的期限')],
    enforced: 'provider',
    how: { en: 'Measured by the provider from the instant both sides signed.', zh: '由提供方自双方签署之时起计量。' },
    write: (given) => parts.forAsLongAs(given.text('duration')),
  },
  11: {
    name: { en: 'Only so many times', zh: '限定使用次数' },
    parameters: [parameter('count', 'count', 'number of uses', '使用次数')],
    enforced: 'provider',
    how: { en: 'Each use is reserved before a byte leaves.', zh: '每次使用须先登记，再传输数据。' },
    write: (given) => parts.atMostTimes(given.number('count')),
  },
  18: {
    name: { en: 'Only data in this state', zh: '限定数据状态' },
    parameters: [parameter('states', 'names', 'states, e.g. encrypted', '状态，例如已加密')],
    ...nobody('No connector can tell that data is encrypted or anonymised.', '连接器无法判断数据是否已加密或匿名化，'),
    write: (given) =>
      inIds({ constraints: [condition(idsTerm('ids:artifact_state'), 'isAllOf', [...given.list('states')])] }),
  },
  21: {
    name: { en: 'Only in this state of the environment', zh: '限定环境状态' },
    parameters: [parameter('state', 'name', 'state, e.g. emergency', '状态，例如紧急状态')],
    ...nobody('Nobody measures the state of the environment.', '无人测量环境状态，'),
    write: (given) => inIds({ constraints: [condition(idsTerm('idsc:state'), 'eq', given.text('state'))] }),
  },
  22: {
    name: { en: 'Only participants located here', zh: '限定参与方所在地' },
    parameters: [parameter('places', 'names', 'countries or regions (ISO 3166)', '国家或地区（ISO 3166）')],
    enforced: 'provider',
    how: {
      en: 'By the country the authority attests for the participant.',
      zh: '以认证机构证明的参与方所在国家或地区为准。',
    },
    write: (given) =>
      inIds({
        constraints: [
          condition(idsTerm('vcard:hasGeo'), 'isPartOf', [...given.list('places')], { source: 'attested' }),
        ],
      }),
  },
  24: {
    name: { en: 'Only data so classified', zh: '限定数据分类' },
    parameters: [
      parameter('only', 'names', 'only these classes', '仅限以下类别', optional),
      parameter('none', 'names', 'none of these classes', '排除以下类别', optional),
    ],
    ...nobody('The classes of single records are not known to a connector.', '连接器无法得知单条记录的类别，'),
    write: (given) =>
      inIds({
        constraints: [
          ...(given.has('only') ? [condition(idsTerm('skos:concept'), 'isAnyOf', [...given.list('only')])] : []),
          ...(given.has('none') ? [condition(idsTerm('skos:concept'), 'isNoneOf', [...given.list('none')])] : []),
        ],
      }),
  },
};

function levelOf(given: Given): parts.SecurityLevel {
  const level = given.text('level');
  return level === 'trust+' || level === 'trust' ? level : 'base';
}
