import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The instructions of a Dockerfile, one a line, without comments and continuations. */
const instructions = readFileSync(`${root}docker/Dockerfile`, 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
const ofLastStage = (name: string): readonly string[] =>
  lastStage.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));

describe('docker/Dockerfile', () => {
  it('runs on the Node that the workspace pins', () => {
    const { devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const major = devDependencies['node']?.split('.')[0];
    expect(instructions[0]).toMatch(new RegExp(`^ARG NODE_IMAGE=node:${major}[-.]`));
  });

  it('builds what was locked, and ships no tools', () => {
    const commands = instructions.join('\n');
    expect(commands).toMatch(/npm ci$/m);
    expect(commands).toMatch(/npm prune --omit=dev$/m);
  });

  it('runs the app as process 1, as somebody who is not root, stopped by SIGTERM', () => {
    expect(ofLastStage('USER')).toEqual(['1000:1000']);
    expect(ofLastStage('STOPSIGNAL')).toEqual(['SIGTERM']);
    const [command = '[]'] = ofLastStage('CMD');
    expect(JSON.parse(command)).toEqual(['sh', '-c', 'exec node "apps/$APP/dist/main.js"']);
  });

  it('asks the app itself whether it is alive, at the port that it is told', () => {
    const [check = ''] = ofLastStage('HEALTHCHECK');
    expect(check).toContain('/health/live');
    expect(check).toContain('process.env.PORT');
    expect(ofLastStage('ENV').join(' ')).toContain('PORT=8080');
    expect(ofLastStage('EXPOSE')).toEqual(['8080']);
  });

  it('has a main file to run in every app', () => {
    for (const app of readdirSync(`${root}apps`)) expect(readdirSync(`${root}apps/${app}/src`)).toContain('main.ts');
  });

  it('is built without what was built, installed or fetched before', () => {
    const ignored = readFileSync(`${root}.dockerignore`, 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.twofold', '**/node_modules', '**/dist']));
  });
});
