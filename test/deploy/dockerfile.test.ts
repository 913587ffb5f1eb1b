/**
 * The Dockerfile is one that Docker reads, and keeps to our rules. No image is built here.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, type Copy, type Dockerfile, type From } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/kernel/package-root.js';
import { knownVariables, ownVariables, read } from './support.js';

const text = read('deploy/Dockerfile');

/** What `.dockerignore` lets into the build: it excludes everything and names exceptions. */
const letIn = read('.dockerignore')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

const fromOf = (file: Dockerfile): From[] => file.getFROMs();

function sourcesOf(copy: Copy): string[] {
  return copy
    .getArguments()
    .map((argument) => argument.getValue())
    .slice(0, -1);
}

function faultsOf(dockerfile: string): string[] {
  const file = DockerfileParser.parse(dockerfile);
  const faults = validate(dockerfile).map(
    ({ message, range }) =>
      `line ${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
  );
  const stages = fromOf(file).map((from) => from.getBuildStage());
  for (const from of fromOf(file)) {
    const image = from.getImage() ?? '';
    if (!/^[\w./-]+:\d+-[a-z-]+$/.test(image))
      faults.push(`${image} names no major version and distribution`);
  }
  if (file.getInstructions().some((one) => one.getKeyword() === 'ADD'))
    faults.push('ADD fetches and unpacks by itself: use COPY');
  for (const copy of file.getCOPYs()) faults.push(...faultsOfCopy(copy, stages));
  const instructions = file.getInstructions();
  const last = instructions.slice(instructions.lastIndexOf(fromOf(file).at(-1)!));
  const said = (keyword: string): string =>
    last
      .filter((instruction) => instruction.getKeyword() === keyword)
      .map((instruction) => instruction.getRawArgumentsContent() ?? '')
      .join(' ');
  if (!/^[1-9]\d*:[1-9]\d*$/.test(said('USER'))) faults.push('USER must be a number other than root’s');
  if (!said('HEALTHCHECK').includes('/healthz')) faults.push('HEALTHCHECK must ask /healthz');
  if (!said('HEALTHCHECK').includes('OPERATIONS_PORT'))
    faults.push('HEALTHCHECK must ask at OPERATIONS_PORT');
  if (!said('ENTRYPOINT').startsWith('['))
    faults.push('ENTRYPOINT must be a list, or a shell keeps the signals');
  const set = new Map(
    file
      .getENVs()
      .flatMap((env) => env.getProperties().map((property) => [property.getName(), property.getValue()])),
  );
  for (const name of set.keys())
    if (!knownVariables.has(name) && !ownVariables.includes(name))
      faults.push(`Paydesk does not read ${name}`);
  if (said('VOLUME') !== set.get('PAYDESK_HOME')) faults.push('VOLUME must be PAYDESK_HOME');
  return faults;
}

function faultsOfCopy(copy: Copy, stages: readonly (string | null)[]): string[] {
  const stage = copy.getFromFlag()?.getValue();
  if (stage !== undefined) return stages.includes(stage) ? [] : [`there is no stage ${String(stage)}`];
  return sourcesOf(copy).flatMap((source) => {
    if (!existsSync(join(packageRoot, source))) return [`${source} does not exist`];
    return letIn.includes(source.split('/')[0]!) ? [] : [`${source} is kept out by .dockerignore`];
  });
}

describe('the Dockerfile', () => {
  it('has no fault', () => {
    expect(faultsOf(text)).toEqual([]);
  });

  it.each<[why: string, from: string | RegExp, to: string, fault: RegExp]>([
    ['an instruction is misspelt', 'WORKDIR /app', 'WORKDIRR /app', /WORKDIRR/],
    ['a base image moves', 'FROM node:24-bookworm-slim\n#', 'FROM node\n#', /names no major version/],
    ['it runs as root', 'USER 1000:1000\n', '', /USER must be/],
    ['it runs by a name that Kubernetes cannot check', 'USER 1000:1000', 'USER node', /USER must be/],
    ['there is no health check', /HEALTHCHECK[^]*?\n(?=ENTRYPOINT)/, '', /must ask \/healthz/],
    [
      'the health check asks the public port',
      'process.env.OPERATIONS_PORT',
      'process.env.PORT',
      /OPERATIONS_PORT/,
    ],
    ['something is fetched', 'COPY jobs jobs', 'ADD https://example.com/jobs.tar jobs', /use COPY/],
    ['a source is missing', 'COPY jobs jobs', 'COPY job jobs', /job does not exist/],
    ['a source is ignored', 'COPY jobs jobs', 'COPY docs docs', /docs is kept out/],
    ['a stage is missing', '--from=build', '--from=built', /no stage built/],
    [
      'a shell would keep the signals',
      'ENTRYPOINT ["node", "dist/src/cli.js"]',
      'ENTRYPOINT node dist/src/cli.js',
      /ENTRYPOINT/,
    ],
    ['a variable is misspelt', 'PAYDESK_CONFIG=', 'PAYDESK_CONF=', /does not read PAYDESK_CONF/],
    ['the data folder is not the volume', 'VOLUME /var/lib/paydesk', 'VOLUME /data', /VOLUME must be/],
  ])('is refused where %s', (_why, from, to, fault) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(faultsOf(changed)).toContainEqual(expect.stringMatching(fault));
  });
});
