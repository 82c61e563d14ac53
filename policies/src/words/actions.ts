import { han, localName, nameText, spaced, type Words } from './text.js';

/** What is done to `*`, so that it stands after “may” and “must”, 可以 and 须. */
const said: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  use: ['use *', '使用*'],
  transfer: ['transfer ownership of *', '转让*的所有权'],
  acceptTracking: ['let the use of * be tracked', '接受对*使用情况的跟踪'],
  aggregate: ['aggregate *', '汇总*'],
  annotate: ['annotate *', '为*添加注释'],
  anonymize: ['anonymise *', '对*作匿名化处理'],
  archive: ['archive *', '归档*'],
  attribute: ['name the author of *', '注明*的来源'],
  'cc:Attribution': ['name the author of *', '注明*的来源'],
  'cc:CommercialUse': ['use * commercially', '将*用于商业用途'],
  'cc:DerivativeWorks': ['make derivative works of *', '基于*制作衍生作品'],
  'cc:Distribution': ['distribute *', '对外提供*'],
  'cc:Notice': ['keep the copyright notices of *', '保留*的版权声明'],
  'cc:Reproduction': ['copy *', '复制*'],
  'cc:ShareAlike': ['share works made of * under the same terms', '以相同条款共享基于*的作品'],
  'cc:Sharing': ['share * non-commercially', '非商业性地分享*'],
  'cc:SourceCode': ['provide the source of *', '提供*的源代码'],
  compensate: ['pay for *', '为*支付费用'],
  concurrentUse: ['use * in several copies at once', '并发使用*'],
  delete: ['delete *', '删除*'],
  derive: ['derive new data from *', '由*生成衍生数据'],
  digitize: ['digitise *', '将*数字化'],
  distribute: ['pass * on to others', '将*转交第三方'],
  ensureExclusivity: ['ensure the exclusive use of *', '确保对*的独占使用'],
  execute: ['execute *', '运行*'],
  grantUse: ['grant others the use of *', '授权他人使用*'],
  include: ['include * in other data', '将*并入其他数据'],
  index: ['index *', '为*建立索引'],
  inform: ['report each use of *', '逐次通报*的使用情况'],
  install: ['install *', '安装*'],
  modify: ['modify *', '修改*'],
  move: ['move *', '移动*'],
  nextPolicy: ['pass the agreed terms on with *', '向*的接收方传递约定的条款'],
  obtainConsent: ['obtain consent to the use of *', '就*的使用取得同意'],
  play: ['play *', '播放*'],
  display: ['display *', '显示*'],
  present: ['present * in public', '公开展示*'],
  print: ['print *', '打印*'],
  read: ['read *', '读取*'],
  reproduce: ['copy *', '复制*'],
  extract: ['extract parts of *', '摘取*的一部分'],
  reviewPolicy: ['review the policy of *', '查阅*的策略'],
  stream: ['receive * as a stream', '以流的方式接收*'],
  synchronize: ['use * together with other media', '将*与其他媒体同步使用'],
  textToSpeech: ['have * read aloud', '将*转换为语音'],
  transform: ['convert * into another format', '转换*的格式'],
  translate: ['translate *', '翻译*'],
  uninstall: ['uninstall *', '卸载*'],
  watermark: ['watermark *', '为*加水印'],
  give: ['give * away', '赠与*'],
  sell: ['sell *', '出售*'],
  adHocShare: ['share * ad hoc', '临时分享*'],
  extractChar: ['extract characters of *', '摘取*的字符'],
  extractPage: ['extract pages of *', '摘取*的页面'],
  extractWord: ['extract words of *', '摘取*的词语'],
  append: ['append to *', '向*追加内容'],
  appendTo: ['append to *', '向*追加内容'],
  attachPolicy: ['keep the policy attached to *', '随*附上策略'],
  attachSource: ['keep the source attached to *', '随*附上来源'],
  commercialize: ['use * commercially', '将*用于商业用途'],
  copy: ['copy *', '复制*'],
  export: ['convert * into another format', '导出*'],
  license: ['license * to others', '许可他人使用*'],
  pay: ['pay for *', '为*支付费用'],
  share: ['share * non-commercially', '非商业性地分享*'],
  shareAlike: ['share works made of * under the same terms', '以相同条款共享基于*的作品'],
  write: ['write to *', '写入*'],
  writeTo: ['write to *', '写入*'],
  lease: ['lease * out', '出租*'],
  lend: ['lend *', '出借*'],
  preview: ['preview *', '预览*'],
  secondaryUse: ['use * for a secondary purpose', '将*作二次使用'],
  'idsc:READ': ['read *', '读取*'],
  'idsc:REPLACE': ['replace parts of *', '替换*中的部分内容'],
  'idsc:MPC': ['use * by multi-party computation only', '仅以多方安全计算方式处理*'],
  'idsc:log': ['log each use of *', '逐次记录*的使用日志'],
  'cx-policy:access': ['see the offer of *', '查看*的报价'],
  'urn:causeway:v1:mask': ['mask *', '对*作脱敏处理'],
};

const theData: Words = { en: 'the data', zh: '该数据' };

/** What is done, of whatever data: 使用该数据. Of an action that nobody knows, its name. */
export function doingZh(action: string | undefined): string {
  return actionWords(action, theData).zh;
}

/** Doing `action` to `object`; without an action, anything at all. */
export function actionWords(action: string | undefined, object: Words): Words {
  if (action === undefined) return { en: `do anything with ${object.en}`, zh: han`对${object.zh}进行任何操作` };
  const found = said[action];
  if (!found) {
    const name = nameText(localName(action));
    return { en: `${name} ${object.en}`, zh: han`对${object.zh}执行${name}` };
  }
  // Through functions: an object's name may hold `$&`.
  return { en: found[0].replace('*', () => object.en), zh: around(found[1], object.zh) };
}

function around(text: string, object: string): string {
  const [before = '', after = ''] = text.split('*');
  return spaced(spaced(before, object), after);
}
