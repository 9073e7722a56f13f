import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../cluster/apiClient.ts';
import { readCrds } from '../cluster/readCrds.ts';
import type { Loose } from '../cluster/types.ts';
import { probesOf } from './bounds.ts';
import { ownAccess } from './ownAccess.ts';
import { sampleFor } from './samples.ts';
import { boundFieldOf, fieldOf, isObject, type Node, nodesOf, pathOf, put, type Rule, rulesOf } from './schemaTree.ts';
import { baseOf, resourceOf, rootOf, specWith, statusWith } from './specs.ts';
import { createStage, type Stage } from './stage.ts';

const CRDS = readCrds('crds');
const access = ownAccess();
let stage: Stage;

beforeAll(async () => {
  stage = await createStage(access, 'crds');
});
afterAll(() => stage.close());

describe.each(CRDS.map((crd) => [crd.spec.names.kind as string, crd] as const))('%s', (kind, crd) => {
  const specSchema = rootOf(crd).spec;
  const nodes = nodesOf(crd);
  const rules = nodes.flatMap((node) =>
    rulesOf(node.schema).map((rule) => [pathOf(node), rule.message, node, rule] as const),
  );
  const path = (name?: string, subresource?: string) => stage.path(crd, name, subresource);
  const manifest = (spec: unknown, name = 'sample') => resourceOf(crd, name, spec);
  const base = () => baseOf(kind);

  /** Whether the API server would take a value at the node. */
  async function attempt(node: Node, make: (value: unknown) => unknown): Promise<Reply> {
    if (node.steps[0] === 'spec') return stage.api.post(`${path()}?dryRun=All`, manifest(specWith(crd, node, make)));
    const status = statusWith(crd, node, make);
    return stage.api.merge(`${path('base', 'status')}?dryRun=All`, { status });
  }

  beforeAll(async () => {
    expect(await stage.api.post(path(), manifest(base(), 'base'))).toMatchObject({ status: 201 });
  });

  it('is structural, and established without a complaint', async () => {
    const { body } = await stage.api.get(
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`,
    );
    const conditions = body.status.conditions.map(({ type, status }: Loose) => `${type}=${status}`);
    expect(conditions.toSorted()).toEqual(['Established=True', 'NamesAccepted=True']);
  });

  it.each(rules)('%s: %s', async (_path, message, node, rule) => {
    const sample = sampleFor(message);
    if (!sample)
      throw new Error(
        `no sample for the rule "${rule.rule}" of ${kind} ${pathOf(node)}: add one to test/real/samples.ts`,
      );
    const to = (value: unknown) => (now: unknown) => (isObject(value) ? over(now as Loose, value) : value);
    if (sample.transition) return changes(node, rule, to(sample.good), to(sample.bad));
    const { status, body } = await attempt(node, to(sample.good));
    expect(status, body.message).toBeLessThan(300);
    refuses(await attempt(node, to(sample.bad)), node, rule);
  });

  async function changes(node: Node, rule: Rule, from: (now: unknown) => unknown, to: (now: unknown) => unknown) {
    const before = specWith(crd, node, from);
    const made = await stage.api.post(path(), manifest(before, 'changing'));
    expect(made).toMatchObject({ status: 201 });
    const { resourceVersion } = made.body.metadata;
    const change = (spec: unknown) => {
      const next = manifest(spec, 'changing');
      return stage.api.put(`${path('changing')}?dryRun=All`, {
        ...next,
        metadata: { ...next.metadata, resourceVersion },
      });
    };
    expect(await change(before)).toMatchObject({ status: 200 });
    refuses(await change(put(before, specSchema, node.steps.slice(1), to)), node, rule);
    await stage.api.del(path('changing'));
  }

  function refuses(reply: Reply, node: Node, { message, fieldPath = '' }: Rule): void {
    expect(reply).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
    const causes: Loose[] = reply.body.details.causes;
    expect(causes).toContainEqual({
      reason: 'FieldValueInvalid',
      field: `${fieldOf(node)}${fieldPath}`,
      message: expect.stringContaining(message),
    });
  }

  it('keeps every bound', async () => {
    const problems: string[] = [];
    let probes = 0;
    for (const node of nodes) {
      for (const { bound, value, refusedAs, below = '' } of probesOf(node.schema)) {
        const { status, body } = await attempt(node, () => value);
        probes++;
        const causes: Loose[] = body.details?.causes ?? [];
        const field = `${boundFieldOf(node)}${below}`;
        const fits = refusedAs
          ? status === 422 && causes.some((cause) => cause.field === field && refusedAs.includes(cause.reason))
          : status < 300;
        if (!fits) problems.push(`${pathOf(node)}, ${bound}: ${status} ${body.message ?? ''}`.slice(0, 600));
      }
    }
    expect(problems).toEqual([]);
    expect(probes).toBeGreaterThan(50);
  });

  it('prunes what it does not know, and says so', async () => {
    const reply = await stage.api.post(`${path()}?dryRun=All`, manifest({ ...base(), nonsense: { deep: 1 } }));
    expect(reply.status).toBe(201);
    expect(reply.body.spec.nonsense).toBeUndefined();
    expect(reply.headers.warning).toMatch(/unknown field .*spec\.nonsense/);
    const strict = await stage.api.post(
      `${path()}?dryRun=All&fieldValidation=Strict`,
      manifest({ ...base(), nonsense: 1 }),
    );
    expect(strict).toMatchObject({ status: 400, body: { reason: 'BadRequest' } });
  });

  it('serves its selectable fields', async () => {
    for (const { jsonPath } of crd.spec.versions[0].selectableFields ?? []) {
      const { status } = await stage.api.get(
        `${path()}?fieldSelector=${encodeURIComponent(`${jsonPath.slice(1)}=none`)}`,
      );
      expect([jsonPath, status]).toEqual([jsonPath, 200]);
    }
  });
});

it('has a sample for every rule', () => {
  const messages = CRDS.flatMap(nodesOf).flatMap(({ schema }) => rulesOf(schema).map(({ message }) => message));
  expect(messages.filter((message) => !sampleFor(message))).toEqual([]);
});

/** Fields put over others; undefined takes one away. */
function over(fields: Loose, changes: Loose): Loose {
  return Object.fromEntries(Object.entries({ ...fields, ...changes }).filter(([, value]) => value !== undefined));
}
