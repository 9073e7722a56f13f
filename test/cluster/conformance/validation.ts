import { expect, it } from 'vitest';
import type { Loose } from '../types.ts';
import type { Bench } from './suite.ts';

export function validationTests(bench: Bench): void {
  const causes = async (spec: Record<string, unknown>, metadata: Loose = {}) => {
    const { status, body } = await bench.api.post(bench.widgets(), bench.widget('bad', spec, metadata));
    expect(body).toMatchObject({ kind: 'Status', reason: 'Invalid' });
    expect(status).toBe(422);
    return body.details.causes.map(({ reason, field }: Loose) => [reason, field]);
  };

  it('names every field that is wrong and why', async () => {
    expect(await causes({ color: undefined })).toEqual([['FieldValueRequired', 'spec.color']]);
    expect(await causes({ color: 'pink' })).toEqual([['FieldValueNotSupported', 'spec.color']]);
    expect(await causes({ size: 'big' })).toEqual([['FieldValueTypeInvalid', 'spec.size']]);
    expect(await causes({ size: 0 })).toEqual([['FieldValueInvalid', 'spec.size']]);
    expect(await causes({ size: 11 })).toEqual([['FieldValueInvalid', 'spec.size']]);
    expect(await causes({ name: 'UPPER' })).toEqual([['FieldValueInvalid', 'spec.name']]);
    expect(await causes({ name: 'muchtoolong' })).toEqual([['FieldValueTooLong', 'spec.name']]);
    expect(await causes({ words: { a: 1 } })).toEqual([['FieldValueTypeInvalid', 'spec.words.a']]);
    expect(await causes({ parts: [{ id: 'a' }, {}] })).toEqual([['FieldValueRequired', 'spec.parts[1].id']]);
    const parts = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    expect(await causes({ parts })).toEqual([['FieldValueTooMany', 'spec.parts']]);
    const two = await causes({ color: 'pink', size: 99 });
    expect(two.map(([, field]: string[]) => field).sort()).toEqual(['spec.color', 'spec.size']);
  });

  it('checks metadata', async () => {
    const reply = await bench.api.post(bench.widgets(), bench.widget('Not_A_Name'));
    expect(reply.body.details.causes).toMatchObject([{ field: 'metadata.name' }]);
    expect(await causes({}, { labels: { ok: 'not ok!' } })).toEqual([['FieldValueInvalid', 'metadata.labels']]);
    const annotations = { large: 'x'.repeat(300_000) };
    expect(await causes({}, { annotations })).toEqual([['FieldValueTooLong', 'metadata.annotations']]);
  });

  it('prunes what the schema does not know, and says so', async () => {
    const body = bench.widget('pruned', { typo: 1, free: { any: { thing: 1 } }, parts: [{ id: 'a', more: true }] });
    const { body: made, headers } = await bench.api.post(bench.widgets(), body);
    expect(made.spec).toEqual({ color: 'red', size: 3, free: { any: { thing: 1 } }, parts: [{ id: 'a' }] });
    expect(headers.warning).toContain('unknown field');
    expect(headers.warning).toContain('spec.typo');
    expect(headers.warning).toContain('spec.parts[0].more');
  });

  it('refuses unknown fields when asked to be strict', async () => {
    const strict = `${bench.widgets()}?fieldValidation=Strict`;
    const reply = await bench.api.post(strict, bench.widget('strict', { typo: 1 }));
    expect(reply).toMatchObject({ status: 400, body: { reason: 'BadRequest' } });
    expect(reply.body.message).toContain('unknown field "spec.typo"');
    const ignored = await bench.api.post(`${bench.widgets()}?fieldValidation=Ignore`, bench.widget('lax', { typo: 1 }));
    expect(ignored.status).toBe(201);
    expect(ignored.headers.warning).toBeUndefined();
  });

  it('refuses bodies of another kind or none', async () => {
    const other = { ...bench.widget('other'), kind: 'Gadget' };
    const refused = await bench.api.post(bench.widgets(), other);
    expect(refused).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'kind' }] } } });
    expect((await bench.api.post(bench.widgets(), { metadata: { name: 'x' } })).status).toBe(400);
    const wrongNamespace = bench.widget('there', {}, { namespace: 'default' });
    expect((await bench.api.post(bench.widgets(), wrongNamespace)).status).toBe(400);
  });

  it('keeps list maps unique by their keys', async () => {
    await bench.made('unique');
    const condition = { type: 'Ready', status: 'True' };
    const change = { status: { conditions: [condition, condition] } };
    const { status, body } = await bench.api.merge(bench.widgets('unique', 'status'), change);
    expect(status).toBe(422);
    expect(body.details.causes).toMatchObject([{ reason: 'FieldValueDuplicate', field: 'status.conditions[1]' }]);
  });
}
