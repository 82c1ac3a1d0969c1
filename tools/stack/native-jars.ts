import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place.ts';

/** null where Java and Maven are at hand. */
export function missingJava(): string | null {
  for (const command of ['java', 'mvn']) {
    if (spawnSync(command, ['-version'], { stdio: 'ignore' }).error !== undefined) return `there is no ${command}`;
  }
  return null;
}

/** Fetches the jars of tools/stack/pom.xml from Maven Central, once. */
export function fetchJars(place: Place, tell: (line: string) => void): void {
  const jars = existsSync(place.jars) ? readdirSync(place.jars) : [];
  if (jars.some((jar) => jar.startsWith('kafka_')) && jars.some((jar) => jar.startsWith('embedded-redis'))) return;
  mkdirSync(place.jars, { recursive: true });
  tell('fetching Kafka and Redis from Maven Central (some 60 MB, once) …');
  const pom = join(import.meta.dirname, 'pom.xml');
  const maven = spawnSync('mvn', ['-q', '-B', '-f', pom, 'validate', `-Djars=${place.jars}`], { encoding: 'utf8' });
  if (maven.status !== 0) throw new Error(`Maven could not fetch the jars of ${pom}:\n${maven.stdout}${maven.stderr}`);
}
