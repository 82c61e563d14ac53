import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What has to be installed and is not, in words; undefined when all is there. */
export async function missingTools(): Promise<string | undefined> {
  const java = /version "(\d+)/.exec(await outputOf('java', ['-version']))?.[1];
  const maven = /Apache Maven/.test(await outputOf('mvn', ['-version']));
  const missing = [
    ...(java === undefined ? ['Java 17 or newer (`java` is not found)'] : []),
    ...(Number(java) < 17 ? [`Java 17 or newer (\`java\` is ${java})`] : []),
    ...(maven ? [] : ['Maven 3.8 or newer (`mvn` is not found)']),
  ];
  return missing.length === 0 ? undefined : missing.join(', ');
}

/** The class path of what a POM names, out of the local repository or from the registry. @param folder notes go there */
export async function resolveClasspath(pom: string, folder: string): Promise<string> {
  const file = join(folder, 'classpath.txt');
  const goal = ['-q', '-B', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${file}`];
  const said = await outputOf('mvn', goal, 600_000);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new Error(`Maven could not resolve ${pom}: ${said.slice(-2_000)}`, { cause });
  }
}

/** What a command prints on both its outputs; nothing when there is no such command. */
function outputOf(command: string, args: readonly string[], timeout = 20_000): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(said));
  });
}
