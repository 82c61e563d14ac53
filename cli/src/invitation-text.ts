import type { Invitation } from '@causeway/certs/enrolment';
import { type Language, type Words, words } from './language.js';

const width = 64;

export interface InvitationWords extends Invitation {
  /** What people call the invited. */
  readonly name: string;
  /** The part that machines read. */
  readonly invitation: string;
  /** Milliseconds since epoch. */
  readonly expires: number;
}

/** An invitation to hand over: what people have to know, then the part that machines read, in lines that mails leave whole. */
export function invitationText(invited: InvitationWords, language?: Language): string {
  const { name, id, role, space, authority, fingerprint, invitation, expires } = invited;
  const until = new Date(expires).toISOString();
  const join = `causeway join --file invitation.txt ${joinOptions(role, name)}`;
  const text: Words = {
    en: [
      `Invitation to the data space "${space}" (Causeway)`,
      '',
      `For:              ${name}, who will be ${id} (${role})`,
      `Authority:        ${authority}`,
      `Root certificate: SHA-256 ${fingerprint}`,
      `Good once, until: ${until}`,
      '',
      'Whoever has this text can join in your name: give it to nobody. Save it as it is, this part and the code below, and run',
      '',
      `  ${join}`,
      '',
      'Then call us: we compare the fingerprint of the root certificate above and of the keys that the command prints.',
    ].join('\n'),
    zh: [
      `数据空间“${space}”的加入邀请（通衢 Causeway）`,
      '',
      `受邀方：${name}，标识为 ${id}（${role}）`,
      `认证机构地址：${authority}`,
      `根证书指纹：SHA-256 ${fingerprint}`,
      `仅可使用一次，有效期至：${until}`,
      '',
      '持有本文者可以您的名义加入，请勿转交他人。请将全文（包括下方代码）原样保存为文件，然后运行：',
      '',
      `  ${join}`,
      '',
      '随后请致电我们，双方核对上面的根证书指纹，以及该命令显示的密钥指纹。',
    ].join('\n'),
  };
  const lines = invitation.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  return [words(text, language), '', ...lines].join('\n');
}

/** What the invited adds: an auditor serves nothing, and a firm is called by its name where a shell leaves that as it is. */
function joinOptions(role: string, name: string): string {
  if (role === 'auditor') return '--home ./auditor';
  const service = role === 'participant' ? 'connector' : role;
  const called =
    role === 'participant' && /^[\p{L}\p{N} .,&()（）·-]{1,100}$/u.test(name) ? ` --set name="${name}"` : '';
  return `--home ./${service} --dns ${service}.your-firm.example${called}`;
}
