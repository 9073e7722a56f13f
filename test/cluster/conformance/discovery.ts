import { expect, it } from 'vitest';
import type { Loose } from '../types.ts';
import type { Bench } from './suite.ts';

const GROUP_VERSION = 'twin.example.com/v1alpha1';

export function discoveryTests(bench: Bench): void {
  it('lists groups, versions and resources one document at a time', async () => {
    const groups = await bench.api.get('/apis');
    expect(groups.body.groups.map((group: Loose) => group.name)).toContain('twin.example.com');
    const { body } = await bench.api.get(`/apis/${GROUP_VERSION}`);
    const main = body.resources.find((one: Loose) => one.name === 'widgets');
    expect(main).toMatchObject({ kind: 'Widget', namespaced: true, shortNames: ['wd'], categories: ['twin'] });
    expect(body.resources.map((one: Loose) => one.name)).toContain('widgets/status');
    const core = await bench.api.get('/api/v1');
    expect(core.body.resources.map((one: Loose) => one.name)).toEqual(
      expect.arrayContaining(['namespaces', 'configmaps', 'secrets', 'events']),
    );
  });

  it('lists them all at once to clients that ask for it', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const { headers, body } = await bench.api.get('/apis', { accept });
    expect(headers['content-type']).toContain('as=APIGroupDiscoveryList');
    const group = body.items.find((item: Loose) => item.metadata.name === 'twin.example.com');
    expect(group.versions[0].resources[0]).toMatchObject({ resource: 'widgets', scope: 'Namespaced' });
  });

  it('publishes schemas that name the kind and take fieldValidation', async () => {
    const { body: index } = await bench.api.get('/openapi/v3');
    const { body } = await bench.api.get(index.paths[`apis/${GROUP_VERSION}`].serverRelativeURL);
    const schemas = Object.values(body.components.schemas) as Loose[];
    const widget = schemas.find((schema) => schema['x-kubernetes-group-version-kind']?.[0]?.kind === 'Widget');
    expect(widget.properties.spec.properties.color.enum).toEqual(['red', 'green', 'blue']);
    const path = `/apis/${GROUP_VERSION}/namespaces/{namespace}/widgets/{name}`;
    const names = body.paths[path].patch.parameters.map((parameter: Loose) => parameter.name);
    expect(names).toContain('fieldValidation');
  });

  it('answers 404 to what it does not know', async () => {
    expect((await bench.api.get('/apis/none.example.com/v1')).status).toBe(404);
    expect((await bench.api.get(`/apis/${GROUP_VERSION}/gadgets`)).status).toBe(404);
  });
}
