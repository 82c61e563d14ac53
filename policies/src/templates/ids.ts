import { causewayPrefix } from '../profiles/causeway.js';
import { condition, decimal, duration, duty, idsProfileIri, idsTerm, type Part } from './part.js';
import * as parts from './parts.js';
import {
  type Given,
  type Parameter,
  type ParameterType,
  type Template,
  type TemplateText,
  template,
} from './template.js';

/** One of the twenty-five policy classes of IDS-G, `UsageControl/Contract`, by its number there. */
export interface IdsTemplate extends Template {
  readonly number: number;
}

const p = (name: string, type: ParameterType, en: string, zh: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  type,
  label: { en, zh },
  ...more,
});
const optional = { optional: true } as const;

/** What is written in the terms of IDS. */
const inIds = (part: Part): Part => ({ ...part, profiles: [idsProfileIri] });

const nobody = (en: string, zh: string) =>
  ({ enforced: 'nobody', how: { en: `${en} Publish it declared-only.`, zh: `${zh}只能作为声明发布。` } }) as const;

const classes: readonly TemplateText[] = [
  {
    name: { en: 'Only these data consumers', zh: '限定数据使用方' },
    parameters: [p('participants', 'participants', 'participants', '参与方')],
    enforced: 'provider',
    how: { en: 'The identity is the one of the certificate on the channel.', zh: '以通道证书证明的身份为准。' },
    write: (given) => parts.onlyFirms(given.list('participants')),
  },
  {
    name: { en: 'Only these connectors', zh: '限定连接器' },
    parameters: [p('connectors', 'participants', 'connectors', '连接器')],
    enforced: 'provider',
    how: { en: 'The connector is the one whose certificate is on the channel.', zh: '以通道证书证明的连接器为准。' },
    write: (given) =>
      inIds({
        constraints: [
          condition(idsTerm('idsc:CONNECTOR'), 'isAnyOf', [...given.list('connectors')], { source: 'attested' }),
        ],
      }),
  },
  {
    name: { en: 'Only these applications', zh: '限定应用程序' },
    parameters: [p('applications', 'names', 'applications', '应用程序')],
    ...nobody('No connector sees which application opens the data.', '连接器无法得知由哪个应用程序打开数据，'),
    write: (given) =>
      inIds({ constraints: [condition(idsTerm('idsc:APPLICATION'), 'isAnyOf', [...given.list('applications')])] }),
  },
  {
    name: { en: 'Only users in these roles', zh: '限定使用方角色' },
    parameters: [p('roles', 'names', 'roles', '角色')],
    enforced: 'provider',
    how: { en: 'By the role in the attribute token of the authority.', zh: '以认证机构属性令牌中的角色为准。' },
    write: (given) => parts.onlyInRole(given.list('roles')),
  },
  {
    name: { en: 'Only in these places', zh: '限定使用地点' },
    parameters: [p('places', 'names', 'countries or regions (ISO 3166)', '国家或地区（ISO 3166）')],
    enforced: 'provider',
    how: {
      en: 'By the country the authority attests for the participant. Where a copy is opened later, nobody observes.',
      zh: '以认证机构证明的参与方所在国家或地区为准；副本日后在何处打开无法观测。',
    },
    write: (given) => parts.onlyInPlace(given.list('places')),
  },
  {
    name: { en: 'Only for these purposes', zh: '限定使用目的' },
    parameters: [p('purposes', 'names', 'purposes', '用途')],
    enforced: 'provider',
    how: {
      en: 'By the purpose the user states, signed, with each request. What is really done, nobody observes.',
      zh: '以使用方在每次请求中签名声明的用途为准；实际用途无法观测。',
    },
    write: (given) => parts.onlyForPurpose(given.list('purposes')),
  },
  {
    name: { en: 'Only at an event', zh: '限定事件' },
    parameters: [p('event', 'name', 'event', '事件')],
    ...nobody('Nobody can say that an event is taking place.', '无法判定事件是否正在发生，'),
    write: (given) => ({ constraints: [condition('odrl:event', 'eq', given.text('event'))] }),
  },
  {
    name: { en: 'Only at this security level', zh: '限定安全等级' },
    parameters: [p('level', 'level', 'lowest level', '最低等级', { values: Object.keys(parts.securityLevels) })],
    enforced: 'provider',
    how: {
      en: 'By the certified level in the attribute token of the authority.',
      zh: '以认证机构属性令牌中的认证等级为准。',
    },
    write: (given) => parts.atSecurityLevel(levelOf(given)),
  },
  {
    name: { en: 'Only in an interval of time', zh: '限定时间区间' },
    parameters: [p('from', 'instant', 'from', '起始时间'), p('until', 'instant', 'until', '截止时间')],
    enforced: 'provider',
    how: {
      en: 'By the provider’s clock, also while a transfer runs; the consumer’s connector closes its copy at the end.',
      zh: '以提供方时钟为准，传输过程中同样有效；到期后使用方连接器停止提供其副本。',
    },
    write: (given) => merged(parts.startingAt(given.instant('from')), parts.endingAt(given.instant('until'))),
  },
  {
    name: { en: 'Only for so long', zh: '限定使用期限' },
    parameters: [p('duration', 'duration', 'duration from the agreement on', '自协议达成起的期限')],
    enforced: 'provider',
    how: { en: 'Measured by the provider from the instant both sides signed.', zh: '由提供方自双方签署之时起计量。' },
    write: (given) => parts.forAsLongAs(given.text('duration')),
  },
  {
    name: { en: 'Only so many times', zh: '限定使用次数' },
    parameters: [p('count', 'count', 'number of uses', '使用次数')],
    enforced: 'provider',
    how: { en: 'Each use is reserved before a byte leaves.', zh: '每次使用须先登记，再传输数据。' },
    write: (given) => parts.atMostTimes(given.number('count')),
  },
  {
    name: { en: 'Delete the data', zh: '删除数据' },
    parameters: [
      p('after', 'duration', 'at most so long after delivery', '交付后的最长保留期', optional),
      p('by', 'instant', 'by this instant', '最迟时间', optional),
    ],
    enforced: 'consumer',
    how: {
      en: 'The consumer’s connector deletes its copy and signs that it did; copies made outside it are out of reach.',
      zh: '由使用方连接器删除其副本并签名存证；连接器之外的副本无法控制。',
    },
    write: (given) => {
      const after = given.maybe('after');
      if (given.has('by')) {
        const by = parts.deleteBy(given.instant('by'));
        return after === undefined ? by : merged(parts.deleteAfter(after), by);
      }
      return after === undefined ? { obligations: [duty('odrl:delete')] } : parts.deleteAfter(after);
    },
  },
  {
    name: { en: 'Modify the data in transit', zh: '传输中修改数据' },
    parameters: [p('fields', 'fields', 'fields to mask', '须脱敏的字段')],
    enforced: 'provider',
    how: {
      en: 'The provider’s connector masks the fields before a byte leaves.',
      zh: '由提供方连接器在数据发出之前脱敏。',
    },
    write: (given) => parts.maskFields(given.list('fields')),
  },
  {
    name: { en: 'Modify the data at rest', zh: '存储中修改数据' },
    parameters: [p('by', 'instant', 'by this instant', '最迟时间', optional)],
    ...nobody('No connector rewrites what the consumer has stored.', '连接器不改写使用方已存储的数据，'),
    write: (given) => {
      const by = given.has('by')
        ? [condition('odrl:dateTime', 'lteq', { '@value': given.text('by'), '@type': 'xsd:dateTime' })]
        : [];
      return { obligations: [duty('odrl:anonymize', by)] };
    },
  },
  {
    name: { en: 'Log the use', zh: '记录使用日志' },
    parameters: [p('within', 'duration', 'within; a day if left out', '记录时限，缺省为一天', optional)],
    enforced: 'consumer',
    how: {
      en: 'Both connectors log each transfer in the clearing house, and no data leaves without it.',
      zh: '双方连接器均在清算所记录每次传输；未记录则不传输。',
    },
    write: (given) => parts.logUse(given.maybe('within')),
  },
  {
    name: { en: 'Report the use', zh: '通报使用情况' },
    parameters: [
      p('recipient', 'participant', 'to whom; the provider if left out', '通报对象，缺省为提供方', optional),
    ],
    enforced: 'consumer',
    how: {
      en: 'The consumer’s connector reports each use, and signs that it did.',
      zh: '由使用方连接器通报每次使用并签名存证。',
    },
    write: (given) => parts.reportUse(given.maybe('recipient'), given.maybe('within')),
  },
  {
    name: { en: 'Pass the terms on to third parties', zh: '向第三方传递条款' },
    parameters: [p('policy', 'name', 'IRI of the terms', '条款的 IRI')],
    ...nobody(
      'What happens between the consumer and a third party, no connector of the contract sees.',
      '使用方与第三方之间的行为不在本合同连接器的视野之内，',
    ),
    write: (given) => ({
      action: 'odrl:distribute',
      duties: [duty('odrl:nextPolicy', [condition(`${causewayPrefix}policy`, 'eq', given.text('policy'))])],
    }),
  },
  {
    name: { en: 'Only data in this state', zh: '限定数据状态' },
    parameters: [p('states', 'names', 'states, e.g. encrypted', '状态，例如已加密')],
    ...nobody('No connector can tell that data is encrypted or anonymised.', '连接器无法判断数据是否已加密或匿名化，'),
    write: (given) =>
      inIds({ constraints: [condition(idsTerm('ids:artifact_state'), 'isAllOf', [...given.list('states')])] }),
  },
  {
    name: { en: 'Data sale', zh: '数据出售' },
    parameters: [p('amount', 'amount', 'amount', '金额'), p('currency', 'unit', 'currency', '币种')],
    ...nobody(
      'No payment system is connected, so nothing tells that it was paid.',
      '未接入支付系统，无法得知是否已付款，',
    ),
    write: (given) => parts.payFirst(given.text('amount'), given.text('currency')),
  },
  {
    name: { en: 'Data rental', zh: '数据租用' },
    parameters: [
      p('amount', 'amount', 'amount', '金额'),
      p('currency', 'unit', 'currency', '币种'),
      p('every', 'duration', 'for each', '付款周期'),
    ],
    ...nobody(
      'No payment system is connected, so nothing tells that it was paid.',
      '未接入支付系统，无法得知是否已付款，',
    ),
    write: (given) => ({
      duties: [
        duty('odrl:compensate', [
          condition('odrl:payAmount', 'eq', decimal(given.text('amount')), { unit: given.text('currency') }),
          condition('odrl:timeInterval', 'eq', duration(given.text('every'))),
        ]),
      ],
    }),
  },
  {
    name: { en: 'Only in this state of the environment', zh: '限定环境状态' },
    parameters: [p('state', 'name', 'state, e.g. emergency', '状态，例如紧急状态')],
    ...nobody('Nobody measures the state of the environment.', '无人测量环境状态，'),
    write: (given) => inIds({ constraints: [condition(idsTerm('idsc:state'), 'eq', given.text('state'))] }),
  },
  {
    name: { en: 'Only participants located here', zh: '限定参与方所在地' },
    parameters: [p('places', 'names', 'countries or regions (ISO 3166)', '国家或地区（ISO 3166）')],
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
  {
    name: { en: 'Only with consent', zh: '须取得同意' },
    parameters: [],
    ...nobody('No connector knows who gave which consent.', '连接器无法得知何人给予了何种同意，'),
    write: () => ({ duties: [duty('odrl:obtainConsent')] }),
  },
  {
    name: { en: 'Only data so classified', zh: '限定数据分类' },
    parameters: [
      p('only', 'names', 'only these classes', '仅限以下类别', optional),
      p('none', 'names', 'none of these classes', '排除以下类别', optional),
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
  {
    name: { en: 'Anonymise by computing together', zh: '以隐私计算匿名化' },
    parameters: [],
    ...nobody('No multi-party computation is connected.', '未接入多方安全计算，'),
    write: () => inIds({ duties: [duty(idsTerm('idsc:MPC'))] }),
  },
];

function merged(left: Part, right: Part): Part {
  return {
    constraints: [...(left.constraints ?? []), ...(right.constraints ?? [])],
    obligations: [...(left.obligations ?? []), ...(right.obligations ?? [])],
  };
}

function levelOf(given: Given): parts.SecurityLevel {
  const level = given.text('level');
  return level === 'trust+' || level === 'trust' ? level : 'base';
}

/** All twenty-five, by their numbers. */
export const idsTemplates: Readonly<Record<number, IdsTemplate>> = Object.fromEntries(
  classes.map((text, at) => [at + 1, { number: at + 1, ...template(text) }]),
);
