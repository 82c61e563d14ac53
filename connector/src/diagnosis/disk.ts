import { randomUUID } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '@causeway/platform';
import { type Finding, ok, trouble } from './finding.js';

const mebibyte = 1_048_576;
/** Below this the store cannot compact, and the next commit may be the last. */
const leastBytes = 256 * mebibyte;
const scarceBytes = 2_048 * mebibyte;

/** Whether the folder of a service can be written, and how much room is left there. */
export async function diskFinding(folder: string): Promise<Finding> {
  const refused = await written(join(folder, `.doctor-${randomUUID()}`));
  if (refused !== undefined) {
    return trouble(
      'problem',
      'disk',
      { en: `Nothing can be written in ${folder} (${refused}).`, zh: `无法写入文件夹 ${folder}（${refused}）。` },
      refused === 'ENOSPC' || refused === 'EDQUOT'
        ? {
            en: 'The disk or the quota is full: make room, then start the connector again. Nothing is lost.',
            zh: '磁盘或配额已满：请清理空间后重新启动连接器，数据不会丢失。',
          }
        : {
            en: 'Let the user that runs the connector own this folder, on a disk that is mounted for writing.',
            zh: '请确保运行连接器的用户拥有该文件夹，且磁盘以可写方式挂载。',
          },
    );
  }
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const gibibytes = (free / (1_024 * mebibyte)).toFixed(1);
  const found = { en: `${gibibytes} GiB are free for ${folder}.`, zh: `${folder} 所在磁盘剩余 ${gibibytes} GiB。` };
  if (free >= scarceBytes) return ok('disk', found.en, found.zh);
  return trouble(free < leastBytes ? 'problem' : 'warning', 'disk', found, {
    en: 'Make room: a full disk stops transfers and new agreements until there is some again.',
    zh: '请清理空间：磁盘写满后，传输和新合约会停止，直到有空间为止。',
  });
}

/** The system's code where a file cannot be made and filled. */
async function written(path: string): Promise<string | undefined> {
  try {
    await writeFile(path, Buffer.alloc(4_096), { flag: 'wx', mode: 0o600, flush: true });
    return undefined;
  } catch (error) {
    return codeOf(error) ?? 'unknown';
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}
